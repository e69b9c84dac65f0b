"""Traced functions, kept while they fit into memory."""

import itertools
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

MAX_BYTES = 800_000_000
"""What the traced functions of all networks take together at most."""
_BYTES_AN_OPERATION = 11_000
"""Memory that a traced function takes for each of its operations: measured 8.5 to 10.7 kB, for gradients, maps
and scores of EfficientNet-Lite0 and ResNet-50."""


@dataclass(frozen=True)
class Kept:
    """What is kept traced: the number of functions, and their bytes, estimated from their operations."""

    functions: int
    n_bytes: int


_serial_numbers = itertools.count()


class FunctionCache:
    """The traced functions of one network, or of one module, by key.

    Those of all networks share `MAX_BYTES`; the least recently used function is removed first, whichever network it
    belongs to. The functions of a network end with it.
    """

    def __init__(self) -> None:
        self.number = next(_serial_numbers)
        self._functions: dict[Hashable, Callable] = {}
        self._lock = threading.RLock()
        weakref.finalize(self, _forget, self.number)

    def traced(self, key: Hashable, make: Callable[[], Callable], *specs: Any) -> Callable:
        """The function under `key`; if there is none, the result of `make`, traced for `specs` and then kept."""
        # Late, so that `kept` can be asked before TensorFlow is there.
        from vislib.backend import tf, without_garbage_collection

        with self._lock:
            function = self._functions.get(key)
            if function is None:
                with without_garbage_collection():
                    traced = tf.function(make(), input_signature=specs, autograph=False)
                    function = traced.get_concrete_function()  # takes less time per call than the tf.function
                self._functions[key] = function
                _add(self, key, len(function.graph.get_operations()) * _BYTES_AN_OPERATION)
            else:
                _use(self, key)
            return function

    def remove(self, key: Hashable) -> None:
        """Removes a function; whoever runs it now ends as usual."""
        self._functions.pop(key, None)


def kept() -> Kept:
    """What the networks of this process keep traced."""
    with _lock:
        return Kept(len(_recent), sum(n_bytes for _, n_bytes in _recent.values()))


# Every kept function by its cache's serial number and its key, the least recently used first: the cache, and bytes.
_recent: OrderedDict[tuple[int, Hashable], tuple[weakref.ref[FunctionCache], int]] = OrderedDict()
_lock = threading.RLock()  # a collection of garbage, with `_forget` in it, can start while this thread holds it


def _add(cache: FunctionCache, key: Hashable, n_bytes: int) -> None:
    """Notes a new function, and removes the least recently used ones until the others fit beside it."""
    with _lock:
        _recent[cache.number, key] = (weakref.ref(cache), n_bytes)
        total = sum(n_bytes for _, n_bytes in _recent.values())
        while total > MAX_BYTES and len(_recent) > 1:
            (_, old), (owner, n_bytes) = _recent.popitem(last=False)
            if (its_cache := owner()) is not None:
                its_cache.remove(old)
            total -= n_bytes


def _use(cache: FunctionCache, key: Hashable) -> None:
    """Makes a function the most recently used one."""
    with _lock:
        if (cache.number, key) in _recent:  # another thread may have just removed it
            _recent.move_to_end((cache.number, key))


def _forget(number: int) -> None:
    """Removes the entries of a cache that is gone."""
    with _lock:
        for entry in [entry for entry in _recent if entry[0] == number]:
            del _recent[entry]
