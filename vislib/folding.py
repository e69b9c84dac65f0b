"""The network as it runs when only its outputs are wanted: batch normalization folded into convolutions."""

import dataclasses
import math

from vislib.backend import keras, tf
from vislib.derive import Graph, Node, activation_name, call_of

ops = keras.ops


def with_folded_norms(graph: Graph, n_images: int = 32) -> Graph:
    """The same graph with each batch normalization that follows a linear convolution made part of it.

    γ · (w·x + b − μ) / σ + β is a convolution with the kernel γ/σ · w and the bias β + γ/σ · (b − μ), so outputs
    change by rounding alone. Only where the convolution's output goes nowhere else. Nodes keep their names;
    those folded away are missing. The factors are computed anew at each call, from the model's own weights, so
    that weights that are changed later count here too; `n_images`, how many images go through at once, says where
    that costs least.
    """
    norms = _norms(graph)
    folded = {id(norm.output) for norm in norms.values()}
    now, nodes = {id(graph.input): graph.input}, []
    for node in graph.nodes:
        if id(node.output) in folded:
            now[id(node.output)] = now[id(node.inputs[0])]
            continue
        call, norm = call_of(node.output), norms.get(id(node.output))
        operation = node.operation if norm is None else NormedConvolution(node, norm.operation, n_images)
        args, kwargs = call.arguments.fill_in(now)
        outputs = keras.tree.flatten(operation(*args, **kwargs))
        inputs = tuple(now[id(tensor)] for tensor in node.inputs)
        now |= {id(old): new for old, new in zip(call.outputs, outputs, strict=True)}
        nodes.append(Node(node.name, operation, inputs, now[id(node.output)]))
    return dataclasses.replace(graph, nodes=tuple(nodes), logits=now[id(graph.logits)])


class NormedConvolution(keras.Operation):
    """A convolution, plain or depthwise, and the batch normalization behind it, as one convolution."""

    def __init__(self, node: Node, norm: keras.layers.BatchNormalization, n_images: int):
        super().__init__()
        layer = node.operation
        self.layer, self.norm = layer, norm
        # One image has fewer numbers in the last maps than there are in the kernels that make them.
        cells = n_images * math.prod(node.output.shape[1:]) if node.has_map else math.inf
        self.scales_kernel = math.prod(layer.kernel.shape) <= 2 * cells
        self.depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
        self.kernel_size, self.strides, self.padding = layer.kernel_size, layer.strides, layer.padding
        self.dilation_rate = layer.dilation_rate

    def compute_output_spec(self, x):
        return keras.KerasTensor(self.layer.compute_output_shape(x.shape), x.dtype)

    def call(self, x):
        layer, norm = self.layer, self.norm
        scale = ops.rsqrt(norm.moving_variance + norm.epsilon)
        scale = scale * norm.gamma if norm.scale else scale
        shift = (layer.bias if layer.use_bias else 0) - norm.moving_mean
        shift = shift * scale + norm.beta if norm.center else shift * scale
        kernel = layer.kernel
        if self.scales_kernel:
            kernel = kernel * (ops.reshape(scale, kernel.shape[-2:]) if self.depthwise else scale)
        convolve = ops.depthwise_conv if self.depthwise else ops.conv
        convolved = convolve(x, kernel, self.strides, self.padding, "channels_last", self.dilation_rate)
        convolved = convolved if self.scales_kernel else convolved * scale
        return tf.nn.bias_add(convolved, shift)  # which TensorFlow makes part of the convolution, unlike a mere +


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
        and norm.operation.axis in (-1, 3)
    )
