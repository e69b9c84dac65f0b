"""What a layer computes for one image besides its output: multiply-adds, and numbers that are in no output."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vislib.graph.graph import Node

_ATTENTION = ("Attention", "AdditiveAttention", "MultiHeadAttention", "GroupedQueryAttention", "DotProductAttention")
_PRODUCTS = ("Dot", "Matmul", "Tensordot", "Inner", "Outer", "Vdot", "Cross")


def inside(node: "Node") -> int:
    """The most numbers that a layer computes on the way to its output; 0 where they are not more than its output.

    Such are the values between the two steps of a separable convolution, the scores of attention (every place for
    every place, in each head), and the histograms of a layer that equalizes tiles.
    """
    operation, kind = node.operation, type(node.operation).__name__
    pointwise = getattr(operation, "pointwise_kernel", None)
    if pointwise is not None:
        return math.prod(_cells(node.output.shape)[:-1]) * pointwise.shape[-2]
    if kind in _ATTENTION:
        return _scores(node) * (_width(node) if kind == "AdditiveAttention" else 1)
    if kind == "Einsum":
        return math.prod(_labels(node).values())
    tiles = getattr(operation, "tile_grid_size", None)
    return math.prod(tiles) * 256 if isinstance(tiles, tuple | list) else 0


def multiply_adds(node: "Node") -> int:
    """Multiply-adds of a layer for one image; 0 for a layer that uses each number only once."""
    operation, outputs = node.operation, math.prod(_cells(node.output.shape))
    inputs = [math.prod(_cells(tensor.shape)) for tensor in node.inputs]
    kernel = getattr(operation, "kernel", None)
    kind = type(operation).__name__
    if getattr(operation, "pointwise_kernel", None) is not None:
        depthwise = getattr(operation, "depthwise_kernel").shape  # noqa: B009  mypy knows no such Operation
        return inside(node) * math.prod(depthwise[:-2]) + outputs * operation.pointwise_kernel.shape[-2]
    if kind in _ATTENTION:
        return 2 * _scores(node) * _width(node) + _positions(node) * _n_weights(operation)
    if kind == "Einsum":
        return math.prod(_labels(node).values())
    if kind in _PRODUCTS and len(inputs) == 2:
        return math.isqrt(inputs[0] * inputs[1] * outputs)  # (a·k)(k·b)(a·b) = (a·b·k)²
    if kind.startswith("Depthwise") and kernel is not None:
        return outputs * math.prod(kernel.shape[:-2])
    if kind.endswith("Transpose") and kernel is not None:
        return inputs[0] * math.prod(kernel.shape[:-1])
    if kind.startswith(("Conv", "SeparableConv")) and kernel is None:  # of keras.ops: the kernel is an argument
        return _positions(node) * max([_constants(node), *inputs[1:]])
    if kernel is not None and kind != "EinsumDense":
        return outputs * math.prod(kernel.shape[:-1])
    window = getattr(operation, "pool_size", None)
    if isinstance(window, tuple | list):
        return outputs * math.prod(window)
    return _positions(node) * _n_weights(operation)


def _cells(shape: Sequence[int | None]) -> list[int]:
    """The shape of a tensor for one image, without the batch axis."""
    return [side or 1 for side in (shape[1:] if shape and shape[0] is None else shape)]


def _positions(node: "Node") -> int:
    """The most places, of all axes but the last, at which a layer uses its weights."""
    return max(math.prod(_cells(tensor.shape)[:-1]) for tensor in (*node.inputs, node.output))


def _n_weights(operation: Any) -> int:
    return sum(math.prod(weight.shape) for weight in getattr(operation, "weights", ()))


def _constants(node: "Node") -> int:
    return max((math.prod(getattr(each, "shape", ())) for each in node.constants), default=1)


def _scores(node: "Node") -> int:
    """The numbers of an attention's scores: each query place with each key place, in each head."""
    places = [math.prod(_cells(tensor.shape)[:-1]) for tensor in node.inputs]
    heads = getattr(node.operation, "num_heads", None) or getattr(node.operation, "num_query_heads", None) or 1
    return places[0] * max(places) * int(heads)


def _width(node: "Node") -> int:
    """The numbers of a place that are multiplied in an attention: the last axis, or the width of a head."""
    head = getattr(node.operation, "head_dim", None) or getattr(node.operation, "key_dim", None) or 0
    return max(int(head), *(_cells(tensor.shape)[-1] for tensor in (*node.inputs, node.output)))


def _labels(node: "Node") -> dict[str, int]:
    """The letters of an Einsum's equation with the sizes of their axes; an unnamed axis counts for itself."""
    equation = str(getattr(node.operation, "subscripts", "")).replace(" ", "").partition("->")[0]
    sizes: dict[str, int] = {}
    for number, (letters, tensor) in enumerate(zip(equation.split(","), node.inputs, strict=False)):
        shape = [side or 1 for side in tensor.shape]
        names: list[str] = [letter for letter in letters if letter.isalpha()]
        names = names if len(names) == len(shape) else [f"{number}.{place}" for place in range(len(shape))]
        for name, side in zip(names, shape, strict=True):
            sizes[name] = max(side, sizes.get(name, 1))
    return sizes
