"""A network's graph as it is wanted: with its ReLUs under a rule, and quick to compute."""

import threading
from collections.abc import Callable

from vislib.graph.graph import Graph
from vislib.graph.relu_rules import with_relu_rule
from vislib.speed.batch_norm import Folded, PreparedNorms
from vislib.speed.conv_gradient import QuickBackward
from vislib.speed.derived_weights import QuickGraph


class QuickGraphs:
    """Graphs made of one, each when it is first asked for, with the weights of the moment they are asked for.

    Args:
        graph: With the model's own operations.
        name: The model's, for errors.
    """

    def __init__(self, graph: Graph, name: str):
        self._graph, self._name = graph, name
        self._ruled: dict[str, Graph] = {}
        self._quick: dict[tuple[Callable, Graph], QuickGraph] = {}
        self._lock = threading.Lock()

    def under(self, rule: str | None) -> Graph:
        """The graph whose ReLUs follow the rule; None for the plain one."""
        if rule is None:
            return self._graph
        with self._lock:
            if rule not in self._ruled:
                self._ruled[rule] = with_relu_rule(self._graph, rule, self._name)
            return self._ruled[rule]

    def for_logits(self) -> Graph:
        """The one that is quick where only outputs are wanted."""
        return self._made(self._graph, Folded, PreparedNorms)

    def for_maps(self) -> Graph:
        """The one that is quick where every node's output may be asked for."""
        return self._made(self._graph, PreparedNorms)

    def for_gradients(self, rule: str | None, averaged: bool = False) -> Graph:
        """The one whose gradients are quick; of those that are averaged norms are folded as well, see `Folded`."""
        folded = (Folded,) if averaged else ()
        return self._made(self.under(rule), *folded, PreparedNorms, QuickBackward)

    def _made(self, graph: Graph, *kinds: Callable[[Graph], QuickGraph]) -> Graph:
        """The graph made quick in these ways, one after the other."""
        for kind in kinds:
            with self._lock:
                if (kind, graph) not in self._quick:
                    self._quick[kind, graph] = kind(graph)
            graph = self._quick[kind, graph].graph()
        return graph
