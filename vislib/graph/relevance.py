"""The same graph with another gradient: what flows back is relevance (layer-wise relevance propagation).

Values do not change. Neither do the model and its weights. The gradient that a node passes on to its inputs is their
relevance, where the incoming gradient is the relevance of its output:

    convolution, dense      the rule of the composite; see `vislib.graph.relevance_rules`
    sum, average, scale     each input's contribution x ∂y/∂x · R / y, which the shift of a normalization diminishes
    product with a gate     all to the map; in a product without a gate, equal shares
    attention               all to the values; the attention weights are held constant
    activation              passed on unchanged; also by normalizations whose statistics depend on the image
    maximum, concatenation, reshaping, padding
                            where the value came from, which is what the usual gradient does
    any other               x ∂y/∂x · R / y, and a note names the layer

Reference: Bach et al. 2015; Montavon et al. 2019; Anders et al. 2021, arXiv 2106.13200.
"""

import dataclasses
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from vislib.backend import keras, tf
from vislib.errors import listed
from vislib.graph.copies import sharing_weights
from vislib.graph.graph import Graph, Node
from vislib.graph.layer_kinds import BATCH_NORMALIZATION, MAXIMUM, LayerKind, Role, kind_of, kind_of_activation
from vislib.graph.relevance_rules import EPSILON, Box, Composite, Rule
from vislib.language import text

_NEVER_ZERO = {tf.float16: 6e-8, tf.bfloat16: 1e-30, tf.float32: 1e-30, tf.float64: 1e-30}


@dataclass(frozen=True, eq=False)
class RelevanceGraph:
    """A graph whose gradients are relevances.

    Attributes:
        graph: The graph, with the same node names; its `notes` names the nodes that no rule covers.
        bounds: Its second input (2, h, w, c), the lowest and the highest values that an image can have, if the
            composite's first rule needs them and a layer with weights reads the image; else none.
    """

    graph: Graph
    bounds: tuple[keras.KerasTensor, ...]

    def model(self, outputs: Sequence[keras.KerasTensor]) -> keras.Model:
        """A model from [images, *bounds] to some tensors of the graph."""
        return keras.Model([self.graph.input, *self.bounds], list(outputs))


def with_relevance(graph: Graph, composite: Composite) -> RelevanceGraph:
    """The graph whose gradients are relevances.

    Args:
        graph: A network's graph, best with folded batch normalizations.
        composite: Which rule a layer has.
    """
    first = first_weights(graph)
    # Where no weights are visible, as behind an own layer, no layer has the first rule.
    bounds, edges = _edges(graph, first) if composite.needs_bounds and first else ((), {})
    makers = {id(node.output): node for node in graph.nodes}
    unknown: list[str] = []

    def with_rule(node: Node) -> keras.Operation:
        kind = kind_of(node.operation)
        if _has_weights(node, kind):
            rule = composite.convolution if kind.role is Role.CONVOLUTION else composite.dense
            if node in first and composite.first is not None:
                rule = composite.first
            if rule is not EPSILON and not _kernel_and_bias_only(node.operation):
                kind_name = type(node.operation).__name__
                unknown.append(text("{layer} ({kind}: ε rule)", layer=node.name, kind=kind_name))
                rule = EPSILON
            return _Weighted(node, (rule, composite.convolution), composite, edges.get(node.name))
        if kind.role is Role.ATTENTION:
            return _Attention(node, _by_contribution(composite.epsilon))
        back = _back(node, kind, makers, composite.epsilon)
        if back is None:
            return node.operation
        if kind.role is Role.OTHER and not kind.macs_known:
            unknown.append(f"{node.name} ({type(node.operation).__name__})")
        return _WithRelevance(node, back)

    rewritten = graph.rewritten(with_rule)
    layers = listed(unknown, 4)
    note = text("No rule is known for {layers}: relevance is passed on there by gradient × input.", layers=layers)
    noted = dataclasses.replace(rewritten, notes=(*graph.notes, note) if unknown else graph.notes)
    return RelevanceGraph(noted, bounds)


def first_weights(graph: Graph) -> list[Node]:
    """The nodes with weights that read the image, with no weights before them."""
    free, found = {id(graph.input)}, []
    for node in graph.nodes:
        if not any(id(tensor) in free for tensor in node.inputs):
            continue
        if _has_weights(node, kind_of(node.operation)):
            found.append(node)
        else:
            free.add(id(node.output))
    return found


