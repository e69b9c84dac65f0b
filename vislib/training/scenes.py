"""Scenes made of handwritten digits: which digit is at each pixel, and the size of the tallest digit.

A scene is a grey picture with one to three digits of different sizes, lighter or darker than a plain, sloping or noisy
background. As the scene is composed here, its true mask and its true sizes are known exactly.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from vislib.errors import DatasetError
from vislib.language import text

SIDE_PX = 64
LABELS = ("background", *"0123456789")
"""The classes of a mask, by the value of its pixels."""
SIZES = ("height", "width")
UNIT = "px"

_INK = 25
"""Grey level of a digit's image above which a row or column belongs to the digit."""
_OPACITY = 0.4
"""Opacity of a digit from which a pixel counts as the digit's."""
_TALLEST_PX, _OTHERS_PX = (16, 40), 12
_LEAD_PX = 3
"""By how much the tallest digit exceeds the others; otherwise the tallest would be a matter of chance."""
_TRIES = 20


@dataclass(frozen=True, eq=False)
class Scenes:
    """Scenes with what is true of them.

    Args:
        images: (n, 64, 64, 1) uint8.
        masks: (n, 64, 64) uint8, the class at each pixel: an index of `LABELS`.
        sizes: (n, 2) float32, height and width of the tallest digit in px: the rows and the columns that its mask
            spans.
    """

    images: np.ndarray
    masks: np.ndarray
    sizes: np.ndarray


def make_scenes(digits: np.ndarray, labels: np.ndarray, n: int, seed: int) -> Scenes:
    """Scenes of digits that are drawn at random; scene i depends on the digits, the seed and i alone.

    Args:
        digits: (m, 28, 28) or (m, 28, 28, 1) uint8, light on black, as MNIST's.
        labels: (m,) whole numbers in 0..9.
        n: How many scenes, at least 1.
        seed: Not negative.

    Raises:
        DatasetError: If the digits or their labels are not such arrays, or a digit is blank.
    """
    digits = digits[..., 0] if digits.ndim == 4 and digits.shape[3] == 1 else digits
    if digits.ndim != 3 or digits.dtype != np.uint8 or len(digits) == 0:
        raise DatasetError(
            text(
                "Digits must be (m, h, w) uint8 with m at least 1; not {shape} {dtype}.",
                shape=digits.shape,
                dtype=digits.dtype,
            )
        )
    if labels.shape != digits.shape[:1] or not np.issubdtype(labels.dtype, np.integer):
        raise DatasetError(
            text(
                "{n:,} digits need one label each, in 0..9, as whole numbers; not {shape} {dtype}.",
                n=len(digits),
                shape=labels.shape,
                dtype=labels.dtype,
            )
        )
    if labels.min() < 0 or labels.max() > 9:
        raise DatasetError(
            text(
                "The labels of digits must be in 0..9; these are from {low} to {high}.",
                low=labels.min(),
                high=labels.max(),
            )
        )
    if n < 1:
        raise DatasetError(text("The number of scenes must be at least 1; not {n}.", n=n))
    if blank := int((digits.max(axis=(1, 2)) <= _INK).sum()):
        raise DatasetError(
            text(
                "Digits without light strokes on black: {blank:,} of {n:,}. Leave them out.", blank=blank, n=len(digits)
            )
        )
    made = [_scene(digits, labels, np.random.default_rng([seed, number])) for number in range(n)]
    images, masks, sizes = (np.stack(parts) for parts in zip(*made, strict=True))
    return Scenes(images[..., None], masks, sizes)


def _scene(
    digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One scene: image (64, 64) uint8, mask (64, 64) uint8 and sizes (2,) float32."""
    light_on_dark = rng.random() < 0.5
    level = rng.uniform(30, 100) if light_on_dark else rng.uniform(155, 225)
    ink = level + rng.uniform(80, 130) * (1 if light_on_dark else -1)
    picture = level + _background(rng)
    mask = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
    taken = np.zeros((SIDE_PX, SIDE_PX), bool)
    tallest = rng.uniform(*_TALLEST_PX)
    heights = [tallest, *rng.uniform(_OTHERS_PX, tallest - _LEAD_PX, rng.integers(0, 3))]
    sizes = np.zeros(2, np.float32)
    for number, height in enumerate(heights):
        chosen = int(rng.integers(len(digits)))
        opacity = _resized(digits[chosen], height, rng.uniform(0.85, 1.15))
        covered = opacity >= _OPACITY
        spans = np.array([_span(covered.max(axis=1)), _span(covered.max(axis=0))], np.float32)
        if number and spans[0] > sizes[0] - _LEAD_PX:
            continue
        place = _free_place(taken, opacity.shape, rng)
        if place is None:
            continue
        if number == 0:
            sizes = spans
        picture[place] = picture[place] * (1 - opacity) + ink * opacity
        mask[place][covered] = labels[chosen] + 1
        taken[place] = True
    picture += rng.normal(0, 3, picture.shape)
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8), mask, sizes


def _background(rng: np.random.Generator) -> np.ndarray:
    """Deviations from a grey level (64, 64): none, a slope in a random direction, or noise."""
    kind = rng.integers(3)
    if kind == 0:
        return np.zeros((SIDE_PX, SIDE_PX))
    if kind == 1:
        angle, reach = rng.uniform(0, 2 * np.pi), rng.uniform(10, 30)
        along = np.linspace(-1, 1, SIDE_PX)
        return reach * (np.sin(angle) * along[:, None] + np.cos(angle) * along[None]) / np.sqrt(2)
    return rng.normal(0, rng.uniform(8, 18), (SIDE_PX, SIDE_PX))


def _resized(digit: np.ndarray, height: float, stretch: float) -> np.ndarray:
    """A digit's opacity (rows, columns) in 0..1: cropped to its strokes and resized to `height` rows.

    Its width follows its proportions, times `stretch`.
    """
    rows, columns = np.flatnonzero(digit.max(axis=1) > _INK), np.flatnonzero(digit.max(axis=0) > _INK)
    cropped = digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32) / 255
    n_rows = round(height)
    n_columns = int(np.clip(round(height * stretch * cropped.shape[1] / cropped.shape[0]), 3, _TALLEST_PX[1] + 4))
    resized = np.asarray(Image.fromarray(cropped).resize((n_columns, n_rows), Image.Resampling.BICUBIC))
    opacity: np.ndarray = np.clip(resized / resized.max(), 0, 1)
    return opacity


def _span(covered: np.ndarray) -> int:
    """From the first to the last covered row or column, in px."""
    places = np.flatnonzero(covered)
    return int(places[-1] - places[0] + 1)


def _free_place(taken: np.ndarray, size: tuple[int, ...], rng: np.random.Generator) -> tuple[slice, slice] | None:
    """A random rectangle of this (height, width) that touches no taken pixel, or None if none is found."""
    for _ in range(_TRIES):
        top, left = (int(rng.integers(SIDE_PX - length + 1)) for length in size)
        around = taken[max(top - 1, 0) : top + size[0] + 1, max(left - 1, 0) : left + size[1] + 1]
        if not around.any():
            return slice(top, top + size[0]), slice(left, left + size[1])
    return None
