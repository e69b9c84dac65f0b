"""Sees whether variables were written to, by the addresses of their memory, without comparing their values."""

import ctypes
import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import numpy as np

from vislib.backend import keras, tf

Found = TypeVar("Found")


class WatchedTensors:
    """The values of some variables as they were last read."""

    def __init__(self) -> None:
        self._held: Sequence[tf.Tensor] = ()
        self._addresses: list[int] | None = None

    def hold(self, tensors: Sequence[tf.Tensor]) -> None:
        """Takes these values for the last ones.

        While we hold them, TensorFlow cannot reuse their buffers, so an equal address means an unchanged value.
        """
        self._held, self._addresses = tensors, _buffer_addresses(tensors)

    def same(self, tensors: Sequence[tf.Tensor]) -> bool:
        """Whether the values read now are surely those held; False where addresses cannot be found out."""
        return self._addresses is not None and _buffer_addresses(tensors) == self._addresses


class OfWeights(Generic[Found]):
    """Something that is computed from weights, computed again only when one of them was written to.

    Args:
        weights: The variables.
    """

    def __init__(self, weights: Sequence[keras.Variable]):
        self._weights, self._watched, self._lock = weights, WatchedTensors(), threading.Lock()

    def __call__(self, compute: Callable[[], Found]) -> Found:
        with self._lock:
            # Read before it is computed: what is written meanwhile is seen at the next call.
            tensors = [read(weight.value) for weight in self._weights]
            if not self._watched.same(tensors):
                self._found = compute()
                self._watched.hold(tensors)
            return self._found


def read(variable: tf.Variable) -> tf.Tensor:
    """The value of a variable as a tensor that shares its memory. `read_value` has more operations to trace."""
    return tf.raw_ops.ReadVariableOp(resource=variable.handle, dtype=variable.dtype)


def _buffer_addresses(tensors: Sequence[tf.Tensor]) -> list[int] | None:
    """The addresses of their memory; None where they cannot be found out."""
    if all("CPU" in tensor.device for tensor in tensors):
        return [np.asarray(memoryview(tensor)).__array_interface__["data"][0] for tensor in tensors]
    try:
        return [address_by_dlpack(tensor) for tensor in tensors]
    except (RuntimeError, TypeError, ValueError, tf.errors.OpError):
        return None


def address_by_dlpack(tensor: tf.Tensor) -> int:
    """The address of a tensor's memory on any device, such as a GPU: the first field of what DLPack passes on."""
    capsule = tf.experimental.dlpack.to_dlpack(tensor)
    managed = _capsule_pointer(capsule, b"dltensor")
    return int(ctypes.c_void_p.from_address(managed).value or 0)


_capsule_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_capsule_pointer.restype, _capsule_pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
