"""Converts a drawn digit to the form of MNIST's digits, which a network trained on MNIST expects."""

import numpy as np
from PIL import Image

from vislib.errors import ImageError
from vislib.language import text

SIDE_PX = 28
BOX_PX = 20


def centre_digit(drawing: np.ndarray) -> np.ndarray:
    """A drawing scaled and centred as MNIST's digits were (LeCun et al. 1998): white on black.

    The drawing is scaled to fit a box of 20 × 20 pixels. Its proportions stay the same, and anti-aliasing gives grey
    levels. Then it is placed so that its centre of mass is the centre of 28 × 28 pixels.

    Args:
        drawing: (H, W), (H, W, 3) or (H, W, 4) in 0..255, light on dark or dark on light; the border's colour is the
            background. Transparent pixels count as background.

    Returns:
        Array (28, 28, 3) uint8, as from `load_image`; the three channels are equal.

    Raises:
        ImageError: If the drawing is not such an array, or nothing is drawn.
    """
    ink = _ink(drawing)
    rows, columns = np.flatnonzero(ink.max(axis=1) > 0.1), np.flatnonzero(ink.max(axis=0) > 0.1)
    if len(rows) == 0:
        raise ImageError(text("Nothing is drawn: all pixels are the same."))
    cropped = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = BOX_PX / max(cropped.shape)
    height, width = (max(1, round(length * scale)) for length in cropped.shape)
    scaled = np.asarray(
        Image.fromarray(cropped).resize(
            (width, height), Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR
        )
    )
    canvas = np.zeros((SIDE_PX, SIDE_PX), np.float32)
    top, left = _offset(scaled.sum(axis=1)), _offset(scaled.sum(axis=0))
    canvas[top : top + height, left : left + width] = scaled
    pixels = np.clip(np.rint(canvas * 255), 0, 255).astype(np.uint8)
    return np.repeat(pixels[..., None], 3, axis=2)


def _ink(drawing: np.ndarray) -> np.ndarray:
    """The strength of the drawing at each pixel, (H, W) float32 in 0..1 with maximum 1; all 0 if nothing is drawn."""
    values = np.asarray(drawing)
    is_picture = values.ndim == 2 or (values.ndim == 3 and values.shape[2] in (3, 4))
    if not is_picture or 0 in values.shape or not np.issubdtype(values.dtype, np.number):
        raise ImageError(
            text(
                "A drawing must have shape (H, W), (H, W, 3) or (H, W, 4); this one has {shape} {dtype}.",
                shape=values.shape,
                dtype=values.dtype,
            )
        )
    values = values.astype(np.float32)
    if not np.isfinite(values).all():
        raise ImageError(text("A drawing must hold numbers in 0..255; this one has some that are not finite."))
    grey = values if values.ndim == 2 else values[..., :3].mean(axis=2)
    opacity = values[..., 3] / 255 if values.ndim == 3 and values.shape[2] == 4 else np.ones_like(grey)
    if opacity.min() == 0:
        # Strokes on a transparent canvas: the opaque pixels are the drawing, whether black or white.
        is_light = np.average(grey, weights=opacity) > 127 if opacity.any() else True
        ink = opacity * (grey if is_light else 255 - grey)
    else:
        border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
        ink = np.abs(grey - np.median(border))
    strongest = ink.max()
    return ink / strongest if strongest > 1 else np.zeros_like(ink)


def _offset(mass: np.ndarray) -> int:
    """The start of a line of pixel masses (n,) that puts its centre of mass at the centre of the canvas."""
    centre = float(np.average(np.arange(len(mass)), weights=mass))
    return int(np.clip(round((SIDE_PX - 1) / 2 - centre), 0, SIDE_PX - len(mass)))
