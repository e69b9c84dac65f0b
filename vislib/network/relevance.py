"""Relevance of a network's input and of its layers (layer-wise relevance propagation), as NumPy arrays."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vislib.backend import keras, tf
from vislib.errors import ModelError, ParameterError
from vislib.graph.graph import Graph
from vislib.graph.relevance import RelevanceGraph
from vislib.graph.relevance_rules import Composite
from vislib.language import text
from vislib.network.computations import relevance_through, relevances
from vislib.network.failures import WITHOUT_GRADIENTS, NoGradient
from vislib.network.forward import ForwardNetwork
from vislib.network.target_arguments import TargetArguments, Targets
from vislib.targets.base import LOGITS, Target


@dataclass(frozen=True, eq=False)
class Relevance:
    """The relevance of n images for their targets.

    Attributes:
        inputs: (n, h, w, c), in the unit of the target.
        layers: Of each layer's output, (n, …), by the layer's name.
        values: The targets' values (n,).
        started: What is divided among the inputs, (n,): for a logit, the logit.
        notes: Sentences on layers that no rule covers.
    """

    inputs: np.ndarray
    layers: dict[str, np.ndarray]
    values: np.ndarray
    started: np.ndarray
    notes: tuple[str, ...]


def relevance(
    network: ForwardNetwork,
    inputs: np.ndarray,
    target: Targets,
    composite: Composite,
    layers: Sequence[str] = (),
    bounds: np.ndarray | None = None,
) -> Relevance:
    """See `Network.relevance`."""
    given = TargetArguments.of(target, len(inputs), network)
    ruled = _graph(network, given, composite)
    edges = _edges(ruled, bounds)
    graph = ruled.graph
    tensors = [_output(network, graph, layer) for layer in layers]
    read = network.read(graph, given.form)
    function = _traced(
        network,
        ("relevance", given.form, ruled, *layers),
        lambda: relevances(ruled.model([*tensors, *read]), given.measures, len(tensors)),
        [tf.TensorSpec(each.shape) for each in edges],
        *given.specs,
    )
    parts = []
    for start in range(0, len(inputs), network.gradient_batch_size):
        now = slice(start, start + network.gradient_batch_size)
        parts.append(function(tf.constant(inputs[now], tf.float32), edges, *given.part(now)))
    of_inputs, of_layers, values, started = (list(part) for part in zip(*parts, strict=True))
    return Relevance(
        _joined(of_inputs),
        {layer: _joined(some) for layer, some in zip(layers, zip(*of_layers, strict=True), strict=True)},
        _joined(values),
        _joined(started),
        graph.notes,
    )


def relevance_from(
    network: ForwardNetwork,
    inputs: np.ndarray,
    layer: str,
    relevance: np.ndarray,
    target: Target,
    composite: Composite,
    bounds: np.ndarray | None = None,
) -> np.ndarray:
    """See `Network.relevance_from`."""
    ruled = _graph(network, TargetArguments.of(target, 1, network), composite)
    edges = _edges(ruled, bounds)
    output = _output(network, ruled.graph, layer)
    function = _traced(
        network,
        ("relevance from", layer, ruled),
        lambda: relevance_through(ruled.model([output])),
        [tf.TensorSpec(each.shape) for each in edges],
        tf.TensorSpec(output.shape, tf.float32),
    )
    found = []
    for start in range(0, len(relevance), network.gradient_batch_size):
        part = relevance[start : start + network.gradient_batch_size]
        images = np.repeat(inputs, len(part), axis=0)
        found.append(function(tf.constant(images, tf.float32), edges, tf.constant(part, tf.float32)).numpy())
    return np.concatenate(found)


def _edges(ruled: RelevanceGraph, bounds: np.ndarray | None) -> list[tf.Tensor]:
    """The bounds as the second input of the graph; none if it has none."""
    if not ruled.bounds:
        return []
    if bounds is None:
        raise ParameterError(
            text("A composite with the zᴮ rule needs the bounds of the image's values; pass `bounds`.")
        )
    return [tf.constant(bounds, tf.float32)]


def _graph(network: ForwardNetwork, given: TargetArguments, composite: Composite) -> RelevanceGraph:
    """The graph in which the relevance of a target is computed. It has the output of every layer that the target
    reads, so it depends on the target."""
    hidden = [layer for _, layer, _ in given.form if layer is not LOGITS]
    return network.variants.for_relevance(composite, hidden)


def _traced(network: ForwardNetwork, key: tuple, make: Callable, *specs: Any) -> Callable:
    try:
        return network.functions.traced(key, make, network.images_spec, *specs)
    except NoGradient:
        raise ModelError(
            text(
                "No relevance reaches the image in {name}, because a layer has no gradient. Use a method "
                "without gradients: {methods}.",
                name=network.name,
                methods=WITHOUT_GRADIENTS,
            )
        ) from None


def _output(network: ForwardNetwork, graph: Graph, layer: str) -> keras.KerasTensor:
    """The output of a layer. Of a convolution that contains the batch normalization behind it, the normalized output:
    both have the same relevance."""
    node = graph.node(layer)
    if node is None:
        own = network.node(network.graph, layer)
        behind = next(each for each in network.graph.nodes if any(tensor is own.output for tensor in each.inputs))
        node = graph.node(behind.name)
        assert node is not None
    return node.output


def _joined(parts: Sequence[tf.Tensor]) -> np.ndarray:
    return np.concatenate([part.numpy() for part in parts])
