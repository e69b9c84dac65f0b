"""What a network computed, so that a computation that was stopped goes on where it was."""

import functools
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

import numpy as np

from vislib.network.masks import Masks
from vislib.targets.base import Target

MAX_BYTES = 32_000_000
"""What a recording holds at most; the values behind it are computed again."""

_Method = TypeVar("_Method", bound=Callable[..., Any])


class Recording:
    """The values that a network gave, in order.

    A computation that runs within `resumed` adds to the recording. If it is stopped and run again, it takes the
    recorded values first, which is quick, and the network computes only the rest. A value is only taken for the same
    question, by a checksum of its arguments; from the first other question on, all is computed. Gradients and feature
    maps are not recorded: they are as large as images.
    """

    def __init__(self) -> None:
        self._values: list[Any] = []
        self._place = self._n_bytes = 0

    @contextmanager
    def resumed(self) -> Iterator[None]:
        """Runs the block from the recording's beginning."""
        self._place = 0
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)

    def next(self, question: int, compute: Callable[[], Any]) -> Any:
        """The next recorded value, if it answers this question; else the result of `compute`, which is recorded if
        there is room."""
        if self._place < len(self._values):
            asked, value = self._values[self._place]
            if asked == question:
                self._place += 1
                return value
            del self._values[self._place :]
        value = compute()
        if self._n_bytes < MAX_BYTES:
            self._values.append((question, value))
            self._place += 1
            arrays = value if isinstance(value, tuple) else (value,)
            self._n_bytes += sum(array.nbytes for array in arrays if array is not None)
        return value


_current: ContextVar[Recording | None] = ContextVar("recording", default=None)


def recorded(method: _Method) -> _Method:
    """Makes a method record its results where a `Recording` is in use; what it calls itself is not recorded."""

    @functools.wraps(method)
    def run(*args: Any, **kwargs: Any) -> Any:
        recording = _current.get()
        if recording is None:
            return method(*args, **kwargs)

        def compute() -> Any:
            token = _current.set(None)
            try:
                return method(*args, **kwargs)
            finally:
                _current.reset(token)

        return recording.next(_checksum(method.__qualname__, args, kwargs), compute)

    return cast(_Method, run)


def _checksum(*parts: Any) -> int:
    """A checksum of nested arguments: of the bytes of arrays, of the fields of masks, of the text of the rest."""
    total = 0
    for part in parts:
        if isinstance(part, np.ndarray):
            part = repr((part.shape, zlib.crc32(np.ascontiguousarray(part).tobytes())))
        elif isinstance(part, Masks):
            part = repr((part.kind, _checksum(*part.shared, *part.each)))
        elif isinstance(part, (tuple, list)):
            part = repr(_checksum(*part))
        elif isinstance(part, Target):
            part = repr([(weight, _checksum(*vars(term).values())) for weight, term in part.terms])
        total = zlib.crc32(str(part if isinstance(part, (str, float, int, np.generic)) else type(part)).encode(), total)
    return total
