"""NumPy's threads, limited while TensorFlow computes."""

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
    return ThreadpoolController()  # looking through the process's libraries takes some milliseconds


@contextlib.contextmanager
def one_blas_thread() -> Iterator[None]:
    """Within it, or in a function decorated by it, NumPy computes matrix products in one thread.

    OpenBLAS's threads wait busily for a thirtieth of a second after each product, on the cores that TensorFlow is to
    use meanwhile: integrated gradients take a third longer so, and the products themselves are small.

    The limit holds for the whole process. Blocks of several threads may overlap: the first one in sets the limit, and
    the last one out restores what was there before.
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
