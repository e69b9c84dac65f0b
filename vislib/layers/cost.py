"""The cost of a layer: parameters and multiply-adds, each as a number and as its formula.

A multiply-add is one MAC and two FLOPs. As usual, the MACs of biases, activations, normalization and pooling are not
counted.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """The cost of a layer for one image.

    Attributes:
        parameters: Number of weights and biases, including those that are not trained.
        macs: Number of multiply-adds.
        parameters_formula: Such as "(3·3·3 + 1)·10 = 280".
        macs_formula: Such as "26·26 · 3·3·1·32 = 194,688".
        not_trained: Number of parameters that are not trained.

    Example:
        >>> from vislib.layers.cost import dense
        >>> dense(128, 10).parameters, dense(128, 10).flops
        (1290, 2560)
    """

    parameters: int
    macs: int
    parameters_formula: str
    macs_formula: str
    not_trained: int = 0

    @property
    def flops(self) -> int:
        """2 · MACs."""
        return 2 * self.macs


def convolution(
    kernel: tuple[int, ...],
    c_in: int,
    c_out: int,
    output: tuple[int, ...] = (1, 1),
    *,
    bias: bool = True,
    groups: int = 1,
) -> Cost:
    """(k_h·k_w·c_in / groups + 1)·c_out parameters; each weight is used at every cell of the output.

    Args:
        kernel: (k_h, k_w), or one number for each axis of a one- or three-dimensional convolution.
        c_in, c_out: Input and output channels.
        output: Cells of the output along each axis.
        bias: Whether the layer has a bias.
        groups: Number of groups that the channels are divided into; each group has its own kernels.
    """
    weights = math.prod(kernel) * c_in // groups
    window = _product(*kernel, c_in) + (f"/{groups}" if groups > 1 else "")
    return Cost(
        (weights + bias) * c_out,
        math.prod(output) * weights * c_out,
        _with_bias(window, c_out, bias, (weights + bias) * c_out),
        f"{_product(*output)} · {window}·{c_out} = {math.prod(output) * weights * c_out:,}",
    )


def depthwise(
    kernel: tuple[int, ...], c_in: int, multiplier: int, output: tuple[int, ...] = (1, 1), *, bias: bool = True
) -> Cost:
    """`multiplier` kernels for each channel: (k_h·k_w + 1)·c_in·multiplier parameters."""
    weights, c_out = math.prod(kernel), c_in * multiplier
    return Cost(
        (weights + bias) * c_out,
        math.prod(output) * weights * c_out,
        _with_bias(_product(*kernel), _product(c_in, multiplier), bias, (weights + bias) * c_out),
        f"{_product(*output)} · {_product(*kernel, c_in, multiplier)} = {math.prod(output) * weights * c_out:,}",
    )


def separable(
    kernel: tuple[int, ...],
    c_in: int,
    multiplier: int,
    c_out: int,
    output: tuple[int, ...] = (1, 1),
    *,
    bias: bool = True,
) -> Cost:
    """A depthwise convolution without bias, then a 1 × 1 convolution."""
    spatial = depthwise(kernel, c_in, multiplier, output, bias=False)
    pointwise = convolution((1,) * len(kernel), c_in * multiplier, c_out, output, bias=bias)
    parameters, macs = spatial.parameters + pointwise.parameters, spatial.macs + pointwise.macs
    first, second = (_left(part.parameters_formula) for part in (spatial, pointwise))
    return Cost(
        parameters,
        macs,
        f"{first} + {second} = {parameters:,}",
        f"{_left(spatial.macs_formula)} + {_left(pointwise.macs_formula)} = {macs:,}",
    )


def transposed(
    kernel: tuple[int, ...], c_in: int, c_out: int, inputs: tuple[int, ...] = (1, 1), *, bias: bool = True
) -> Cost:
    """A transposed convolution: the same parameters as a convolution, each used at every cell of the *input*."""
    forward = convolution(kernel, c_in, c_out, bias=bias)
    macs = math.prod(inputs) * math.prod(kernel) * c_in * c_out
    formula = f"{_product(*inputs)} · {_product(*kernel, c_in, c_out)} = {macs:,}"
    return Cost(forward.parameters, macs, forward.parameters_formula, formula)


def dense(n_in: int, n_out: int, positions: int = 1, *, bias: bool = True) -> Cost:
    """(n_in + 1)·n_out parameters; each weight is used once at every position of the axes before the last."""
    parameters, macs = (n_in + bias) * n_out, positions * n_in * n_out
    times = f"{positions} · " if positions > 1 else ""
    return Cost(
        parameters,
        macs,
        _with_bias(str(n_in), n_out, bias, parameters),
        f"{times}{_product(n_in, n_out)} = {macs:,}",
    )


def batch_norm(channels: int, *, scale: bool = True, center: bool = True) -> Cost:
    """A scale, a shift (trained), a moving mean and a moving variance (not trained) for each channel."""
    each = 2 + scale + center
    return Cost(each * channels, 0, f"{_product(each, channels)} = {each * channels:,}", "", 2 * channels)


def _product(*factors: int) -> str:
    return "·".join(map(str, factors))


def _left(formula: str) -> str:
    return formula.rsplit(" = ", 1)[0]


def _with_bias(weights: str, c_out: int | str, bias: bool, parameters: int) -> str:
    return f"({weights} + 1)·{c_out} = {parameters:,}" if bias else f"{weights}·{c_out} = {parameters:,}"
