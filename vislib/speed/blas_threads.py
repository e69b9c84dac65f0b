"""Limits NumPy's threads while TensorFlow computes."""

import contextlib
import functools
import threading
from collections.abc import Iterator
from typing import Any

from threadpoolctl import ThreadpoolController

_lock = threading.Lock()
_inside = 0
_limit: Any = None


@functools.cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()  # cached, as it takes some milliseconds to find the process's libraries


@contextlib.contextmanager
def one_blas_thread() -> Iterator[None]:
    """A context, or a decorator of a function, in which NumPy computes matrix products in one thread.

    After each product OpenBLAS's threads keep their cores busy for a thirtieth of a second, and TensorFlow needs these
    cores: integrated gradients then take a third longer. The products are small, so one thread is enough.

    The limit holds for the whole process. Contexts of several threads may overlap: the first that is entered sets the
    limit, and the last that is left restores the previous limit.
    """
    global _inside, _limit
    with _lock:
        if _inside == 0:
            _limit = _controller().limit(limits=1, user_api="blas")
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                _limit.restore_original_limits()
                _limit = None
