"""The network as it runs quicker: batch normalizations made part of convolutions, or a scale and a shift."""

from vislib.backend import keras, tf
from vislib.graph.graph import Graph, Node, activation_name
from vislib.speed.derived_weights import QuickGraph


class Folded(QuickGraph):
    """A graph with each batch normalization that follows a linear convolution made part of it.

    γ · (w·x + b − μ) / σ + β is a convolution with the kernel γ/σ · w and the bias β + γ/σ · (b − μ), so outputs
    change by rounding alone. So do gradients, but where the input of a ReLU is zero but for rounding, which side of it
    counts is chance, folded or not: to the gradient in double precision both come equally near (a thousandth on
    average for EfficientNet-Lite0 and ResNet-50 on noisy images). Only where the convolution's output goes nowhere else.
    A convolution and its norm are one node, by the norm's name.

    Args:
        graph: With the model's own operations.
    """

    def __init__(self, graph: Graph):
        convolutions = _convolutions(graph)
        left_out = {id(node.output) for node in convolutions.values()}
        made: list[NormedConvolution] = []

        def folded(node: Node) -> keras.Operation | None:
            if id(node.output) in left_out:
                return None
            convolution = convolutions.get(id(node.output))
            if convolution is None:
                return node.operation
            made.append(NormedConvolution(convolution, node.operation))
            return made[-1]

        super().__init__(graph.replayed(folded) if convolutions else graph, made)


class NormedConvolution(keras.Operation):
    """A convolution, plain or depthwise, and the batch normalization behind it, as one convolution."""

    def __init__(self, node: Node, norm: keras.layers.BatchNormalization):
        super().__init__()
        layer = node.operation
        self.layer, self.norm = layer, norm
        self.depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
        self.kernel_size, self.strides, self.padding = layer.kernel_size, layer.strides, layer.padding
        self.dilation_rate = layer.dilation_rate
        self.kernel = keras.Variable("zeros", layer.kernel.shape, trainable=False)
        self.bias = keras.Variable("zeros", node.output.shape[-1:], trainable=False)

    @property
    def sources(self) -> list[keras.Variable]:
        return [self.layer.kernel, *[self.layer.bias] * self.layer.use_bias, *_norm_sources(self.norm)]

    def make(self, kernel: tf.Tensor, *others: tf.Tensor) -> None:
        n_own = int(self.layer.use_bias)
        scale, shift = _scale_and_shift(self.norm, *others[n_own:])
        self.kernel.assign(kernel * (tf.reshape(scale, kernel.shape[-2:]) if self.depthwise else scale))
        self.bias.assign(others[0] * scale + shift if n_own else shift)

    def compute_output_spec(self, x, **_):
        return keras.KerasTensor(self.layer.compute_output_shape(x.shape), x.dtype)

    def call(self, x, **_):  # what a norm is told may be training and mask, of which neither counts here
        # Which TensorFlow makes part of the convolution, unlike a mere +.
        return tf.nn.bias_add(self.convolution_op(x, self.kernel), self.bias)

    def convolution_op(self, inputs, kernel):
        convolve = keras.ops.depthwise_conv if self.depthwise else keras.ops.conv
        return convolve(inputs, kernel, self.strides, self.padding, "channels_last", self.dilation_rate)


class PreparedNorms(QuickGraph):
    """A graph with the same values whose batch normalizations have their scale and shift made once: γ/σ and β − γ/σ · μ.

    Args:
        graph: With the model's own operations, or such that share their weights.
    """

    def __init__(self, graph: Graph):
        made: dict[int, PreparedNorm] = {}

        def prepared(node: Node) -> keras.Operation:
            if not _is_norm(node):
                return node.operation
            return made.setdefault(id(node.operation), PreparedNorm(node.operation))

        replayed = graph.replayed(prepared)
        super().__init__(replayed if made else graph, list(made.values()))


class PreparedNorm(keras.Operation):
    """A batch normalization, at rest, as a scale and a shift."""

    def __init__(self, norm: keras.layers.BatchNormalization):
        super().__init__()
        self._norm = norm
        self._scale, self._shift = (keras.Variable("zeros", norm.moving_mean.shape, trainable=False) for _ in range(2))

    @property
    def sources(self) -> list[keras.Variable]:
        return _norm_sources(self._norm)

    def make(self, *sources: tf.Tensor) -> None:
        scale, shift = _scale_and_shift(self._norm, *sources)
        self._scale.assign(scale)
        self._shift.assign(shift)

    def compute_output_spec(self, x, **_):
        return keras.KerasTensor(x.shape, x.dtype)

    def call(self, x, **_):
        return x * tf.convert_to_tensor(self._scale) + tf.convert_to_tensor(self._shift)


def _norm_sources(norm: keras.layers.BatchNormalization) -> list[keras.Variable]:
    return [norm.moving_mean, norm.moving_variance, *[norm.gamma] * norm.scale, *[norm.beta] * norm.center]


def _scale_and_shift(norm: keras.layers.BatchNormalization, mean, variance, *others) -> tuple[tf.Tensor, tf.Tensor]:
    """Of the values of its sources."""
    rest = iter(others)
    scale = tf.math.rsqrt(variance + norm.epsilon) * (next(rest) if norm.scale else 1.0)
    return scale, (next(rest) if norm.center else 0.0) - mean * scale


def _convolutions(graph: Graph) -> dict[int, Node]:
    """The convolution that takes in each batch normalization, where one can, by the id of the norm's output."""
    users: dict[int, list[Node]] = {id(graph.logits): []}
    for node in graph.nodes:
        for tensor in node.inputs:
            users.setdefault(id(tensor), []).append(node)
    found = {}
    for node in graph.nodes:
        after = users.get(id(node.output), [])
        if len(after) == 1 and node.output is not graph.logits and _folds(node, after[0]):
            found[id(after[0].output)] = node
    return found


def _folds(node: Node, norm: Node) -> bool:
    layer = node.operation
    return (
        type(layer) in (keras.layers.Conv2D, keras.layers.DepthwiseConv2D)
        and _is_norm(norm)
        and activation_name(layer) == "linear"
        and layer.data_format == "channels_last"
        and layer.compute_dtype == "float32"
        and not getattr(layer, "lora_enabled", False)  # whose kernel is a sum, no variable
    )


def _is_norm(node: Node) -> bool:
    """Whether it is a batch normalization of float32 channels, which come last."""
    operation = node.operation
    if type(operation) is not keras.layers.BatchNormalization or operation.compute_dtype != "float32":
        return False
    return operation.axis in (-1, len(node.output.shape) - 1)
