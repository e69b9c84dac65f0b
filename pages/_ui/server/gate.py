"""The one gate for heavy work: TensorFlow uses every core for one computation already."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SAY_EVERY_SECONDS = 0.25


class Gate:
    """Lets one through at a time, first come, first served."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._queue: deque[object] = deque()  # the first is through, the others wait

    def __len__(self) -> int:
        """How many are through or wait."""
        return len(self._queue)

    @contextmanager
    def turn(self, waiting: Callable[[int], None]) -> Iterator[None]:
        """Waits for one's turn, and is through while the block runs.

        Args:
            waiting: Called several times a second with the number of people before one; it may raise, as
                Streamlit does when the person has left or changed their mind, and the place is given up.
        """
        me = object()
        with self._changed:
            self._queue.append(me)
        try:
            while ahead := self._ahead(me):
                waiting(ahead)
            yield
        finally:
            with self._changed:
                self._queue.remove(me)
                self._changed.notify_all()

    def _ahead(self, me: object) -> int:
        """How many are before one, after waiting a moment for there to be none."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue[0] is me, _SAY_EVERY_SECONDS if self._queue[0] is not me else 0)
            return self._queue.index(me)
