"""The queue for heavy computations. Only one runs at a time, because TensorFlow already uses every core for one."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SAY_EVERY_SECONDS = 0.25


class Gate:
    """Allows one computation at a time, in order of arrival."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._queue: deque[object] = deque()  # the first one runs, the others wait

    def __len__(self) -> int:
        """Number of computations that run or wait."""
        return len(self._queue)

    @contextmanager
    def turn(self, waiting: Callable[[int], None]) -> Iterator[None]:
        """Waits until this computation is first in the queue, and stays first while the block runs.

        Args:
            waiting: Called several times a second with the number of computations ahead. It may raise, as Streamlit
                does when the user leaves or changes a setting; the place in the queue is then given up.
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
        """Number of computations ahead of this one, after waiting a moment for it to become 0."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue[0] is me, _SAY_EVERY_SECONDS if self._queue[0] is not me else 0)
            return self._queue.index(me)
