"""Convolution in plain NumPy: all cells, one cell step by step, and as one matrix product.

Networks call cross-correlation a convolution, y[i, j] = Σ x[i·s + d·a, j·s + d·b, c] · k[a, b, c] + bias.
True convolution flips the kernel in both directions; for a symmetric kernel both are equal.
"""

from dataclasses import dataclass

import numpy as np

from vislib.arithmetic import notation
from vislib.arithmetic.windows import Axis, Padding, Pair, axes
from vislib.errors import ParameterError
from vislib.language import listing, text

BORDERS = {"zeros": "constant", "repeated": "edge", "mirrored": "reflect", "wrapped": "wrap"}
"""The ways to fill the padding, with NumPy's names for them. Networks pad with zeros."""


def convolve(
    maps: np.ndarray,
    kernels: np.ndarray,
    bias: np.ndarray | float = 0.0,
    *,
    stride: Pair = 1,
    padding: Padding = "valid",
    dilation: Pair = 1,
    flip: bool = False,
    border: str = "zeros",
) -> np.ndarray:
    """Convolves maps with kernels.

    Args:
        maps: (h, w, c_in).
        kernels: (k_h, k_w, c_in, c_out).
        bias: (c_out,), or one number.
        stride, padding, dilation: As for `windows.axes`.
        flip: Whether the kernel is flipped in both directions, for true convolution; else cross-correlation.
        border: How the padding is filled: one of `BORDERS`.

    Returns:
        (h', w', c_out) float64.

    Raises:
        ParameterError: If the shapes do not match, or the window does not fit into the maps.

    Example:
        >>> edges = np.array([[-1.0, 0, 1]])[..., None, None]
        >>> vislib.arithmetic.convolve(np.ones((5, 6, 1)), edges).shape
        (5, 4, 1)
    """
    _check(maps, kernels)
    places = axes(maps.shape[:2], kernels.shape[:2], stride, padding, dilation)
    weights = kernels[::-1, ::-1] if flip else kernels
    padded = pad(maps, places, border)
    result = np.zeros((places[0].output, places[1].output, kernels.shape[3]))
    for a in range(kernels.shape[0]):  # one matrix product for each weight, so the windows are never all copied
        for b in range(kernels.shape[1]):
            result += _shifted(padded, places, a, b) @ weights[a, b]
    return result + bias


def convolve_depthwise(
    maps: np.ndarray,
    kernels: np.ndarray,
    bias: np.ndarray | float = 0.0,
    *,
    stride: Pair = 1,
    padding: Padding = "valid",
    dilation: Pair = 1,
    flip: bool = False,
    border: str = "zeros",
) -> np.ndarray:
    """Convolves each channel with its own kernel; nothing is summed over channels.

    Args:
        maps: (h, w, c).
        kernels: (k_h, k_w, c, multiplier), or (k_h, k_w) for the same kernel in every channel.
        bias, stride, padding, dilation, flip, border: As for `convolve`.

    Returns:
        (h', w', c · multiplier) float64; the first `multiplier` maps come from the first channel.

    Raises:
        ParameterError: If the shapes do not match, or the window does not fit into the maps.

    Example:
        >>> kernels = np.ones((3, 3, 2, 1))
        >>> vislib.arithmetic.convolve_depthwise(np.ones((5, 5, 2)), kernels).shape
        (3, 3, 2)
    """
    if kernels.ndim == 2:
        kernels = np.repeat(kernels[:, :, None, None], maps.shape[-1], axis=2)
    _check(maps, kernels)
    places = axes(maps.shape[:2], kernels.shape[:2], stride, padding, dilation)
    weights = kernels[::-1, ::-1] if flip else kernels
    padded = pad(maps, places, border)
    result = np.zeros((places[0].output, places[1].output, *kernels.shape[2:]))
    for a in range(kernels.shape[0]):
        for b in range(kernels.shape[1]):
            result += _shifted(padded, places, a, b)[..., None] * weights[a, b]
    return result.reshape(*result.shape[:2], -1) + bias


def im2col(
    maps: np.ndarray, kernel: Pair, *, stride: Pair = 1, padding: Padding = "valid", dilation: Pair = 1
) -> np.ndarray:
    """Every window of the maps (h, w, c) as a row: (h'·w', k_h·k_w·c).

    ``im2col(maps, (k_h, k_w)) @ kernels.reshape(-1, c_out)`` is the convolution as one matrix product.
    Arguments as for `windows.axes`.

    Example:
        >>> vislib.arithmetic.im2col(np.ones((5, 5, 2)), 3).shape
        (9, 18)
    """
    places = axes(maps.shape[:2], kernel, stride, padding, dilation)
    padded = pad(maps, places)
    shifted = [_shifted(padded, places, a, b) for a in range(places[0].kernel) for b in range(places[1].kernel)]
    return np.stack(shifted, axis=2).reshape(places[0].output * places[1].output, -1)