def _edges(graph: Graph, nodes: Sequence[Node]) -> tuple[tuple[keras.KerasTensor, ...], dict[str, keras.KerasTensor]]:
    """An input for the two extreme images (2, h, w, c), and the inputs (2, …) of some nodes for them, by the node."""
    reading = keras.Model(graph.input, [keras.layers.Identity()(node.inputs[0]) for node in nodes])
    bounds = keras.Input(batch_shape=(2, *graph.input.shape[1:]))
    return (bounds,), dict(zip((node.name for node in nodes), keras.tree.flatten(reading(bounds)), strict=True))


# -- which node passes relevance on in which way ------------------------------------------------------


def _has_weights(node: Node, kind: LayerKind) -> bool:
    return kind.role in (Role.CONVOLUTION, Role.DENSE) and bool(getattr(node.operation, "weights", ()))


def _kernel_and_bias_only(operation: Any) -> bool:
    """Whether the layer is linear in its kernels alone, so that their parts can be taken."""
    return not getattr(operation, "lora_enabled", False) and not getattr(operation, "quantization_mode", None)


_Back = Callable[[Callable, Sequence[tf.Tensor], tf.Tensor, tf.Tensor], list]
"""(function of the inputs, inputs, output, relevance of the output) → relevance of each input, or None."""


def _back(node: Node, kind: LayerKind, makers: dict[int, Node], epsilon: float) -> _Back | None:
    """How a node without weights passes relevance on; None where the usual gradient does it."""
    if kind.identity or kind.role in (Role.PADDING, Role.GIVEN, Role.REGULARIZATION):
        return None
    if kind.role is Role.RESHAPE:
        return _by_contribution(epsilon) if getattr(node.operation, "interpolation", "nearest") != "nearest" else None
    if kind.statistic == "max" or kind.joins == "inception" or kind is MAXIMUM:
        return None
    if kind.role is Role.NORMALIZATION and kind is not BATCH_NORMALIZATION:
        return _passed
    if kind.role in (Role.ACTIVATION, Role.RESCALING) and node.inputs[0].shape == node.output.shape:
        return _passed
    if kind.joins == "gated" or (kind.role is Role.MERGE and not kind.macs_known):
        return _to_maps(_is_gate(node, makers), kind, epsilon)
    return _by_contribution(epsilon)


def _is_gate(node: Node, makers: dict[int, Node]) -> list[bool]:
    """Which inputs of a product are gates: smaller than the product, or made by a sigmoid or softmax."""
    size = _n_numbers(node.output)
    small = [_n_numbers(tensor) < size for tensor in node.inputs]
    if any(small) and not all(small):
        return small
    gates = [_made_by_gate(makers.get(id(tensor)), makers) for tensor in node.inputs]
    return gates if not all(gates) else [False] * len(gates)


def _made_by_gate(node: Node | None, makers: dict[int, Node]) -> bool:
    while node is not None and (kind_of(node.operation).identity or kind_of(node.operation).role is Role.RESHAPE):
        node = makers.get(id(node.inputs[0]))
    return node is not None and kind_of_activation(node.operation).in_0_to_1


def _n_numbers(tensor: keras.KerasTensor) -> int:
    n = 1
    for side in tensor.shape[1:]:
        n *= side or 1
    return n


# -- the ways -------------------------------------------------------------------------------------


def stabilized(z: tf.Tensor, epsilon: float) -> tf.Tensor:
    """z + sign(z) ε rms(z), where the root mean square is over the units of one image; never 0."""
    scale = tf.sqrt(tf.reduce_mean(z * z, axis=list(range(1, len(z.shape))), keepdims=True))
    sign = tf.where(z < 0, -tf.ones_like(z), tf.ones_like(z))
    return z + sign * tf.cast(epsilon * tf.cast(scale, tf.float32) + _NEVER_ZERO[z.dtype], z.dtype)


def _passed(function: Callable, inputs: Sequence[tf.Tensor], output: tf.Tensor, relevance: tf.Tensor) -> list:
    return [relevance, *[None] * (len(inputs) - 1)]


