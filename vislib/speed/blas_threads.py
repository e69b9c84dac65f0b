"""NumPy's threads, kept out of the way of TensorFlow's."""

import contextlib
import functools
from collections.abc import Iterator

from threadpoolctl import ThreadpoolController


@functools.cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()  # looking through the process's libraries takes some milliseconds


@contextlib.contextmanager
def one_blas_thread() -> Iterator[None]:
    """Within it, or in a function decorated by it, NumPy computes matrix products in one thread.

    Those of OpenBLAS wait busily for a thirtieth of a second after each product, on the cores that TensorFlow is to
    use meanwhile: integrated gradients take a third longer so, and the products themselves are small.
    """
    with _controller().limit(limits=1, user_api="blas"):
        yield
