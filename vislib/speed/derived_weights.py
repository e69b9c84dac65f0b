"""Weights made of a model's own, which follow when those change."""

import threading
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from vislib.backend import keras, tf
from vislib.graph.graph import Graph


class Maker(Protocol):
    """Holds weights made of a model's own."""

    @property
    def sources(self) -> Sequence[keras.Variable]:
        """The model's weights that they are made of."""

    def make(self, *sources: tf.Tensor) -> None:
        """Makes them anew of those."""


class Renewed:
    """Makes weights anew whose sources were written to, whenever it is called."""

    def __init__(self, makers: Sequence[Maker]):
        self._makers = makers
        variables = [[each.value for each in maker.sources] for maker in makers]
        # Not by read_value, which has more operations to trace for the same.
        self._read = tf.function(lambda: [[_read(each) for each in some] for some in variables], autograph=False)
        self._sources: list[Sequence[tf.Tensor]] = [()] * len(makers)
        self._places: list[list[int] | None] = [None] * len(makers)
        self._lock = threading.Lock()

    def __call__(self) -> None:
        if not self._makers:
            return
        with self._lock:
            for number, (maker, sources) in enumerate(zip(self._makers, self._read(), strict=True)):
                places = _places(sources)
                if places is None or places != self._places[number]:
                    maker.make(*sources)
                    # TensorFlow writes elsewhere as long as what was read is held.
                    self._sources[number], self._places[number] = sources, places


class QuickGraph:
    """A graph with the same values as another that is quicker, by weights made of the model's own.

    Args:
        graph: The quicker one.
        makers: Of its weights.
    """

    def __init__(self, graph: Graph, makers: Sequence[Maker]):
        self._graph, self._renewed = graph, Renewed(makers)

    def graph(self) -> Graph:
        """The graph, with the model's weights of this moment. Nodes keep their names."""
        self._renewed()
        return self._graph


def _read(variable: tf.Variable) -> tf.Tensor:
    return tf.raw_ops.ReadVariableOp(resource=variable.handle, dtype=variable.dtype)


def _places(tensors: Sequence[tf.Tensor]) -> list[int] | None:
    """The addresses of their memory; None where that is a GPU's, of which nothing is told."""
    if any("CPU" not in tensor.device for tensor in tensors):
        return None
    return [np.asarray(memoryview(tensor)).__array_interface__["data"][0] for tensor in tensors]
