"""Weights derived from a model's weights, recomputed when those change."""

import ctypes
import threading
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from vislib.backend import keras, tf
from vislib.graph.graph import Graph


class DerivedWeight(Protocol):
    """Holds weights that are computed from a model's weights."""

    @property
    def sources(self) -> Sequence[keras.Variable]:
        """The model's weights that they are computed from."""

    def update(self, *sources: tf.Tensor) -> None:
        """Recomputes the derived weights from the values of the sources."""


class DerivedWeights:
    """Recomputes derived weights whose sources were written to, whenever it is called.

    Args:
        derived: The weights that it keeps up to date.
    """

    def __init__(self, derived: Sequence[DerivedWeight]):
        self._derived = derived
        variables = [[each.value for each in one.sources] for one in derived]
        # Not by read_value, which has more operations to trace for the same.
        self._read = tf.function(lambda: [[_read(each) for each in some] for some in variables], autograph=False)
        self._sources: list[Sequence[tf.Tensor]] = [()] * len(derived)
        self._addresses: list[list[int] | None] = [None] * len(derived)
        self._lock = threading.Lock()

    def __call__(self) -> None:
        if not self._derived:
            return
        with self._lock:
            for number, (derived, sources) in enumerate(zip(self._derived, self._read(), strict=True)):
                addresses = _buffer_addresses(sources)
                if addresses is None or addresses != self._addresses[number]:
                    derived.update(*sources)
                    # While we hold the tensors read, TensorFlow cannot reuse their buffers, so an equal address means
                    # an unchanged value.
                    self._sources[number], self._addresses[number] = sources, addresses


class GraphRewrite:
    """A graph with the same values as another that is quicker to compute, by derived weights.

    Args:
        graph: The quicker one.
        derived: Its derived weights.
    """

    def __init__(self, graph: Graph, derived: Sequence[DerivedWeight]):
        self._graph, self._update = graph, DerivedWeights(derived)

    def graph(self) -> Graph:
        """The graph, with the model's current weights. Nodes keep their names."""
        self._update()
        return self._graph


def _read(variable: tf.Variable) -> tf.Tensor:
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