@dataclass(frozen=True, eq=False)
class Step:
    """The computation of one cell of a convolution.

    Attributes:
        window: The input values under the kernel, (k_h, k_w, c), including padding.
        kernel: The weights as they multiply the window, (k_h, k_w, c); flipped for true convolution.
        bias: The number added to the sum.
        rows: Input rows (k_h,) under the kernel; rows outside the input are padding.
        columns: Input columns (k_w,) under the kernel; columns outside the input are padding.

    Example:
        >>> step = vislib.arithmetic.step(np.ones((3, 3, 1)), np.ones((2, 2, 1)), row=0, column=0)
        >>> step.value, step.window.shape
        (4.0, (2, 2, 1))
    """

    window: np.ndarray
    kernel: np.ndarray
    bias: float
    rows: np.ndarray
    columns: np.ndarray

    @property
    def products(self) -> np.ndarray:
        """window · kernel, (k_h, k_w, c)."""
        return self.window * self.kernel

    @property
    def value(self) -> float:
        """The cell: the sum of the products and the bias."""
        return float(self.products.sum() + self.bias)

    @property
    def formula(self) -> str:
        """The sum with its numbers, row by row: "3·1 + 0·0 + … = −5"."""
        terms = notation.products(self.window.ravel(), self.kernel.ravel())
        return notation.total([*terms, *([notation.factor(self.bias)] if self.bias else [])], self.value)


def step(
    maps: np.ndarray,
    kernel: np.ndarray,
    row: int,
    column: int,
    bias: float = 0.0,
    *,
    stride: Pair = 1,
    padding: Padding = "valid",
    dilation: Pair = 1,
    flip: bool = False,
    border: str = "zeros",
) -> Step:
    """The cell at (row, column) of the output, step by step.

    Args:
        maps: (h, w, c), or (h, w) for a single map.
        kernel: One filter, (k_h, k_w, c) or (k_h, k_w).
        row, column: The cell's place in the output, from 0.
        bias, stride, padding, dilation, flip, border: As for `convolve`.

    Raises:
        ParameterError: If there is no such cell, the shapes do not match, or the window does not fit.

    Example:
        >>> vislib.arithmetic.step(np.ones((3, 3, 1)), np.ones((2, 2, 1)), row=0, column=0).formula
        '1·1 + 1·1 + 1·1 + 1·1 = 4'
    """
    maps, kernel = (array[..., None] if array.ndim == 2 else array for array in (maps, kernel))
    _check(maps, kernel[..., None])
    places = axes(maps.shape[:2], kernel.shape[:2], stride, padding, dilation)
    rows, columns = places[0].inputs(row), places[1].inputs(column)
    padded = pad(maps, places, border)
    window = padded[np.ix_(rows + places[0].before, columns + places[1].before)]
    return Step(window, kernel[::-1, ::-1] if flip else kernel, bias, rows, columns)


def pad(maps: np.ndarray, places: tuple[Axis, Axis], border: str = "zeros", fill: float = 0.0) -> np.ndarray:
    """Pads the maps (h, w, c) on both axes: float64. For the border "zeros" the padding has the value `fill`."""
    if border not in BORDERS:
        raise ParameterError(
            text("`border` must be one of {borders}; not '{border}'.", borders=listing(BORDERS, "plain"), border=border)
        )
    widths = [(axis.before, axis.after) for axis in places] + [(0, 0)] * (maps.ndim - 2)
    values = np.asarray(maps, np.float64)
    if border == "zeros":
        return np.pad(values, widths, constant_values=fill)
    return np.pad(values, widths, mode=BORDERS[border])  # type: ignore[call-overload]


def _shifted(padded: np.ndarray, places: tuple[Axis, Axis], a: int, b: int) -> np.ndarray:
    """The input value under the weight (a, b) for every place of the window, (h', w', c)."""
    rows, columns = (
        slice(start, start + (axis.output - 1) * axis.stride + 1, axis.stride)
        for axis, start in zip(places, (a * places[0].dilation, b * places[1].dilation), strict=True)
    )
    return padded[rows, columns]


def _check(maps: np.ndarray, kernels: np.ndarray) -> None:
    if maps.ndim != 3 or kernels.ndim != 4:
        raise ParameterError(
            text(
                "Maps are (h, w, c) and kernels (k_h, k_w, c_in, c_out); not {maps} and {kernels}.",
                maps=maps.shape,
                kernels=kernels.shape,
            )
        )
    if kernels.shape[2] != maps.shape[2]:
        raise ParameterError(
            text(
                "The kernels are for {channels} channels, but there are {maps} maps.",
                channels=kernels.shape[2],
                maps=maps.shape[2],
            )
        )