def _by_contribution(epsilon: float) -> _Back:
    """x ∂y/∂x · R / y: of a sum, each summand's share; of an average, each value's share."""

    def back(function: Callable, inputs: Sequence[tf.Tensor], output: tf.Tensor, relevance: tf.Tensor) -> list:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(inputs)
            again = function(*inputs)
        found = tape.gradient(again, inputs, relevance / stabilized(output, epsilon))
        return [None if each is None else x * each for x, each in zip(inputs, found, strict=True)]

    return back


def _to_maps(gates: list[bool], kind: LayerKind, epsilon: float) -> _Back:
    """All to the factors that are no gates, in equal shares."""
    n_maps = max(gates.count(False), 1)
    contribution = _by_contribution(epsilon)

    def back(function: Callable, inputs: Sequence[tf.Tensor], output: tf.Tensor, relevance: tf.Tensor) -> list:
        if kind.joins == "gated" and all(
            gate or x.shape == output.shape for gate, x in zip(gates, inputs, strict=True)
        ):
            return [None if gate else relevance / n_maps for gate in gates]
        shares = contribution(function, inputs, output, relevance)
        return [None if gate or each is None else each / n_maps for gate, each in zip(gates, shares, strict=True)]

    return back


# -- operations whose gradient is relevance --------------------------------------------------------


class _WithRelevance(keras.Operation):
    """An operation with the same values whose gradient is relevance."""

    def __init__(self, node: Node, back: _Back):
        super().__init__()
        self._operation, self._back = node.operation, back
        self._spec = (node.output.shape, node.output.dtype)

    def compute_output_spec(self, *args, **kwargs):
        return keras.KerasTensor(*self._spec)

    def call(self, *args, **kwargs):
        leaves = keras.tree.flatten((args, kwargs))
        places = [number for number, leaf in enumerate(leaves) if tf.is_tensor(leaf) and leaf.dtype.is_floating]
        output = self._operation(*args, **kwargs)

        def function(*tensors):
            filled = list(leaves)
            for place, tensor in zip(places, tensors, strict=True):
                filled[place] = tensor
            given, named = keras.tree.pack_sequence_as((args, kwargs), filled)
            return self._operation(*given, **named)

        return attached(function, [leaves[place] for place in places], output, self._back)


class _Attention(_WithRelevance):
    """Attention whose relevance all goes to the values that it averages; the attention weights are held constant."""

    def call(self, *args, **kwargs):
        given = dict(inspect.signature(self._operation.call).bind(*args, **kwargs).arguments)
        if "value" in given:  # (query, value, key=None); without a key, the value is the key
            value, given["key"] = given["value"], given["value"] if given.get("key") is None else given["key"]

            def of_value(value):
                return self._operation(**{**given, "value": value})
        else:  # ([query, value, key], …)
            name, (query, value, *key) = next(iter(given.items()))

            def of_value(value_now):
                return self._operation(**{**given, name: [query, value_now, *(key or [value])]})

        return attached(of_value, [value], of_value(value), self._back)


def attached(function: Callable, inputs: Sequence[tf.Tensor], output: tf.Tensor, back: _Back) -> tf.Tensor:
    """The output, with relevance as its gradient by the inputs."""

    @tf.custom_gradient
    def with_relevance(*inputs):
        def gradient(relevance):
            # Copies, so that a tensor that is two of the inputs gets the relevance of each.
            found = back(function, [tf.identity(x) for x in inputs], output, relevance)
            return [tf.zeros_like(x) if each is None else each for x, each in zip(inputs, found, strict=True)]

        return tf.identity(output), gradient

    return with_relevance(*inputs)


class _Weighted(keras.Operation):
    """A layer with kernels and an activation, whose linear steps follow rules; the activation passes relevance on.

    `edges` are its inputs (2, …) for the two extreme images, if a rule needs them: a second input of the operation.
    """

    def __init__(self, node: Node, rules: Sequence[Rule], composite: Composite, edges: keras.KerasTensor | None):
        super().__init__()
        self._layer, self._rules, self._composite, self._edges = node.operation, rules, composite, edges
        self._spec = (node.output.shape, node.output.dtype)

    def __call__(self, x, *_, edges=None, **__):
        return super().__call__(x, edges=self._edges if edges is None else edges)

    def compute_output_spec(self, *args, **kwargs):
        return keras.KerasTensor(*self._spec)

    def call(self, x, edges=None):
        box = None if edges is None else _box(tf.cast(edges, x.dtype))
        for step, rule in zip(linear_steps(self._layer), self._rules, strict=False):
            x = self._with_rule(step, rule, x, box)
        if not hasattr(self._layer, "activation") or kind_of_activation(self._layer).identity:
            return x
        activation = self._layer.activation
        return attached(activation, [x], activation(x), _passed)

    def _with_rule(self, step: "LinearStep", rule: Rule, x: tf.Tensor, box: Box | None) -> tf.Tensor:
        kernel, bias = step.weights()

        def back(_, inputs: Sequence[tf.Tensor], z: tf.Tensor, relevance: tf.Tensor) -> list:
            counted = bias if self._composite.biases else None
            epsilon = self._composite.epsilon
            return [rule_share(rule, step, inputs[0], kernel, counted, z, relevance, epsilon, box)]

        return attached(step, [x], step(x, kernel, bias), back)


