"""Weights derived from a model's weights, recomputed when those change."""

import threading
from collections.abc import Sequence
from typing import Protocol

from vislib.backend import keras, tf
from vislib.graph.graph import Graph
from vislib.speed.watched import WatchedTensors, read


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
        self._read = tf.function(lambda: [[read(each) for each in some] for some in variables], autograph=False)
        self._watched = [WatchedTensors() for _ in derived]
        self._lock = threading.Lock()

    def __call__(self) -> None:
        if not self._derived:
            return
        with self._lock:
            for derived, watched, sources in zip(self._derived, self._watched, self._read(), strict=True):
                if not watched.same(sources):
                    derived.update(*sources)
                    watched.hold(sources)


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
