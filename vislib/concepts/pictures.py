"""Draws groups: coloured regions on the photograph, and each group's region alone."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from vislib.attribution.base import upsample
from vislib.concepts.groups import Groups
from vislib.errors import ParameterError
from vislib.language import text
from vislib.output import render
from vislib.output.masks import PALETTE

OPACITY = 0.75
_DIM = 0.22
_MOST_CELLS = 28
"""Finer maps have so many regions that lines between them would hide the photograph."""
_FAINT = 0.12
"""Where the strongest group has less than this share of the largest value, the photograph is left as it is."""


def colour(group: int) -> tuple[int, int, int]:
    """The colour of a group, red, green and blue in 0..255."""
    return PALETTE[group % len(PALETTE)]


def regions(groups: Groups, size: tuple[int, int]) -> np.ndarray:
    """The strongest group at each pixel of a picture, (height, width) int; −1 where all are faint."""
    fine = _shares(groups, size)
    strongest = fine.argmax(axis=-1)
    return np.where(fine.max(axis=-1) >= _FAINT, strongest, -1)


def regions_picture(
    image: np.ndarray, groups: Groups, opacity: float = OPACITY, size: int | None = None
) -> Image.Image:
    """The groups as coloured regions on the photograph: each place has the colour of its strongest group, the more
    opaque the stronger the group is there. A white line lies between regions, and each region of a picture of at least
    224 pixels has the group's number.

    Args:
        image: (H, W, 3) in 0..255, the image of the groups.
        groups: Its groups.
        opacity: The opacity of the largest value, 0..1.
        size: The longer side in pixels; by default that of the part that the network sees.

    Raises:
        ParameterError: If the opacity is outside 0..1, or the groups are those of an image of another size.

    Example:
        >>> groups = vislib.concepts.groups(classifier, image, n_groups=3)
        >>> vislib.concepts.regions_picture(image, groups, size=128).size
        (128, 128)
    """
    if not 0 <= opacity <= 1:
        raise ParameterError(text("`opacity` must be from 0 to 1; not {opacity}.", opacity=opacity))
    seen = _seen(image, groups, size)
    grey = Image.blend(seen, seen.convert("L").convert("RGB"), 0.7 * opacity)
    shares, where = _shares(groups, (seen.height, seen.width)), regions(groups, (seen.height, seen.width))
    colours = np.array([colour(k) for k in range(len(groups))], np.float32)[np.maximum(where, 0)]
    opaque = opacity * np.where(where >= 0, 0.45 + 0.55 * np.sqrt(np.clip(shares.max(axis=-1), 0, 1)), 0)[..., None]
    pixels = np.asarray(grey, np.float32) * (1 - opaque) + colours * opaque
    if opacity and max(groups.maps.shape[:2]) <= _MOST_CELLS:
        pixels[_borders(where, max(1, round(max(seen.size) / 300)))] = 255
    picture = Image.fromarray(np.rint(pixels).astype(np.uint8))
    if opacity:
        _number(picture, groups, where)
    return picture


def _number(picture: Image.Image, groups: Groups, where: np.ndarray) -> None:
    """Writes the number of each group where the group is strongest in its own region."""
    radius = max(picture.size) // 32
    if radius < 7:
        return
    draw, fine = ImageDraw.Draw(picture), _shares(groups, (picture.height, picture.width))
    font = ImageFont.load_default(1.5 * radius)
    for k in np.unique(where[where >= 0]):
        row, column = np.unravel_index(np.where(where == k, fine[..., k], -1).argmax(), where.shape)
        x = int(np.clip(column, radius, picture.width - radius))
        y = int(np.clip(row, radius, picture.height - radius))
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour(int(k)), outline="white", width=2)
        draw.text((x, y), str(k + 1), fill="white", font=font, anchor="mm", stroke_width=1, stroke_fill="black")


def group_picture(image: np.ndarray, groups: Groups, group: int, size: int | None = None) -> Image.Image:
    """The region of one group: the photograph is bright where the group is strong and dark elsewhere, with an outline
    in the group's colour.

    Example:
        >>> groups = vislib.concepts.groups(classifier, image, n_groups=3)
        >>> vislib.concepts.group_picture(image, groups, 0, size=128).size
        (128, 128)
    """
    seen = _seen(image, groups, size)
    values = upsample(groups.maps[..., group], (seen.height, seen.width))
    share = np.clip(values / (values.max() or 1), 0, 1)[..., None]
    pixels = np.asarray(seen, np.float32) * (_DIM + (1 - _DIM) * np.clip(1.6 * share, 0, 1))
    if max(groups.maps.shape[:2]) <= _MOST_CELLS:
        edge = _borders((share[..., 0] >= 0.5).astype(int), max(2, round(max(seen.size) / 90)))
        pixels[edge] = colour(group)
    return Image.fromarray(np.rint(pixels).astype(np.uint8))


def crops_picture(crops: np.ndarray, crop_px: int = 96, columns: int = 4) -> Image.Image:
    """The crops of a concept (k, side, side, 3) uint8 in rows, each with `crop_px` pixels a side; small ones keep their
    pixels sharp.

    Example:
        >>> vislib.concepts.crops_picture(np.zeros((8, 9, 9, 3), np.uint8), crop_px=90).size
        (360, 180)
    """
    sheet = Image.new("RGB", (columns * crop_px, -(-len(crops) // columns) * crop_px), "white")
    for place, crop in enumerate(crops):
        way = Image.Resampling.NEAREST if max(crop.shape[:2]) < crop_px else Image.Resampling.LANCZOS
        resized = Image.fromarray(crop).resize((crop_px - 2, crop_px - 2), way)
        sheet.paste(resized, (place % columns * crop_px, place // columns * crop_px))
    return sheet


def _seen(image: np.ndarray, groups: Groups, size: int | None) -> Image.Image:
    if tuple(image.shape[:2]) != tuple(groups.image_size):
        raise ParameterError(
            text(
                "The groups are those of an image of {width} × {height} pixels; this one has {width2} × {height2}.",
                width=groups.image_size[1],
                height=groups.image_size[0],
                width2=image.shape[1],
                height2=image.shape[0],
            )
        )
    return render.seen(image, groups.box, size)


def _shares(groups: Groups, size: tuple[int, int]) -> np.ndarray:
    """The groups' maps at a size, as shares of the largest value of all, (height, width, n)."""
    fine = np.stack([upsample(groups.maps[..., k], size) for k in range(len(groups))], axis=-1)
    return np.maximum(fine, 0) / (float(fine.max()) or 1)


def _borders(labels: np.ndarray, width: int) -> np.ndarray:
    """The pixels, bool, within `width` of a place where labels (h, w) change."""
    from scipy.ndimage import binary_dilation

    edge = np.zeros(labels.shape, bool)
    edge[1:] |= labels[1:] != labels[:-1]
    edge[:, 1:] |= labels[:, 1:] != labels[:, :-1]
    return binary_dilation(edge, iterations=width - 1) if width > 1 else edge
