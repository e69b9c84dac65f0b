"""The terms of a target that FullGrad shows: gradient × input, and gradient × bias of every layer."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vislib.backend import keras, tf
from vislib.graph.elementary import Form, form_of, repeated
from vislib.graph.graph import Node
from vislib.graph.layer_kinds import BATCH_NORMALIZATION, Role, kind_of
from vislib.network.computations import existing, total
from vislib.network.forward import ForwardNetwork
from vislib.network.target_arguments import TargetArguments, Targets


@dataclass(frozen=True, eq=False)
class BiasTerms:
    """The terms for n images.

    Attributes:
        input_term: (n, h, w, c), the gradient times the input.
        maps: For each layer with a bias and places, the term's absolute values, scaled to 0..1 within the layer and
            summed over its channels: (n, h', w').
        totals: (n,), the sum of all terms, those of layers without places too.
        values: (n,), the target's values.
        unknown: Names of the layers whose part in the target no term holds.
    """

    input_term: np.ndarray
    maps: list[np.ndarray]
    totals: np.ndarray
    values: np.ndarray
    unknown: tuple[str, ...]


def bias_terms(network: ForwardNetwork, inputs: np.ndarray, target: Targets) -> BiasTerms:
    """`Network.bias_terms`."""
    given = TargetArguments.of(target, len(inputs), network)
    function = network.functions.traced(
        ("bias terms", given.form), lambda: _computation(network, given), network.images_spec, *given.specs
    )
    at_once, found = max(network.gradient_batch_size // 2, 1), []
    for start in range(0, len(inputs), at_once):
        now = slice(start, start + at_once)
        found.append(tf.nest.map_structure(np.array, function(tf.constant(inputs[now], tf.float32), *given.part(now))))
    terms, maps, totals, values = zip(*found, strict=True)
    return BiasTerms(
        np.concatenate(terms),
        [np.concatenate(each) for each in zip(*maps, strict=True)],
        np.concatenate(totals),
        np.concatenate(values),
        tuple(node.name for node in network.variants.elementary().nodes if form_of(node) is Form.OTHER),
    )


def _computation(network: ForwardNetwork, given: TargetArguments) -> Callable:
    graph = network.variants.elementary()
    read = network.read(graph, given.form)
    needed = {node.name for node in graph.up_to(*read).nodes}
    biases = {node: bias for node in graph.nodes if node.name in needed and (bias := _bias(node)) is not None}
    nodes = list(biases)
    before = [node.inputs[0] for node in nodes]
    model = keras.Model(graph.input, [*(node.output for node in nodes), *map(_passed_on, before), *read])

    def compute(inputs, weights, operands):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(inputs)
            outputs = tf.nest.flatten(model(inputs, training=False))
            values = total(outputs[2 * len(nodes) :], given.measures, weights, operands)
        after, entering = outputs[: len(nodes)], outputs[len(nodes) : 2 * len(nodes)]
        gradient, *slopes = tape.gradient(values, [inputs, *after])
        term = inputs * existing(gradient)
        totals, maps = _sums(term), []
        for node, slope, x, y in zip(nodes, slopes, entering, after, strict=True):
            if slope is None:  # a node that the target reads through no gradient
                continue
            of_layer = tf.cast(slope * biases[node](x, y), tf.float32)
            totals += _sums(of_layer)
            if node.has_map:
                maps.append(tf.reduce_sum(scaled(of_layer), -1))
        return term, maps, totals, values

    return compute


def _passed_on(tensor: keras.KerasTensor) -> keras.KerasTensor:
    """The tensor as an output of a model; Keras makes no model whose output is its input."""
    return keras.layers.Identity(dtype=tensor.dtype)(tensor)


def scaled(term):
    """|term| (n, h, w, c), with the least value of each image at 0 and the largest at 1."""
    size = tf.abs(term)
    axes = list(range(1, len(term.shape)))
    size -= tf.reduce_min(size, axes, keepdims=True)
    return tf.math.divide_no_nan(size, tf.reduce_max(size, axes, keepdims=True))


def _sums(term):
    return tf.reduce_sum(tf.reshape(term, (tf.shape(term)[0], -1)), 1)


def _bias(node: Node) -> Callable | None:
    """(input, output) → y − J · x, the value at x = 0 of the node's linear approximation; None where it is 0 or
    unknown."""
    form, kind, run = form_of(node), kind_of(node.operation), repeated(node)
    if form is Form.LINEAR and (kind.role in (Role.CONVOLUTION, Role.DENSE) or kind is BATCH_NORMALIZATION):
        return lambda x, y: run(tf.zeros_like(x[:1]))
    if form is Form.PRODUCT:  # J · x = 2 · a · b
        return lambda x, y: -y
    if form is not Form.FUNCTION:
        return None

    def of_function(x, y):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(x)
            values = run(x)
        return y - x * tape.gradient(values, x, unconnected_gradients=tf.UnconnectedGradients.ZERO)

    return of_function
