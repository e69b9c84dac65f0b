"""Brings values of any range, such as 12 or 16 bits or Hounsfield units, to 0..255 through a window."""

import math

import numpy as np

from vislib.errors import ImageError, ParameterError
from vislib.images.arrays import LoadedImage
from vislib.language import text

Window = tuple[float, float]
"""(level, width): level − width / 2 is black, level + width / 2 is white, linear between."""


def checked_window(window: Window | None) -> Window | None:
    """The window, if it is one.

    Raises:
        ParameterError: If it is not (level, width) with a width above 0.
    """
    if window is None:
        return None
    numbers = tuple(window) if isinstance(window, tuple | list) else ()
    real = all(isinstance(one, int | float | np.number) and math.isfinite(one) for one in numbers)
    if len(numbers) != 2 or not real or numbers[1] <= 0:
        raise ParameterError(
            text(
                "`window` must be (level, width), two numbers with a width above 0, such as (40, 400); not {window!r}.",
                window=window,
            )
        )
    return float(numbers[0]), float(numbers[1])


def windowed(values: np.ndarray, window: Window | None) -> LoadedImage:
    """Values as grey or RGB in 0..255: 255 · (value − level + width / 2) / width, cut at 0 and 255.

    This is LINEAR_EXACT of DICOM (PS3.3 C.11.2.1.3.2).

    Args:
        values: (H, W) or (H, W, 3), real numbers of any range.
        window: (level, width); None: from the smallest value to the largest.

    Returns:
        (H, W, 3) uint8. NaN and infinity are black. The notes say the range, and how many pixels have no value.

    Raises:
        ImageError: If no value is finite.
    """
    finite = np.isfinite(values)
    if not finite.any():
        raise ImageError(text("The image has no values: all of them are NaN or infinite."))
    notes: tuple[str, ...] = ()
    if window is None:
        low, high = float(values[finite].min()), float(values[finite].max())
        notes = (
            text(
                "Its values from {low:.6g} (black) to {high:.6g} (white) were brought to 0..255; "
                "a window (level and width) chooses another range.",
                low=low,
                high=high,
            ),
        )
    else:
        low, high = window[0] - window[1] / 2, window[0] + window[1] / 2
        notes = (text("A window from {low:.6g} (black) to {high:.6g} (white) was used.", low=low, high=high),)
    if not finite.all():
        n_missing = int((~finite).sum())
        notes = (
            *notes,
            text("{n:,} of its {size:,} values are NaN or infinite; they are black.", n=n_missing, size=values.size),
        )
    pixels = _scaled(values if finite.all() else np.where(finite, values, low), low, high)
    return LoadedImage(np.repeat(pixels[..., None], 3, axis=2) if pixels.ndim == 2 else pixels, notes, (low, high))


def _scaled(values: np.ndarray, low: float, high: float) -> np.ndarray:
    if low == high:  # one grey: 16 bits by their own range, anything else as near to itself as 0..255 allows
        whole = np.issubdtype(values.dtype, np.integer)
        return np.full(values.shape, np.clip(round(low / 257 if whole else low), 0, 255), np.uint8)
    share = (values.astype(np.float64) - low) / (high - low)
    return np.clip(np.rint(share * 255), 0, 255).astype(np.uint8)
