"""A cache that all sessions share, bounded by bytes."""

import dataclasses
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakValueDictionary

import numpy as np


class Store:
    """Results by key. When they exceed the limit of bytes, the least recently used are removed.

    Args:
        max_bytes: The limit. The newest result is kept even if it alone exceeds the limit.
        size: Returns the bytes of a result; `size_of` by default.
    """

    def __init__(self, max_bytes: int, size: Callable[[Any], int] | None = None):
        self.max_bytes = max_bytes
        self.n_bytes = 0
        self._size = size or size_of
        self._entries: OrderedDict[tuple, tuple[Any, int]] = OrderedDict()
        self._lock = threading.Lock()
        self._locks: WeakValueDictionary[tuple, Any] = WeakValueDictionary()

    def get(self, key: tuple) -> Any:
        """The result, or None."""
        with self._lock:
            if key not in self._entries:
                return None
            self._entries.move_to_end(key)
            return self._entries[key][0]

    def put(self, key: tuple, result: Any) -> None:
        size = self._size(result)
        with self._lock:
            if key in self._entries:
                self.n_bytes -= self._entries.pop(key)[1]
            self._entries[key] = (result, size)
            self.n_bytes += size
            while self.n_bytes > self.max_bytes and len(self._entries) > 1:
                self.n_bytes -= self._entries.popitem(last=False)[1][1]

    def drop(self, key: tuple) -> None:
        """Removes the result of this key, if it is there."""
        with self._lock:
            if key in self._entries:
                self.n_bytes -= self._entries.pop(key)[1]

    def lock(self, key: tuple) -> Any:
        """The lock to hold while the result of this key is computed, so that it is computed once for all sessions."""
        with self._lock:
            return self._locks.setdefault(key, threading.Lock())


def size_of(result: Any) -> int:
    """Bytes of the arrays in a result."""
    if isinstance(result, np.ndarray):
        return result.nbytes
    if dataclasses.is_dataclass(result):
        return 1000 + sum(size_of(getattr(result, spec.name)) for spec in dataclasses.fields(result))
    if isinstance(result, Mapping):
        return sum(size_of(value) for value in result.values())
    if isinstance(result, (list, tuple)):
        return sum(map(size_of, result))
    return sys.getsizeof(result)
