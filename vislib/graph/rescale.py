"""The rescale rule of DeepLIFT: a graph whose gradient is the mean slope between a reference and the input.

Where an operation y = f(x) is not linear, its gradient is replaced by a multiplier m with m · (x − x₀) = y − y₀, where
x₀ and y₀ are the values for a reference input:

    one function of each number: m = (y − y₀) / (x − x₀); f' half-way where x ≈ x₀
    max pooling: with c = max(y, y₀), the place of the maximum of x has c − y₀, that of x₀ has y − c, each divided by
        the x − x₀ there
    a product y = a · b: (b + b₀) / 2 for a, and (a + a₀) / 2 for b, the Shapley values of the two

(Shrikumar, Greenside & Kundaje 2017, arXiv 1704.02685, section 3.5.1; the last two as in the shap library's
DeepExplainer, Lundberg & Lee 2017, arXiv 1705.07874.) Values do not change.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vislib.backend import keras, tf
from vislib.graph.elementary import Form, elementary, form_of, repeated
from vislib.graph.graph import Graph, Node, call_of
from vislib.graph.layer_kinds import Role, kind_of

_NEAR = 1e-4  # of the size of x, below which rounding spoils a quotient of differences


@dataclass(frozen=True, eq=False)
class RescaledGraph:
    """A graph for a reference input, and one for an input, whose gradient follows the rescale rule.

    Attributes:
        reference: The graph that runs on the reference input.
        now: The graph of the same values that runs on the input; it also reads the nodes of `reference`.
        by_gradient: Names of the nodes for which there is no rule, so that their gradient is used.
    """

    reference: Graph
    now: Graph
    by_gradient: tuple[str, ...]


def with_rescale_rule(graph: Graph) -> RescaledGraph:
    """The graph twice, the second time with the rescale rule."""
    reference = elementary(graph)
    start = keras.Input(batch_shape=graph.input.shape, dtype=graph.input.dtype)
    now, nodes, by_gradient = {id(reference.input): start}, [], []
    for node in reference.nodes:
        form, call = form_of(node), call_of(node.output)
        inputs = tuple(now[id(tensor)] for tensor in node.inputs)
        if form in _RULES:
            operation: keras.Operation = _Rescaled(node, _RULES[form])
            outputs = [operation(list(inputs), list(node.inputs))]
        else:
            operation = node.operation
            args, kwargs = call.arguments.fill_in(now)
            outputs = keras.tree.flatten(operation(*args, **kwargs))
        now |= {id(old): new for old, new in zip(call.outputs, outputs, strict=True)}
        output = now[id(node.output)]
        nodes.append(dataclasses.replace(node, operation=operation, inputs=inputs, output=output))
        if form is Form.OTHER and kind_of(node.operation).role is not Role.GIVEN:
            by_gradient.append(node.name)
    rewritten = dataclasses.replace(reference, input=start, nodes=tuple(nodes), logits=now[id(reference.logits)])
    return RescaledGraph(reference, rewritten, tuple(by_gradient))


class _Rescaled(keras.Operation):
    """A node's operation with the rescale rule; it takes the inputs, and those for the reference."""

    def __init__(self, node: Node, rule: Callable):
        super().__init__()
        self._run, self._rule = repeated(node), rule
        self._shape, self._dtype = node.output.shape, node.output.dtype

    def call(self, inputs, references):
        return self._rule(self._run, inputs, references)

    def compute_output_spec(self, inputs, references):
        return keras.KerasTensor(self._shape, self._dtype)


def _with_gradient_of(values: Any, linear: Any) -> Any:
    """The values, with the gradient of `linear`, exactly: the difference of equal numbers is 0."""
    return tf.stop_gradient(values) + linear - tf.stop_gradient(linear)


def _function(run: Callable, inputs, references):
    (x,), (x0,) = inputs, references
    y, y0 = run(x), run(x0)
    way, middle = x - x0, (x + x0) / 2
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(middle)
        half_way = run(middle)
    slope = tape.gradient(half_way, middle, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    is_near = tf.abs(way) <= tf.cast(_NEAR, x.dtype) * (tf.abs(x) + tf.abs(x0))
    quotient = (y - y0) / tf.where(is_near, tf.ones_like(way), way)
    return _with_gradient_of(y, x * tf.stop_gradient(tf.where(is_near, slope, quotient)))


def _maximum(run: Callable, inputs, references):
    (x,), (x0,) = inputs, references
    y, y0 = run(x), run(x0)
    larger, way = tf.maximum(y, y0), x - x0
    # 0 everywhere, and its gradient is that of x divided by the way; the winner's way is never 0 where it counts.
    per_way = x * tf.stop_gradient(tf.math.divide_no_nan(tf.ones_like(way), way))
    carrier = per_way - tf.stop_gradient(per_way)
    at_x, at_x0 = (run(tf.stop_gradient(place) + carrier) for place in (x, x0))
    linear = at_x * tf.stop_gradient(larger - y0) + at_x0 * tf.stop_gradient(y - larger)
    return _with_gradient_of(y, linear)


def _product(run: Callable, inputs, references):
    (a, b), (a0, b0) = inputs, references
    linear = a * tf.stop_gradient((b + b0) / 2) + b * tf.stop_gradient((a + a0) / 2)
    return _with_gradient_of(run(a, b), linear)


_RULES = {Form.FUNCTION: _function, Form.MAXIMUM: _maximum, Form.PRODUCT: _product}
