"""Pooling in plain NumPy: the forward pass, one cell step by step, and the gradient.

Padding is never the maximum. In an average it does not count, as in Keras, unless `count_padding` is set.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from vislib.arithmetic import notation
from vislib.arithmetic.convolution import pad
from vislib.arithmetic.windows import Axis, Padding, Pair, axes
from vislib.errors import ParameterError
from vislib.language import listing, text

KINDS = ("max", "average")


@dataclass(frozen=True)
class Pooling:
    """A pooling layer.

    Args:
        kind: "max" or "average".
        size: Size of the window: one number, or (rows, columns).
        stride: Step of the window, in the same form; None means the window's size.
        padding: As for `windows.axes`.
        count_padding: Whether the zeros of the padding count in an average.

    Raises:
        ParameterError: If `kind` is something else.

    Example:
        >>> vislib.arithmetic.Pooling("max", 2).forward(np.arange(16.0).reshape(4, 4, 1))[..., 0]
        array([[ 5.,  7.],
               [13., 15.]])
    """

    kind: str = "max"
    size: Pair = 2
    stride: Pair | None = None
    padding: Padding = "valid"
    count_padding: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ParameterError(
                text("`kind` must be one of {kinds}; not '{kind}'.", kinds=listing(KINDS, "plain"), kind=self.kind)
            )

    def axes(self, size: tuple[int, int]) -> tuple[Axis, Axis]:
        """The window along both axes of maps of (height, width)."""
        return axes(size, self.size, self.size if self.stride is None else self.stride, self.padding)

    def forward(self, maps: np.ndarray) -> np.ndarray:
        """The pooled maps (h', w', c) float64 of maps (h, w, c)."""
        windows, counts = self._windows(maps)
        if self.kind == "max":
            return windows.max(axis=-1)
        return windows.sum(axis=-1) / counts[..., None]

    def winners(self, maps: np.ndarray) -> np.ndarray:
        """The place of the largest value in each window of max pooling, (h', w', c) int.

        Places are counted row by row from 0; of equal values the first wins.
        """
        return self._windows(maps)[0].argmax(axis=-1)

    def backward(self, maps: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        """The gradient by the maps (h, w, c), from the gradient (h', w', c) by the pooled maps.

        Max pooling passes each cell's gradient g to the largest value of its window, average pooling passes g / n to
        each of the n values. The sum stays the same, except for the part that counted padding gets.

        Returns:
            (h, w, c) float64.

        Raises:
            ParameterError: If the gradient does not have the shape of the pooled maps.
        """
        places = self.axes(maps.shape[:2])
        windows, counts = self._windows(maps)
        n_rows, n_columns = places[0].kernel, places[1].kernel
        if gradient.shape != windows.shape[:3]:
            raise ParameterError(
                text(
                    "The gradient must have the shape of the pooled maps, {wanted}; not {given}.",
                    wanted=windows.shape[:3],
                    given=gradient.shape,
                )
            )
        if self.kind == "max":
            share = (np.arange(n_rows * n_columns) == windows.argmax(axis=-1)[..., None]) * gradient[..., None]
        else:
            share = np.broadcast_to((gradient / counts[..., None])[..., None], windows.shape)
        padded = np.zeros_like(pad(maps, places))
        for place in range(n_rows * n_columns):
            rows, columns = (
                slice(start, start + (axis.output - 1) * axis.stride + 1, axis.stride)
                for axis, start in zip(places, divmod(place, n_columns), strict=True)
            )
            padded[rows, columns] += share[..., place]
        top, left = places[0].before, places[1].before
        return padded[top : top + maps.shape[0], left : left + maps.shape[1]]

    def step(self, maps: np.ndarray, row: int, column: int, channel: int = 0) -> "PoolStep":
        """The computation of the cell at (row, column) of a channel."""
        places = self.axes(maps.shape[:2])
        rows, columns = places[0].inputs(row), places[1].inputs(column)
        windows, counts = self._windows(maps[..., channel : channel + 1])
        window = windows[row, column, 0].reshape(len(rows), len(columns))
        value = window.max() if self.kind == "max" else window.sum() / counts[row, column]
        return PoolStep(self.kind, window, float(value), int(counts[row, column]), rows, columns)

    def _windows(self, maps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Every window (h', w', c, n), including padding, and the divisor (h', w') of an average."""
        if maps.ndim != 3:
            raise ParameterError(text("Maps are (h, w, c); not {given}.", given=maps.shape))
        places = self.axes(maps.shape[:2])
        fill = -np.inf if self.kind == "max" else 0.0
        windows = _slide(pad(maps, places, fill=fill), places)
        inside = pad(np.ones((*maps.shape[:2], 1)), places, fill=float(self.count_padding))
        return windows, _slide(inside, places).sum(axis=-1)[..., 0]


@dataclass(frozen=True, eq=False)
class PoolStep:
    """The computation of one cell of a pooled map.

    Attributes:
        kind: "max" or "average".
        window: The input values in the window, (k_h, k_w); padding is −∞ for a maximum, 0 for an average.
        value: The value of the cell.
        count: The number of values that an average divides by.
        rows: Input rows (k_h,) in the window; rows outside the input are padding.
        columns: Input columns (k_w,) in the window; columns outside the input are padding.

    Example:
        >>> maps = np.arange(4.0).reshape(2, 2, 1)
        >>> vislib.arithmetic.Pooling("max", 2).step(maps, row=0, column=0).formula
        'max(0, 1, 2, 3) = 3'
    """

    kind: str
    window: np.ndarray
    value: float
    count: int
    rows: np.ndarray
    columns: np.ndarray

    @property
    def winner(self) -> tuple[int, int]:
        """(row, column) of the largest value in the window; of equal values the first."""
        row, column = divmod(int(self.window.argmax()), self.window.shape[1])
        return row, column

    @property
    def formula(self) -> str:
        """ "max(1, 4, 2, 3) = 4" or "(1 + 4 + 2 + 3) / 4 = 2.5"; padding of a maximum is left out."""
        values = [value for value in self.window.ravel() if np.isfinite(value)]
        if self.kind == "max":
            return f"max({', '.join(map(notation.number, values))}) = {notation.number(self.value)}"
        return f"({' + '.join(map(notation.factor, values))}) / {self.count} = {notation.number(self.value)}"


def _slide(padded: np.ndarray, places: tuple[Axis, Axis]) -> np.ndarray:
    """The windows of padded maps, (h', w', c, k_h·k_w)."""
    windows = sliding_window_view(padded, (places[0].kernel, places[1].kernel), axis=(0, 1))
    windows = windows[:: places[0].stride, :: places[1].stride][: places[0].output, : places[1].output]
    return windows.reshape(*windows.shape[:3], -1)
