"""What a part of an image is replaced by: a grey level, the mean, a blur, noise, or what surrounds it (inpainting)."""

import math

import numpy as np

from vislib.attribution import fills
from vislib.attribution.fills import black_and_white, cover_image, unit_bands
from vislib.errors import ParameterError
from vislib.language import text
from vislib.parameters import parameter

INPAINT = "inpaint"
FILLS = (*fills.FILLS, INPAINT)
_MOST_INPAINTED = 3000
"""Pixels that are computed by inpainting; of a larger part every second, third, … pixel is, the others between them."""
_AROUND = 4


def fill_parameter(default: str = "grey"):
    """The field of a fill."""
    return parameter(default, text("Fill"), choices=FILLS, help=text("What replaces the part."))


def seed_parameter():
    """The field of a seed."""
    return parameter(0, text("Seed"), low=0, high=2**31 - 1, help=text("For the noise fill."))


def filled(image: np.ndarray, mask: np.ndarray, fill: str, seed: int = 0) -> np.ndarray:
    """The image (H, W, c) with the pixels of a mask (H, W) bool replaced.

    "inpaint" solves the biharmonic equation from the pixels around (`skimage.restoration.inpaint_biharmonic`). The
    others are those of `vislib.attribution.fills.cover_image`.

    Raises:
        ParameterError: If the whole image is to be inpainted.
    """
    if not mask.any():
        return image
    if fill == INPAINT:
        return _inpainted(image, mask)
    return np.where(mask[..., None], cover_image(image, fill, seed=seed), image)


def _inpainted(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    if mask.all():
        raise ParameterError(
            text(
                "Inpainting continues what surrounds a part, and here the whole image is covered. Cover "
                "less, or choose another fill, such as grey."
            )
        )
    from skimage.restoration import inpaint_biharmonic  # imported late, as this takes a second
    from skimage.transform import resize

    around = _around(mask)
    part, hole = unit_bands(image[around]), mask[around]
    step = math.ceil(math.sqrt(hole.sum() / _MOST_INPAINTED))
    found = inpaint_biharmonic(part[::step, ::step], hole[::step, ::step], channel_axis=-1)
    if step > 1:
        found = resize(found, part.shape, order=1, mode="edge", anti_aliasing=False)
    black, white = black_and_white(image[around])
    values = black + found[hole] * (white - black)
    edited = image.copy()
    edited[around][hole] = np.clip(np.rint(values), 0, 255) if image.dtype == np.uint8 else values
    return edited


def _around(mask: np.ndarray) -> tuple[slice, slice]:
    """The rows and columns of a mask's pixels, with some more on each side."""
    found = []
    for axis in (1, 0):
        places = np.flatnonzero(mask.any(axis=axis))
        more = _AROUND + (places[-1] - places[0]) // 8
        found.append(slice(max(0, int(places[0] - more)), int(places[-1] + more + 1)))
    return found[0], found[1]
