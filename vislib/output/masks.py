"""Draws the mask of a segmentation: one colour for each class, its legend, and the outline of a region."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from vislib.errors import ParameterError
from vislib.language import text

BACKGROUND = "background"
"""The class with this label is transparent."""

PALETTE = (
    *((204, 102, 119), (136, 204, 238), (221, 204, 119), (17, 119, 51), (170, 68, 153)),
    *((68, 170, 153), (136, 34, 85), (153, 153, 51), (51, 34, 136), (230, 120, 30)),
)
"""Colours that people with any colour vision can distinguish: nine "muted" ones of Paul Tol's Colour Schemes
(SRON/EPS/TN/09-002, 2021), and an orange."""

OTHER = (170, 170, 170)
"""The colour of the smallest segments, where there are more classes than colours."""


@dataclass(frozen=True)
class Segment:
    """A class of a mask.

    Attributes:
        index: The number of the class.
        label: Its name.
        share: The share of the pixels that have it, above 0 to 1.
        colour: Red, green and blue in 0..255; None for the background, which is transparent.
    """

    index: int
    label: str
    share: float
    colour: tuple[int, int, int] | None


def legend(mask: np.ndarray, labels: tuple[str, ...]) -> list[Segment]:
    """The classes that occur in a mask, those with the most pixels first.

    A class has the same colour in every mask, unless a larger segment of this mask has that colour already. At most
    ten segments have different colours; smaller ones share a grey.

    Args:
        mask: The number of the class of each pixel, (h, w) int.
        labels: The name of each class.

    Raises:
        ParameterError: If the mask is not such an array.
    """
    if mask.ndim != 2 or not mask.size or mask.dtype.kind not in "iu":
        raise ParameterError(
            text(
                "A mask is an array (h, w) of class numbers; not {kind} of shape {shape}.",
                kind=mask.dtype,
                shape=mask.shape,
            )
        )
    if mask.min() < 0 or mask.max() >= len(labels):
        raise ParameterError(
            text(
                "The mask has classes {low} to {high}, but there are {n} labels.",
                low=mask.min(),
                high=mask.max(),
                n=len(labels),
            )
        )
    counts = np.bincount(mask.ravel(), minlength=len(labels))
    taken: set[int] = set()
    found = []
    for index in np.argsort(-counts, kind="stable"):
        if not counts[index]:
            break
        colour = None
        if labels[index] != BACKGROUND:
            first = int(index) - (BACKGROUND in labels[:index])
            place = next(
                (k % len(PALETTE) for k in range(first, first + len(PALETTE)) if k % len(PALETTE) not in taken), None
            )
            colour = OTHER if place is None else PALETTE[place]
            taken |= {place} if place is not None else set()
        found.append(Segment(int(index), labels[index], float(counts[index] / mask.size), colour))
    return found


def mask_picture(
    mask: np.ndarray,
    labels: tuple[str, ...],
    picture: Image.Image | None = None,
    opacity: float = 0.6,
    outlined: np.ndarray | None = None,
) -> Image.Image:
    """A mask as a picture, or over a picture of the image.

    Args:
        mask: The number of the class of each pixel, (h, w) int.
        labels: The name of each class.
        picture: What the network sees, of any size; the mask is stretched over it, with sharp pixels. Without it the
            result is the mask alone, whose background is transparent.
        opacity: 0 shows the picture alone, 1 hides it under the mask.
        outlined: A region (h, w) bool, along whose edge a line is drawn, white inside and black outside; a single
            pixel has a ring around it.

    Returns:
        RGBA of (h, w) without a picture; RGB of the picture's size with it.

    Raises:
        ParameterError: If an argument is not accepted.
    """
    if not 0 <= opacity <= 1:
        raise ParameterError(text("`opacity` must be from 0 to 1; not {opacity}.", opacity=opacity))
    if outlined is not None and outlined.shape != mask.shape:
        raise ParameterError(
            text(
                "The outlined region must have the mask's shape {wanted}; not {given}.",
                wanted=mask.shape,
                given=outlined.shape,
            )
        )
    colours = np.zeros((*mask.shape, 4), np.uint8)
    for segment in legend(mask, labels):
        if segment.colour is not None:
            colours[mask == segment.index] = (*segment.colour, 255)
    drawn = Image.fromarray(colours)
    if picture is not None:
        drawn = drawn.resize(picture.size, Image.Resampling.NEAREST)
        layer = np.array(drawn)
        layer[..., 3] = np.rint(layer[..., 3] * opacity)
        drawn = Image.alpha_composite(picture.convert("RGBA"), Image.fromarray(layer)).convert("RGB")
    return drawn if outlined is None else _with_outline(drawn, outlined)


def _with_outline(drawn: Image.Image, region: np.ndarray) -> Image.Image:
    """The picture with a line along the region's edge, white inside it and black outside, to be seen on any colour."""
    from scipy import ndimage  # imported late, as this takes half a second

    if region.sum() == 1:
        return _with_ring(drawn, region)
    large = np.array(Image.fromarray(region.astype(bool)).resize(drawn.size, Image.Resampling.NEAREST))
    width = max(1, round(max(drawn.size) / 224))
    inside = ndimage.binary_erosion(large, iterations=width, border_value=0)
    around = ndimage.binary_dilation(large, iterations=width)
    pixels = np.array(drawn)
    opaque = (255,) * (pixels.shape[2] - 3)
    pixels[large & ~inside] = (255, 255, 255, *opaque)
    pixels[around & ~large] = (0, 0, 0, *opaque)
    return Image.fromarray(pixels)


def _with_ring(drawn: Image.Image, region: np.ndarray) -> Image.Image:
    """The picture with a ring around a single pixel, which is too small for an outline: white, and black outside."""
    row, column = (int(place[0]) for place in np.nonzero(region))
    x, y = (column + 0.5) * drawn.width / region.shape[1], (row + 0.5) * drawn.height / region.shape[0]
    width = max(1, round(max(drawn.size) / 224))
    radius = 0.7 * max(drawn.width / region.shape[1], drawn.height / region.shape[0]) + 4 * width
    drawn = drawn.copy()
    for r, colour in ((radius + width, "black"), (radius, "white")):
        ImageDraw.Draw(drawn).ellipse((x - r, y - r, x + r, y + r), outline=colour, width=width)
    return drawn
