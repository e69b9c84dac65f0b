"""The cost of a Keras layer in a network, from its settings and shapes."""

import math
from typing import TYPE_CHECKING, Any

from vislib.graph.layer_kinds import UNKNOWN, kind_of
from vislib.layers import cost
from vislib.layers.cost import Cost

if TYPE_CHECKING:
    from vislib.graph.graph import Node

_DEPTHWISE = ("DepthwiseConv1D", "DepthwiseConv2D")
_SEPARABLE = ("SeparableConv1D", "SeparableConv2D")
_TRANSPOSED = ("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose")
_CONVOLUTIONS = ("Conv1D", "Conv2D", "Conv3D")


def layer_cost(node: "Node") -> Cost | None:
    """The cost of the operation in its network; None if nothing is counted or the cost is unknown."""
    operation: Any = node.operation
    if kind_of(operation) is UNKNOWN:  # its class name alone proves nothing
        return None
    kind = type(operation).__name__
    before, after = tuple(node.inputs[0].shape), tuple(node.output.shape)
    if kind == "Dense":
        return cost.dense(before[-1], operation.units, math.prod(after[1:-1]), bias=operation.use_bias)
    if kind == "BatchNormalization":
        channels = before[operation.axis]
        return cost.batch_norm(channels, scale=operation.scale, center=operation.center)
    if kind not in (*_CONVOLUTIONS, *_TRANSPOSED, *_DEPTHWISE, *_SEPARABLE):
        return None
    last = operation.data_format == "channels_last"
    c_in = before[-1 if last else 1]
    cells_in, cells_out = (shape[1:-1] if last else shape[2:] for shape in (before, after))
    kernel, bias = operation.kernel_size, operation.use_bias
    if kind in _CONVOLUTIONS:
        return cost.convolution(kernel, c_in, operation.filters, cells_out, bias=bias, groups=operation.groups)
    if kind in _TRANSPOSED:
        return cost.transposed(kernel, c_in, operation.filters, cells_in, bias=bias)
    multiplier = operation.depth_multiplier
    if kind in _DEPTHWISE:
        return cost.depthwise(kernel, c_in, multiplier, cells_out, bias=bias)
    return cost.separable(kernel, c_in, multiplier, operation.filters, cells_out, bias=bias)


def is_counted(node: "Node") -> bool:
    """Whether its multiply-adds are known, even if 0; for products of tensors and unknown layers they are not."""
    return layer_cost(node) is not None or kind_of(node.operation).macs_known


def counts_in_depth(operation: Any) -> bool:
    """Whether it is a convolution or a dense layer, which the depth of a network counts."""
    return kind_of(operation).depth
