"""The variants of one graph: with another gradient, in elementary operations, with quicker operations."""

import threading
from collections.abc import Callable, Iterable
from weakref import WeakValueDictionary

from vislib.graph.elementary import elementary
from vislib.graph.graph import Graph
from vislib.graph.relevance import RelevanceGraph, with_relevance
from vislib.graph.relevance_rules import Composite
from vislib.graph.relu_rules import with_relu_rule
from vislib.graph.rescale import RescaledGraph, with_rescale_rule
from vislib.speed.batch_norm import FoldBatchNorm, FreezeBatchNorm
from vislib.speed.conv_gradient import FlippedKernelGradients
from vislib.speed.derived_weights import GraphRewrite


class GraphVariants:
    """Graphs derived from one graph. Each is made at its first use and has the model's current weights.

    Args:
        graph: The graph with the model's own operations.
        name: The model's name, for error messages.
    """

    def __init__(self, graph: Graph, name: str):
        self._graph, self._name = graph, name
        self._with_rule: dict[str, Graph] = {}
        self._quick: dict[tuple[Callable, Graph], GraphRewrite] = {}
        self._with_relevance: WeakValueDictionary[tuple[Composite, Graph], RelevanceGraph] = WeakValueDictionary()
        self._elementary: Graph | None = None
        self._rescaled: RescaledGraph | None = None
        self._lock = threading.Lock()

    def with_rule(self, rule: str | None) -> Graph:
        """The graph whose ReLUs follow `rule`; the plain graph for None."""
        if rule is None:
            return self._graph
        with self._lock:
            if rule not in self._with_rule:
                self._with_rule[rule] = with_relu_rule(self._graph, rule, self._name)
            return self._with_rule[rule]

    def elementary(self) -> Graph:
        """The graph in elementary operations; see `vislib.graph.elementary`."""
        with self._lock:
            if self._elementary is None:
                self._elementary = elementary(self._graph)
            return self._elementary

    def rescaled(self) -> RescaledGraph:
        """The graph with the gradient of DeepLIFT's rescale rule."""
        with self._lock:
            if self._rescaled is None:
                self._rescaled = with_rescale_rule(self._graph)
            return self._rescaled

    def for_logits(self) -> Graph:
        """The quickest graph for its last output alone."""
        return self._made(self._graph, FoldBatchNorm, FreezeBatchNorm)

    def for_maps(self) -> Graph:
        """The quickest graph that has the output of every node."""
        return self._made(self._graph, FreezeBatchNorm)

    def for_gradients(self, rule: str | None, fold_batch_norm: bool = False) -> Graph:
        """The graph with the quickest gradients; with folded batch normalizations on request, see `FoldBatchNorm`."""
        folded = (FoldBatchNorm,) if fold_batch_norm else ()
        return self._made(self.with_rule(rule), *folded, FreezeBatchNorm, FlippedKernelGradients)

    def folded(self) -> Graph:
        """The graph in which convolutions contain the batch normalizations behind them."""
        return self._made(self._graph, FoldBatchNorm)

    def for_relevance(self, composite: Composite, read: Iterable[str] = ()) -> RelevanceGraph:
        """The graph whose gradients are relevances.

        Batch normalizations are folded, unless a layer in `read`, whose output is wanted, would be left out by that.
        It is kept as long as someone uses it, such as a traced function: a person may make any number of composites.
        """
        graph = self.folded()
        if any(graph.node(layer) is None for layer in read):
            graph = self._graph
        with self._lock:
            found = self._with_relevance.get((composite, graph))
            if found is None:
                found = self._with_relevance[composite, graph] = with_relevance(graph, composite)
            return found

    def _made(self, graph: Graph, *kinds: Callable[[Graph], GraphRewrite]) -> Graph:
        """The graph after these rewrites, one after the other."""
        for kind in kinds:
            with self._lock:
                if (kind, graph) not in self._quick:
                    self._quick[kind, graph] = kind(graph)
            graph = self._quick[kind, graph].graph()
        return graph
