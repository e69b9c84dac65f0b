"""The amount of computation of a loaded model for one image, from its graph, before anything is computed."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from vislib.errors import ModelError
from vislib.model_file.quoting import shown

if TYPE_CHECKING:
    import keras

    from vislib.graph.graph import Node

MAX_OUTPUT_ELEMENTS = 64_000_000
MAX_ALL_ELEMENTS = 300_000_000
MAX_MULTIPLY_ADDS = 100_000_000_000
MAX_CLASSES = 100_000


def check_sizes(model: "keras.Model", input_shape: tuple[int, int, int]) -> None:
    """Refuses a model that computes too much for one image.

    Raises:
        ModelError: If a layer's output has more than `MAX_OUTPUT_ELEMENTS` numbers; if all outputs together, which a
            gradient keeps in memory, have more than `MAX_ALL_ELEMENTS`; if the model needs more than
            `MAX_MULTIPLY_ADDS`; or if it has more than `MAX_CLASSES` classes.
    """
    from vislib.graph.flatten import flatten

    graph = flatten(model, input_shape)
    total, work = math.prod(input_shape), 0
    for node in graph.nodes:
        count = max(math.prod(_cells(node.output.shape)), _inside(node))
        total += count
        work += _multiply_adds(node)
        if max(count, math.prod(input_shape)) > MAX_OUTPUT_ELEMENTS or total > MAX_ALL_ELEMENTS:
            raise ModelError(
                f"Layer {shown(node.name)} computes {count:,} numbers for one image of {input_shape[0]} × "
                f"{input_shape[1]}, and all layers up to it {total:,}; at most {MAX_OUTPUT_ELEMENTS:,} and "
                f"{MAX_ALL_ELEMENTS:,} are accepted."
            )
        if work > MAX_MULTIPLY_ADDS:
            raise ModelError(
                f"Up to layer {shown(node.name)} the model needs {work / 1e9:,.0f} billion (10⁹) multiply-adds for one "
                f"image of {input_shape[0]} × {input_shape[1]}; at most {MAX_MULTIPLY_ADDS / 1e9:.0f} billion are "
                "accepted."
            )
    n_classes = graph.logits.shape[1]
    if n_classes > MAX_CLASSES:
        raise ModelError(f"The model has {n_classes:,} classes; at most {MAX_CLASSES:,} are accepted.")


def _cells(shape: Sequence[int | None]) -> list[int]:
    """The shape of a tensor for one image, without the batch axis."""
    return [side or 1 for side in shape[1:]]


def _inside(node: "Node") -> int:
    """Number of values between the two steps of a separable convolution, which are in no output; 0 for other layers."""
    pointwise = getattr(node.operation, "pointwise_kernel", None)
    return 0 if pointwise is None else math.prod(_cells(node.output.shape)[:-1]) * pointwise.shape[-2]


def _multiply_adds(node: "Node") -> int:
    """Multiply-adds of a layer for one image; 0 for a layer that uses each number only once."""
    operation, outputs = node.operation, math.prod(_cells(node.output.shape))
    inputs = [math.prod(_cells(tensor.shape)) for tensor in node.inputs]
    kernel = getattr(operation, "kernel", None)
    kind = type(operation).__name__
    if _inside(node):
        depthwise = getattr(operation, "depthwise_kernel").shape  # noqa: B009  mypy knows no such Operation
        return _inside(node) * math.prod(depthwise[:-2]) + outputs * operation.pointwise_kernel.shape[-2]
    if kind == "Dot" and len(inputs) == 2:
        return math.isqrt(inputs[0] * inputs[1] * outputs)  # (a·k)(k·b)(a·b) = (a·b·k)²
    if kind.startswith("Depthwise") and kernel is not None:
        return outputs * math.prod(kernel.shape[:-2])
    if kind.endswith("Transpose") and kernel is not None:
        return inputs[0] * math.prod(kernel.shape[:-1])
    if kernel is not None:
        return outputs * math.prod(kernel.shape[:-1])
    window = getattr(operation, "pool_size", None)
    return outputs * math.prod(window) if isinstance(window, tuple | list) else 0
