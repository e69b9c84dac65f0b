"""The places of a node's inputs on which one place of its output depends."""

from typing import TYPE_CHECKING, Any

from vislib.graph.layer_kinds import Reach, kind_of

if TYPE_CHECKING:
    from vislib.graph.graph import Node

_SAME_PLACE = [(1, 1, 1, 0)] * 2


def windows_of(node: "Node") -> list[tuple[int, int, int, int]] | None:
    """(kernel, stride, dilation, padding before) down and across; None if the output may depend on any place.

    Output o of an axis depends on the inputs o·stride − padding + j·dilation for j = 0 … kernel − 1.
    """
    operation: Any = node.operation
    reach = kind_of(operation).reach
    if reach is Reach.PLACE or (reach is Reach.CHANNELS and is_along_channels(operation)):
        # A map of another size is broadcast: one of its places serves many.
        same_size = all(tensor.shape[1:3] == node.output.shape[1:3] for tensor in node.inputs)
        return _SAME_PLACE if same_size else None
    if getattr(operation, "data_format", "channels_last") == "channels_first":
        return None
    if reach is Reach.SHIFT:
        (top, _), (left, _) = _pairs_of(operation, "padding", 1) or _pairs_of(operation, "cropping", -1)
        return [(1, 1, 1, top), (1, 1, 1, left)]
    if reach is not Reach.WINDOW:
        return None
    kernel = _two(getattr(operation, "kernel_size", None) or operation.pool_size)
    strides, dilation = _two(operation.strides or kernel), _two(getattr(operation, "dilation_rate", 1))
    windows = []
    for axis in (0, 1):
        n_in, n_out = node.inputs[0].shape[1 + axis], node.output.shape[1 + axis]
        k, s, d = kernel[axis], strides[axis], dilation[axis]
        total = max((n_out - 1) * s + d * (k - 1) + 1 - n_in, 0) if operation.padding == "same" else 0
        windows.append((k, s, d, total // 2))
    return windows


def spread_of(node: "Node") -> list[tuple[int, int, int]] | None:
    """(kernel, factor, padding before) down and across of a layer that enlarges maps; None for any other.

    Output o of an axis depends on the inputs ⌈(o + padding − kernel + 1) / factor⌉ … ⌊(o + padding) / factor⌋.
    """
    operation: Any = node.operation
    if kind_of(operation).reach is not Reach.SPREAD or operation.data_format == "channels_first":
        return None
    if hasattr(operation, "size"):  # upsampling
        smooth = {"nearest": False, "bilinear": True}.get(operation.interpolation)
        if smooth is None:
            return None
        return [(2 * s - s % 2, s, s // 2) if smooth and s > 1 else (s, s, 0) for s in _two(operation.size)]
    spreads = []
    sizes = zip(_two(operation.kernel_size), _two(operation.strides), _two(operation.dilation_rate), strict=True)
    for axis, (kernel, stride, dilation) in enumerate(sizes):
        n_in, n_out = node.inputs[0].shape[1 + axis], node.output.shape[1 + axis]
        extent = dilation * (kernel - 1) + 1
        total = max((n_in - 1) * stride + extent - n_out, 0) if operation.padding == "same" else 0
        spreads.append((extent, stride, total // 2))
    return spreads


def is_along_channels(operation: Any) -> bool:
    """Whether the axis of an operation on maps (batch, h, w, c) is the channels, and no other."""
    axis = getattr(operation, "axis", None)
    return tuple(axis if isinstance(axis, list | tuple) else [axis]) in ((-1,), (3,))


def _pairs_of(operation: Any, name: str, sign: int) -> list[tuple[int, int]]:
    return [(sign * before, sign * after) for before, after in getattr(operation, name, ())]


def _two(size: Any) -> tuple[int, int]:
    return (size, size) if isinstance(size, int) else tuple(size)
