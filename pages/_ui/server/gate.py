"""The queue for heavy computations. Only one runs at a time, because TensorFlow already uses every core for one."""

import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

TURN_SECONDS = 3.0
"""A user's turn: several short computations, one after the other, or a single long one."""
GRACE_SECONDS = 0.25
"""How long others wait for the next computation of the user whose turn it is: a page draws between two."""
_SAY_EVERY_SECONDS = 0.25


@dataclass(eq=False)
class Computation:
    """A computation in the queue.

    Attributes:
        user: Whose it is.
        was_needed: Whether it computed anything. Set it to False if another user's result was found: then the next user
            has a turn at once.
    """

    user: Hashable
    was_needed: bool = True


class Gate:
    """Allows one computation at a time. Turns belong to users, in order of arrival.

    In a turn a user can compute several things, until `TURN_SECONDS` have passed; then the next user has a turn. So who
    computes ten maps does not make another wait for all ten, and a page of short computations does not wait for a long
    one between any two of them.

    Args:
        clock: The time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._running: Computation | None = None
        self._waiting: list[Computation] = []
        self._user: Hashable = None  # whose turn it is, since when, and when this user's last computation ended
        self._since = self._ended = float("-inf")

    def __len__(self) -> int:
        """Number of computations that run or wait."""
        return len(self._waiting) + (self._running is not None)

    @contextmanager
    def turn(self, waiting: Callable[[int], None], user: Hashable = None) -> Iterator[Computation]:
        """Waits until this computation may run, and runs the block while all others wait.

        Args:
            waiting: Called several times a second with the number of users who come first. It may raise, as Streamlit
                does when the user leaves or changes a setting; the place in the queue is then given up.
            user: Whose computation it is; None for a user with no other computation.
        """
        me = Computation(object() if user is None else user)
        with self._changed:
            self._waiting.append(me)
        try:
            while not self._started(me):
                waiting(self._ahead(me))
            yield me
        finally:
            with self._changed:
                if self._running is me:
                    self._running = None
                    self._ended = self._clock() if me.was_needed else float("-inf")
                else:
                    self._waiting.remove(me)
                self._changed.notify_all()

    def _started(self, me: Computation) -> bool:
        """Starts a computation if it is the next one; waits a moment for that."""
        with self._changed:
            if not self._may_start(me):
                self._changed.wait(min(_SAY_EVERY_SECONDS, self._grace_left() or _SAY_EVERY_SECONDS))
            if not self._may_start(me):
                return False
            if me.user != self._user or self._is_over():
                self._user, self._since = me.user, self._clock()
            self._waiting.remove(me)
            self._running = me
            return True

    def _may_start(self, me: Computation) -> bool:
        return self._running is None and self._next() is me

    def _next(self) -> Computation | None:
        """The computation that comes next, if one may start now."""
        own = [one for one in self._waiting if one.user == self._user]
        others = [one for one in self._waiting if one.user != self._user]
        if own and (not others or not self._is_over()):
            return own[0]
        return others[0] if others and (self._is_over() or not self._grace_left()) else None

    def _is_over(self) -> bool:
        """Whether the turn has lasted as long as a turn may."""
        return self._clock() - self._since >= TURN_SECONDS

    def _grace_left(self) -> float:
        """Seconds for which the turn is kept for its user."""
        return max(0.0, self._ended + GRACE_SECONDS - self._clock())

    def _ahead(self, me: Computation) -> int:
        """Number of other users who come first; at least 1, since a user's own computations also take turns."""
        with self._changed:
            before = self._waiting[: self._waiting.index(me)] if me in self._waiting else []
            users = {one.user for one in (*before, *filter(None, [self._running]))} - {me.user}
            return max(1, len(users))