def _box(edges: tf.Tensor) -> Box:
    """The lowest and the highest value of each channel of inputs (2, …, channels)."""
    axes = list(range(len(edges.shape) - 1))
    return Box(tf.reduce_min(edges, axes), tf.reduce_max(edges, axes))


def rule_share(
    rule: Rule,
    step: Callable,
    x: tf.Tensor,
    kernel: tf.Tensor,
    bias: tf.Tensor | None,
    z: tf.Tensor,
    relevance: tf.Tensor,
    epsilon: float,
    box: Box | None = None,
) -> tf.Tensor:
    """The relevance of a linear step's inputs.

    Args:
        rule: The rule.
        step: (x, kernel, bias) → z.
        x: The inputs (n, …).
        kernel: The kernel.
        bias: The bias; None if there is none or it takes up nothing.
        z: The outputs (n, …).
        relevance: That of the outputs (n, …).
        epsilon: See `Composite`.
        box: The bounds of x, if the rule needs them.
    """
    total = tf.zeros_like(x)
    for group in rule.groups:
        changed = [product.input_of(x, box) for product in group.products]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(changed)
            sums = [
                product.sign * step(each, product.kernel(kernel), None if bias is None else product.bias(bias))
                for product, each in zip(group.products, changed, strict=True)
            ]
            summed = tf.add_n(sums)
        divided = group.share * relevance / stabilized(summed, epsilon)
        if group.of != "all":
            divided = tf.where((z >= 0) == (group.of == "positive"), divided, 0.0)
        gradients = tape.gradient(summed, changed, divided)
        total += tf.add_n([each * gradient for each, gradient in zip(changed, gradients, strict=True)])
    return total


class LinearStep:
    """(x, kernel, bias) → the linear part of a layer, with the given weights in the place of its own."""

    def __init__(self, kernel: Any, bias: Any, function: Callable):
        self._kernel, self._bias, self._function = kernel, bias, function

    def weights(self) -> tuple[tf.Tensor, tf.Tensor | None]:
        """The kernel and the bias as they are now; None without a bias."""
        return tf.convert_to_tensor(self._kernel), None if self._bias is None else tf.convert_to_tensor(self._bias)

    def __call__(self, x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor | None) -> tf.Tensor:
        return self._function(x, kernel, bias)


def linear_steps(layer: Any) -> list[LinearStep]:
    """The linear steps of a layer, without its activation: two of a separable convolution, one of any other."""
    bias = getattr(layer, "bias", None)
    if hasattr(layer, "pointwise_kernel"):
        return [
            LinearStep(layer.depthwise_kernel, None, lambda x, kernel, _: _depthwise(layer, x, kernel)),
            LinearStep(layer.pointwise_kernel, bias, lambda x, kernel, bias: _pointwise(x, kernel, bias)),
        ]
    twin = layer
    if "activation" in vars(layer):
        twin = sharing_weights(layer, activation=keras.activations.linear)

    def with_weights(x, kernel, bias):
        changed = [(layer.kernel, kernel)]
        if getattr(layer, "bias", None) is not None:
            changed.append((layer.bias, tf.zeros(layer.bias.shape, x.dtype) if bias is None else bias))
        with keras.StatelessScope(state_mapping=changed):
            return twin(x)

    return [LinearStep(layer.kernel, bias, with_weights)]


def _depthwise(layer: Any, x: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    return keras.ops.depthwise_conv(x, kernel, layer.strides, layer.padding, layer.data_format, layer.dilation_rate)


def _pointwise(x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor | None) -> tf.Tensor:
    mixed = keras.ops.conv(x, kernel)
    return mixed if bias is None else mixed + bias
