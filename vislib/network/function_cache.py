"""Traced functions, kept for their next use."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from vislib.backend import tf

_MOST = 16


class FunctionCache:
    """At most 16 functions, each under a key; the least recently used is evicted."""

    def __init__(self) -> None:
        self._functions: OrderedDict[Hashable, Callable] = OrderedDict()
        self._lock = threading.RLock()

    def get(self, key: Hashable, make: Callable[[], Callable]) -> Callable:
        """The function that `make` makes, kept under `key`."""
        with self._lock:
            if key not in self._functions:
                self._functions[key] = make()
                while len(self._functions) > _MOST:
                    self._functions.popitem(last=False)
            self._functions.move_to_end(key)
            return self._functions[key]

    def traced(self, key: Hashable, make: Callable[[], Callable], *specs: Any) -> Callable:
        """The function that `make` makes, traced for tensors as `specs` say, kept under `key`."""

        def trace() -> Callable:
            function = tf.function(make(), input_signature=specs, autograph=False)
            return function.get_concrete_function()  # quicker to call than what still chooses

        return self.get(key, trace)
