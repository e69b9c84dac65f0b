"""Kernels to try: well-known ones, random ones, and typed ones."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vislib.arithmetic import notation
from vislib.errors import ParameterError
from vislib.language import plural, text

MAX_SIDE = 15


@dataclass(frozen=True)
class Preset:
    """A well-known kernel.

    Attributes:
        title: Its usual name.
        rows: Its weights as they multiply the image (cross-correlation).
        does: Its effect on an image, in a few words.
    """

    title: str
    rows: tuple[tuple[float, ...], ...]
    does: str

    @property
    def kernel(self) -> np.ndarray:
        """(k_h, k_w) float64."""
        return np.array(self.rows, np.float64)


def _outer(weights: Sequence[float]) -> tuple[tuple[float, ...], ...]:
    """The outer product of one-dimensional weights with themselves, normalized to sum 1."""
    whole = sum(weights) ** 2
    return tuple(tuple(a * b / whole for b in weights) for a in weights)


PRESETS: dict[str, Preset] = {
    "identity": Preset(text("Identity"), ((0, 0, 0), (0, 1, 0), (0, 0, 0)), text("leaves the image as it is")),
    "vertical edges": Preset(
        text("Vertical edges"), ((1, 0, -1),) * 3, text("left minus right: responds to vertical edges")
    ),
    "horizontal edges": Preset(
        text("Horizontal edges"),
        ((1, 1, 1), (0, 0, 0), (-1, -1, -1)),
        text("top minus bottom: responds to horizontal edges"),
    ),
    "all edges": Preset(
        text("Edges all around"),
        ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1)),
        text("each pixel minus the mean of its eight neighbours, times eight"),
    ),
    "laplacian": Preset(
        text("Laplacian"), ((0, 1, 0), (1, -4, 1), (0, 1, 0)), text("second derivative: thin double edges")
    ),
    "sobel x": Preset(
        text("Sobel, horizontal gradient"),
        ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
        text("right minus left, smoothed along the edge"),
    ),
    "sobel y": Preset(
        text("Sobel, vertical gradient"),
        ((-1, -2, -1), (0, 0, 0), (1, 2, 1)),
        text("bottom minus top, smoothed along the edge"),
    ),
    "box blur": Preset(text("Box blur 3 × 3"), _outer((1, 1, 1)), text("the mean of nine pixels")),
    "gaussian blur": Preset(
        text("Gaussian blur 5 × 5"), _outer((1, 4, 6, 4, 1)), text("a mean with the largest weight in the middle")
    ),
    "sharpen": Preset(text("Sharpen"), ((0, -1, 0), (-1, 5, -1), (0, -1, 0)), text("the image plus its edges")),
    "emboss": Preset(text("Emboss"), ((-2, -1, 0), (-1, 1, 1), (0, 1, 2)), text("a relief, lit from one corner")),
}


def random_kernels(size: tuple[int, int], c_in: int = 1, c_out: int = 1, seed: int = 0) -> np.ndarray:
    """Kernels (k_h, k_w, c_in, c_out) of an untrained network: uniform within ±√(6 / (fan in + fan out)), float64.

    Raises:
        ParameterError: If a size is out of range.

    Reference: Glorot & Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks".

    Example:
        >>> vislib.arithmetic.random_kernels((3, 3), c_in=3, c_out=8).shape
        (3, 3, 3, 8)
    """
    _check_side(*size)
    if c_in < 1 or c_out < 1:
        raise ParameterError(
            text("A kernel has at least 1 channel in and 1 out; not {c_in} and {c_out}.", c_in=c_in, c_out=c_out)
        )
    limit = np.sqrt(6 / (size[0] * size[1] * (c_in + c_out)))
    return np.random.default_rng(seed).uniform(-limit, limit, (*size, c_in, c_out))


def parse_kernel(text: str) -> np.ndarray:
    """Reads a typed kernel (k_h, k_w): one row a line, or rows separated by ";" or in brackets.

    Spaces or commas separate the numbers; fractions such as 1/9 are allowed.

    Raises:
        ParameterError: If the text is empty or holds something else than numbers, rows differ in length, or there are
            more than `MAX_SIDE` rows or columns.

    Example:
        >>> vislib.arithmetic.parse_kernel("1 0; 0 -1").shape
        (2, 2)
    """
    lines = [line.strip(" \t\r,[]") for line in re.split(r"[\n;]|\]\s*,?\s*\[", text)]
    rows = [re.split(r"[\s,]+", line) for line in lines if line]
    if not rows:
        raise _empty()
    _check_side(len(rows), max(map(len, rows)))
    for place, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise ParameterError(
                plural(
                    "Row {row} of the kernel has {n} number, the first has {first}: all rows must be equally long.",
                    "Row {row} of the kernel has {n} numbers, the first has {first}: all rows must be equally long.",
                    len(row),
                    row=place,
                    first=len(rows[0]),
                )
            )
    return np.array([[_number(word, place) for word in row] for place, row in enumerate(rows, 1)])


def _empty() -> ParameterError:
    return ParameterError(text("The kernel is empty: type its rows, one per line, such as “1 0 -1”."))


def kernel_text(kernel: np.ndarray) -> str:
    """A kernel (k_h, k_w) as `parse_kernel` reads it, rounded to four significant digits."""
    return "\n".join(
        " ".join(notation.number(value).replace("−", "-").replace(",", "").replace("·10^", "e") for value in row)
        for row in kernel
    )


def is_symmetric(kernel: np.ndarray) -> bool:
    """Whether a flip in both directions changes nothing, so that convolution and cross-correlation are equal."""
    return bool(np.array_equal(kernel, kernel[::-1, ::-1]))


def _check_side(height: int, width: int) -> None:
    if not (1 <= height <= MAX_SIDE and 1 <= width <= MAX_SIDE):
        raise ParameterError(
            text(
                "A kernel has 1 to {most} rows and columns; not {height} × {width}.",
                most=MAX_SIDE,
                height=height,
                width=width,
            )
        )


def _number(word: str, place: int) -> float:
    above, slash, below = word.replace("−", "-").partition("/")
    try:
        value = float(above) / float(below) if slash else float(above)
    except (ValueError, ZeroDivisionError):
        value = np.nan
    if not np.isfinite(value):
        shown = word if len(word) <= 20 else f"{word[:20]}…"
        raise ParameterError(text("“{word}” in row {row} of the kernel is not a number.", word=shown, row=place))
    return value
