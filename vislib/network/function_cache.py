"""A cache of traced functions."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from vislib.backend import tf

_MOST = 16


class FunctionCache:
    """A cache of at most 16 functions by key; the least recently used function is evicted."""

    def __init__(self) -> None:
        self._functions: OrderedDict[Hashable, Callable] = OrderedDict()
        self._lock = threading.RLock()

    def get(self, key: Hashable, make: Callable[[], Callable]) -> Callable:
        """The function under `key`; if there is none, the result of `make`, which is then cached."""
        with self._lock:
            if key not in self._functions:
                self._functions[key] = make()
                while len(self._functions) > _MOST:
                    self._functions.popitem(last=False)
            self._functions.move_to_end(key)
            return self._functions[key]

    def traced(self, key: Hashable, make: Callable[[], Callable], *specs: Any) -> Callable:
        """The function under `key`; if there is none, the result of `make`, traced for `specs` and then cached."""

        def trace() -> Callable:
            function = tf.function(make(), input_signature=specs, autograph=False)
            return function.get_concrete_function()  # takes less time per call than the tf.function

        return self.get(key, trace)
