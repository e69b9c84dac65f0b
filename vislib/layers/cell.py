"""Computes one value of a layer's output in NumPy, from the layer's inputs and weights: a function for each kind."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vislib.arithmetic import notation
from vislib.arithmetic.convolution import Step, step
from vislib.arithmetic.normalization import BatchNorm
from vislib.arithmetic.pooling import Pooling, PoolStep
from vislib.errors import LayerError
from vislib.graph.layer_kinds import UNKNOWN, kind_of, layer_kind_named, operation_kind_named
from vislib.language import text

Source = tuple[int, np.ndarray, np.ndarray, np.ndarray]
"""(input, rows, columns, channels): cells of one input, as indices along each axis."""


@dataclass(frozen=True, eq=False)
class Cell:
    """The computation of one value.

    Attributes:
        value: The value, computed from the numbers below.
        lines: The computation as text with its numbers: one line for each operation, such as the sum, then the ReLU.
        step: The window, the weights and their place in the input, for convolution and pooling.
        sources: The cells of the inputs that the value depends on, to highlight them. Padding is left out; of a dense
            layer only the five cells with the largest products are given.
    """

    value: float
    lines: tuple[str, ...]
    step: Step | PoolStep | None = None
    sources: tuple[Source, ...] = field(default=(), repr=False)


def _convolution(node, inputs, row, column, channel) -> Cell:
    layer: Any = node.operation
    settings = {"stride": layer.strides, "padding": layer.padding, "dilation": layer.dilation_rate}
    if kind_of(layer).depthwise:
        first, last = channel // layer.depth_multiplier, channel // layer.depth_multiplier + 1
        kernel = np.asarray(layer.kernel)[:, :, first:last, channel % layer.depth_multiplier]
    else:
        kernel = np.asarray(layer.kernel)[..., channel]
        first = channel // (layer.filters // layer.groups) * kernel.shape[2]
        last = first + kernel.shape[2]
    bias = float(layer.bias[channel]) if layer.use_bias else 0.0
    window = step(inputs[0][..., first:last], kernel.astype(np.float64), row, column, bias, **settings)
    return Cell(window.value, (window.formula,), window, _under(window, inputs[0], np.arange(first, last)))


def _pooling(node, inputs, row, column, channel) -> Cell:
    layer: Any = node.operation
    kind = kind_of(layer).statistic
    window = Pooling(kind, layer.pool_size, layer.strides, layer.padding).step(inputs[0], row, column, channel)
    return Cell(window.value, (window.formula,), window, _under(window, inputs[0], np.array([channel])))


def _global_pooling(node, inputs, row, column, channel) -> Cell:
    values = inputs[0][..., channel].astype(np.float64)
    is_max = kind_of(node.operation).statistic == "max"
    value = float(values.max() if is_max else values.mean())
    size, shown = f"{values.shape[0]}·{values.shape[1]}", notation.number(value)
    line = (
        text("largest of {size} values = {value}", size=size, value=shown)
        if is_max
        else text("mean of {size} values = {value}", size=size, value=shown)
    )
    rows, columns = np.arange(values.shape[0]), np.arange(values.shape[1])
    return Cell(value, (line,), None, ((0, rows, columns, np.array([channel])),))


def _batch_norm(node, inputs, row, column, channel) -> Cell:
    layer: Any = node.operation
    if layer.axis not in (-1, len(node.output.shape) - 1):
        raise LayerError(
            text(
                "{layer} normalizes along an axis other than the channels, which cannot be shown with its numbers; "
                "choose another layer.",
                layer=node.name,
            )
        )
    mean, variance = np.asarray(layer.moving_mean), np.asarray(layer.moving_variance)
    gamma = np.asarray(layer.gamma) if layer.scale else np.ones_like(mean)
    beta = np.asarray(layer.beta) if layer.center else np.zeros_like(mean)
    norm = BatchNorm(mean, variance, gamma, beta, layer.epsilon)
    x = value_at(inputs[0], row, column, channel)
    line = norm.formula(x, channel)
    value = gamma[channel] * (x - mean[channel]) / np.sqrt(variance[channel] + layer.epsilon) + beta[channel]
    return Cell(float(value), (line,), None, same(inputs, row, column, channel))


def _elementwise(node, inputs, row, column, channel) -> Cell:
    values = [value_at(each, row, column, channel) for each in _operands(node, inputs)]
    kind = type(node.operation).__name__
    shown = [notation.factor(value) for value in values]
    if kind == "Add":
        value, formula = sum(values), " + ".join(shown)
    elif kind == "Multiply":
        value, formula = float(np.prod(values)), "·".join(shown)
    elif kind == "Subtract":
        value, formula = values[0] - values[1], f"{shown[0]} − {shown[1]}"
    elif kind in ("Divide", "TrueDivide"):
        value, formula = values[0] / values[1], f"{shown[0]} / {shown[1]}"
    elif kind == "Minimum":
        value, formula = min(values), f"min({', '.join(map(notation.number, values))})"
    elif kind == "Average":
        value, formula = sum(values) / len(values), f"({' + '.join(shown)}) / {len(values)}"
    else:
        value, formula = max(values), f"max({', '.join(map(notation.number, values))})"
    return Cell(value, (f"{formula} = {notation.number(value)}",), None, same(inputs, row, column, channel))


def _concatenate(node, inputs, row, column, channel) -> Cell:
    layer: Any = node.operation
    if layer.axis not in (-1, inputs[0].ndim) or len(_operands(node, inputs)) != len(inputs):
        raise LayerError(
            text(
                "{layer} does not simply join maps along the channels, so it cannot be shown with its numbers; choose "
                "another layer.",
                layer=node.name,
            )
        )
    ends = np.cumsum([each.shape[-1] for each in inputs])
    place = int(np.searchsorted(ends, channel, side="right"))
    inner = channel - int(ends[place] - inputs[place].shape[-1])
    value = value_at(inputs[place], row, column, inner)
    line = text(
        "channel {channel} of input {input} of {n} = {value}",
        channel=inner,
        input=place + 1,
        n=len(inputs),
        value=notation.number(value),
    )
    return Cell(value, (line,), None, ((place, np.array([row]), np.array([column]), np.array([inner])),))


def _dense(node, inputs, row, column, channel) -> Cell:
    layer: Any = node.operation
    x = inputs[0][row, column] if inputs[0].ndim == 3 else inputs[0]
    weights = np.asarray(layer.kernel, np.float64)[:, channel]
    bias = float(layer.bias[channel]) if layer.use_bias else 0.0
    parts = x * weights
    order = np.argsort(-np.abs(parts), kind="stable")[:5]
    value = float(parts.sum() + bias)
    terms = " + ".join(notation.products(x[order], weights[order]))
    end = f"{notation.factor(bias)} = {notation.number(value)}"
    line: str = f"{terms} + {end}"
    if len(parts) > len(order):
        line = text("{terms} + … ({n} products in all) + {end}", terms=terms, n=len(parts), end=end)
    return Cell(value, (line,), None, ((0, np.array([row]), np.array([column]), order),))


def _rescaling(node, inputs, row, column, channel) -> Cell:
    layer: Any = node.operation
    at = row, column, channel
    scale, offset = (value_at(np.asarray(setting, np.float64), *at) for setting in (layer.scale, layer.offset))
    return _scaled(inputs, at, scale, offset)


def _input_normalization(node, inputs, row, column, channel) -> Cell:
    layer: Any = node.operation
    at = row, column, channel
    # Without the axis of the batch; along an axis that they do not have, they have length 1.
    mean, variance = (
        value_at(values.reshape(values.shape[-inputs[0].ndim :]), *at)
        for values in (np.asarray(each, np.float64) for each in (layer.mean, layer.variance))
    )
    deviation = max(float(np.sqrt(variance)), 1e-7)  # Keras's epsilon
    if layer.invert:
        return _scaled(inputs, at, deviation, mean)
    x = value_at(inputs[0], *at)
    value = (x - mean) / deviation
    line = f"({notation.factor(x)} − {notation.factor(mean)}) / {notation.number(deviation)} = {notation.number(value)}"
    return Cell(value, (line,), None, same(inputs, *at))


def _prelu(node, inputs, row, column, channel) -> Cell:
    if value_at(inputs[0], row, column, channel) > 0:
        return _unchanged(node, inputs, row, column, channel)
    slope = value_at(np.asarray(node.operation.alpha), row, column, channel)
    return _scaled(inputs, (row, column, channel), slope, 0.0)


def _scaled(inputs, at: tuple[int, int, int], scale: float, offset: float) -> Cell:
    x = value_at(inputs[0], *at)
    value = scale * x + offset
    shown = notation.products(np.array([x]), np.array([scale]))[0] + (f" + {notation.factor(offset)}" if offset else "")
    return Cell(float(value), (f"{shown} = {notation.number(value)}",), None, same(inputs, *at))


def _zero_padding(node, inputs, row, column, channel) -> Cell:
    (top, _), (left, _) = node.operation.padding
    height, width = inputs[0].shape[:2]
    if not (0 <= row - top < height and 0 <= column - left < width):
        return Cell(0.0, (text("a zero put around the map = 0"),))
    return _unchanged(node, inputs, row - top, column - left, channel)


def _upsampling(node, inputs, row, column, channel) -> Cell:
    layer: Any = node.operation
    if layer.interpolation != "nearest":
        raise LayerError(
            text(
                "{layer} interpolates between places, which cannot be shown with its numbers; choose another layer.",
                layer=node.name,
            )
        )
    return _unchanged(node, inputs, row // layer.size[0], column // layer.size[1], channel)


def _unchanged(node, inputs, row, column, channel) -> Cell:
    value = value_at(inputs[0], row, column, channel)
    return Cell(
        value, (text("unchanged: {value}", value=notation.number(value)),), None, same(inputs, row, column, channel)
    )


def value_at(maps: np.ndarray, row: int, column: int, channel: int) -> float:
    """A value of maps (h, w, c), or of (units,); along an axis of length 1, its only value."""
    at = (row, column, channel)[-maps.ndim :] if maps.ndim else ()
    return float(maps[tuple(min(index, size - 1) for index, size in zip(at, maps.shape, strict=True))])


def same(inputs, row: int, column: int, channel: int) -> tuple[Source, ...]:
    """The same place in every input; along an axis of length 1, its only place."""
    sources = []
    for place, maps in enumerate(inputs):
        height, width = maps.shape[:2] if maps.ndim == 3 else (1, 1)
        at = (min(row, height - 1), min(column, width - 1), min(channel, maps.shape[-1] - 1))
        rows, columns, channels = (np.array([index]) for index in at)
        sources.append((place, rows, columns, channels))
    return tuple(sources)


def _operands(node, inputs) -> list[np.ndarray]:
    """What the operation combines, in its order: its inputs and constants, without the batch axis."""
    from vislib.backend import keras

    arrays, found = iter(inputs), []
    for operand in node.operands:
        if isinstance(operand, keras.KerasTensor):
            found.append(next(arrays))
        elif operand is not None:
            constant = np.asarray(operand, np.float64)
            if constant.ndim == len(node.output.shape):
                constant = constant[0]  # one for the whole batch
            found.append(constant)
    return found


def _under(window: Step | PoolStep, maps: np.ndarray, channels: np.ndarray) -> tuple[Source, ...]:
    rows, columns = (
        at[(at >= 0) & (at < size)] for at, size in zip((window.rows, window.columns), maps.shape, strict=False)
    )
    return ((0, rows, columns, channels),)


def cell_function(operation: Any) -> Callable[..., Cell] | None:
    """The function that computes a cell of an operation's output; None if there is none.

    A custom class with the name of one of Keras's layers has none, and an operation of `keras.ops` has one only if it
    does what the layer of that name does.
    """
    name = type(operation).__name__
    known = layer_kind_named(name)
    if known is UNKNOWN:  # an operation that is no layer
        known = operation_kind_named(name)
    return CELL_FUNCTIONS.get(name) if kind_of(operation) == known else None


CELL_FUNCTIONS: dict[str, Callable[..., Cell]] = {
    "Conv2D": _convolution,
    "DepthwiseConv2D": _convolution,
    "MaxPooling2D": _pooling,
    "AveragePooling2D": _pooling,
    "GlobalAveragePooling2D": _global_pooling,
    "GlobalMaxPooling2D": _global_pooling,
    "BatchNormalization": _batch_norm,
    "Add": _elementwise,
    "Multiply": _elementwise,
    "Subtract": _elementwise,
    "Divide": _elementwise,
    "TrueDivide": _elementwise,
    "Average": _elementwise,
    "Maximum": _elementwise,
    "Minimum": _elementwise,
    "Concatenate": _concatenate,
    "Dense": _dense,
    "Dropout": _unchanged,
    "SpatialDropout2D": _unchanged,
    "Identity": _unchanged,
    "Rescaling": _rescaling,
    "Normalization": _input_normalization,
    "PReLU": _prelu,
    "ZeroPadding2D": _zero_padding,
    "UpSampling2D": _upsampling,
}
