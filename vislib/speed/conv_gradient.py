"""The gradient of a convolution, computed as a convolution with a kernel that is flipped in advance.

The gradient by a convolution's input is a convolution of the gradient by its output, with the kernel flipped and its
channels swapped. TensorFlow flips the kernel at every call, which for one image can take longer than the rest. Here
the flipped kernels are stored. Values are those of the model; gradients are equal up to the order of sums.
"""

from vislib.backend import keras, tf
from vislib.graph.copies import sharing_weights
from vislib.graph.graph import Graph, Node
from vislib.graph.layer_kinds import kind_of, layer_kind_named
from vislib.speed.batch_norm import FoldedConvolution
from vislib.speed.derived_weights import GraphRewrite

_IMAGE = 4  # channels that an image may have
_FEW = 16  # channels that oneDNN computes in the time of one: it pads to its vector of 16 float32


class FlippedKernelGradients(GraphRewrite):
    """A graph with the same values whose gradients take less time.

    Args:
        graph: The graph with the model's own operations, or operations that share their weights.
    """

    def __init__(self, graph: Graph):
        twins: dict[int, _FlippedKernel] = {}

        def twin_of(node: Node) -> keras.Operation:
            operation = node.operation
            if id(operation) not in twins:
                kind = _flipped_kernel_of(operation)
                if kind is None:
                    return operation
                twins[id(operation)] = kind(operation)
            return twins[id(operation)].twin

        rewritten = graph.rewritten(twin_of)  # this fills `twins`
        super().__init__(rewritten, list(twins.values()))


class _FlippedKernel:
    """A convolution's flipped kernel, and a twin of the convolution whose gradient uses it."""

    def __init__(self, operation: keras.layers.Conv2D | FoldedConvolution):
        self._source, self._strides = operation.kernel, operation.strides
        self._padding = operation.padding
        self._kernel = keras.Variable("zeros", self._flipped(tf.zeros(self._source.shape)).shape, trainable=False)
        self._convolve = operation.convolution_op
        self.twin = sharing_weights(operation, convolution_op=self._run)

    @property
    def sources(self) -> list[keras.Variable]:
        return [self._source]

    def update(self, kernel: tf.Tensor) -> None:
        self._kernel.assign(self._flipped(kernel))

    def _run(self, inputs, kernel):
        @tf.custom_gradient
        def convolve(x, kernel):
            return self._convolve(x, kernel), lambda gradient: (self._back(gradient, x), None)

        return convolve(inputs, tf.convert_to_tensor(kernel))

    def _flipped(self, kernel: tf.Tensor) -> tf.Tensor:
        return tf.transpose(tf.reverse(kernel, (0, 1)), (0, 1, 3, 2))

    def _back(self, gradient, x):
        """The gradient by the input x, from the gradient by the output."""
        return tf.nn.conv2d(gradient, tf.convert_to_tensor(self._kernel), 1, "SAME")


class _SingleWeight(_FlippedKernel):
    """For a 1 × 1 convolution with a stride: inputs that the stride skips have no influence, so their gradient is 0."""

    def _back(self, gradient, x):
        by_input = super()._back(gradient, x)
        down, across = self._strides
        (height, width, channels), (rows, columns) = by_input.shape[1:], x.shape[1:3]
        apart = tf.pad(by_input[:, :, None, :, None], ((0, 0), (0, 0), (0, down - 1), (0, 0), (0, across - 1), (0, 0)))
        return tf.reshape(apart, (-1, height * down, width * across, channels))[:, :rows, :columns]


class _PolyphaseStem(_FlippedKernel):
    """For a convolution with a stride s on few channels, by the polyphase (sub-pixel) decomposition of its transpose.

    Along one axis y[o] = Σ_j w[j] · x[s·o + j]. Its gradient by x is

        ∂x[i] = Σ_o w[i − s·o] · ∂y[o]

    With i = s·q + r, 0 ≤ r < s, and m = q − o this is

        ∂x[s·q + r] = Σ_m w[s·m + r] · ∂y[q − m]

    So each of the s phases r is a convolution of ∂y without a stride, with every s-th weight of the kernel. All s × s
    phases are computed by one convolution with s · s · c_in output channels, which `depth_to_space` puts in place
    (Shi et al. 2016, arXiv 1609.05158, section 2.2, reads the same identity in the other direction).
    """

    def _flipped(self, kernel):
        (rows, columns, n_in, n_out), (stride, _) = kernel.shape, self._strides
        down, across = -(-rows // stride), -(-columns // stride)
        whole = tf.pad(kernel, ((0, down * stride - rows), (0, across * stride - columns), (0, 0), (0, 0)))
        split = tf.reshape(whole, (down, stride, across, stride, n_in, n_out))
        flipped = tf.transpose(tf.reverse(split, (0, 2)), (0, 2, 5, 1, 3, 4))
        return tf.reshape(flipped, (down, across, n_out, stride * stride * n_in))

    def _back(self, gradient, x):
        stride = self._strides[0]
        overlaps = [(side - 1, side - 1) for side in self._kernel.shape[:2]]
        by_place = tf.nn.conv2d(
            tf.pad(gradient, ((0, 0), *overlaps, (0, 0))), tf.convert_to_tensor(self._kernel), 1, "VALID"
        )
        padded = tf.nn.depth_to_space(by_place, stride)
        (top, rows), (left, columns) = (self._inside(axis, gradient, x) for axis in (1, 2))
        # If the stride leaves a remainder, no output reads the last places of the input; their gradient is 0.
        rest = ((0, max(top + rows - padded.shape[1], 0)), (0, max(left + columns - padded.shape[2], 0)))
        return tf.pad(padded, ((0, 0), *rest, (0, 0)))[:, top : top + rows, left : left + columns]

    def _inside(self, axis: int, gradient, x) -> tuple[int, int]:
        """The start of the input inside the padded input, and its length, along one axis."""
        seen = (gradient.shape[axis] - 1) * self._strides[0] + self._source.shape[axis - 1]
        return max(seen - x.shape[axis], 0) // 2 if self._padding == "same" else 0, x.shape[axis]


def _flipped_kernel_of(operation: keras.Operation) -> type[_FlippedKernel] | None:
    """The class that flips an operation's kernel; None if it is not a convolution for which that is faster."""
    normed = isinstance(operation, FoldedConvolution)
    layer = operation.layer if normed else operation
    if kind_of(layer) is not layer_kind_named("Conv2D") or layer.compute_dtype != "float32":
        return None
    if layer.groups != 1 or layer.data_format != "channels_last" or getattr(layer, "lora_enabled", False):
        return None
    size, (down, across) = layer.kernel_size, layer.strides
    n_in = layer.kernel.shape[2]
    if n_in <= _IMAGE:  # here flipping alone saves no time
        return _PolyphaseStem if down == across > 1 and min(size) > 1 and down * across * n_in <= _FEW else None
    if (down, across) != (1, 1):
        return _SingleWeight if size == (1, 1) else None
    if normed:  # folded convolutions are used on batches, where TensorFlow's one kernel flip is cheap
        return None
    odd = layer.padding == "same" and all(side % 2 for side in size)
    return _FlippedKernel if layer.dilation_rate == (1, 1) and (size == (1, 1) or odd) else None
