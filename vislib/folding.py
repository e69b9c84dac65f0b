"""The network as it runs when only its outputs are wanted: batch normalization folded into convolutions."""

import dataclasses
from collections.abc import Sequence

from vislib.backend import keras, tf
from vislib.derive import Graph, Node, activation_name, call_of
from vislib.renewed import Renewed


class Folded:
    """A graph with each batch normalization that follows a linear convolution made part of it.

    γ · (w·x + b − μ) / σ + β is a convolution with the kernel γ/σ · w and the bias β + γ/σ · (b − μ), so outputs
    change by rounding alone. So do gradients, but where the input of a ReLU is zero but for rounding, which side of it
    counts is chance, folded or not: to the gradient in double precision both come equally near (a thousandth on
    average for EfficientNet-Lite0 and ResNet-50 on noisy images). Only where the convolution's output goes nowhere else.

    Args:
        graph: With the model's own operations.
    """

    def __init__(self, graph: Graph):
        norms = _norms(graph)
        folded = {id(norm.output) for norm in norms.values()}
        now, nodes = {id(graph.input): graph.input}, []
        for node in graph.nodes:
            if id(node.output) in folded:
                now[id(node.output)] = now[id(node.inputs[0])]
                continue
            call, norm = call_of(node.output), norms.get(id(node.output))
            operation = node.operation if norm is None else NormedConvolution(node, norm.operation)
            args, kwargs = call.arguments.fill_in(now)
            outputs = keras.tree.flatten(operation(*args, **kwargs))
            inputs = tuple(now[id(tensor)] for tensor in node.inputs)
            now |= {id(old): new for old, new in zip(call.outputs, outputs, strict=True)}
            name = node.name if norm is None else norm.name
            nodes.append(Node(name, operation, inputs, now[id(node.output)]))
        self._graph = dataclasses.replace(graph, nodes=tuple(nodes), logits=now[id(graph.logits)])
        self._renewed = Renewed([node.operation for node in nodes if isinstance(node.operation, NormedConvolution)])

    def graph(self) -> Graph:
        """The folded graph, with the model's weights of this moment.

        Nodes keep their names; a convolution and its norm are one by the norm's name.
        """
        self._renewed()
        return self._graph


class NormedConvolution(keras.Operation):
    """A convolution, plain or depthwise, and the batch normalization behind it, as one convolution."""

    def __init__(self, node: Node, norm: keras.layers.BatchNormalization):
        super().__init__()
        layer = node.operation
        self.layer, self.norm = layer, norm
        self.depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
        self.kernel_size, self.strides, self.padding = layer.kernel_size, layer.strides, layer.padding
        self.dilation_rate = layer.dilation_rate
        self.kernel = tf.Variable(tf.zeros(layer.kernel.shape), trainable=False)
        self.bias = tf.Variable(tf.zeros(node.output.shape[-1]), trainable=False)

    def sources(self) -> list[tf.Tensor]:
        layer, norm = self.layer, self.norm
        found = [layer.kernel, norm.moving_mean, norm.moving_variance]
        found += [layer.bias] * layer.use_bias + [norm.gamma] * norm.scale + [norm.beta] * norm.center
        return [variable.value.read_value() for variable in found]

    def make(self, sources: Sequence[tf.Tensor]) -> None:
        kernel, mean, variance, *others = sources
        rest = iter(others)
        shift = (next(rest) if self.layer.use_bias else 0.0) - mean
        scale = tf.math.rsqrt(variance + self.norm.epsilon)
        scale = scale * next(rest) if self.norm.scale else scale
        shift = shift * scale + next(rest) if self.norm.center else shift * scale
        self.kernel.assign(kernel * (tf.reshape(scale, kernel.shape[-2:]) if self.depthwise else scale))
        self.bias.assign(shift)

    def compute_output_spec(self, x):
        return keras.KerasTensor(self.layer.compute_output_shape(x.shape), x.dtype)

    def call(self, x):
        convolve = keras.ops.depthwise_conv if self.depthwise else keras.ops.conv
        convolved = convolve(x, self.kernel, self.strides, self.padding, "channels_last", self.dilation_rate)
        return tf.nn.bias_add(convolved, self.bias)  # which TensorFlow makes part of the convolution, unlike a mere +


def _norms(graph: Graph) -> dict[int, Node]:
    """The batch normalization behind each convolution that can take it in, by the id of the convolution's output."""
    users: dict[int, list[Node]] = {id(graph.logits): []}
    for node in graph.nodes:
        for tensor in node.inputs:
            users.setdefault(id(tensor), []).append(node)
    found = {}
    for node in graph.nodes:
        after = users.get(id(node.output), [])
        if len(after) == 1 and node.output is not graph.logits and _folds(node, after[0]):
            found[id(node.output)] = after[0]
    return found


def _folds(node: Node, norm: Node) -> bool:
    layer = node.operation
    return (
        type(layer) in (keras.layers.Conv2D, keras.layers.DepthwiseConv2D)
        and type(norm.operation) is keras.layers.BatchNormalization
        and activation_name(layer) == "linear"
        and layer.data_format == "channels_last"
        and layer.compute_dtype == norm.operation.compute_dtype == "float32"
        and not getattr(layer, "lora_enabled", False)  # whose kernel is a sum, no variable
        and norm.operation.axis in (-1, 3)
    )
