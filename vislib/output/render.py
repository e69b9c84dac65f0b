"""Draws raw maps as pictures. Only this module normalises values; `Scale` records how.

Pictures are Pillow images for the screen; for figures in papers see `vislib.figures`.
"""

from dataclasses import dataclass

import numpy as np
from matplotlib import colormaps
from PIL import Image

from vislib.errors import ParameterError, listed
from vislib.images.bands import as_picture
from vislib.images.fitting import Box, resize_box
from vislib.language import text
from vislib.output.raw_heatmap import RawHeatmap

EVIDENCE, ACTIVATION, SIGNED = "inferno", "viridis", "RdBu_r"
"""The colormap of each meaning: of a heatmap without a sign, of any other map without a sign, of a map with a sign."""
COLORMAPS = (EVIDENCE, ACTIVATION, "cividis", "magma", "turbo", "gray", "jet")
DIVERGING_COLORMAPS = (SIGNED, "PuOr_r", "BrBG_r")
BLENDS = ("value", "uniform")
"""How a map is laid over a photograph: its opacity follows the value, or is the same everywhere."""
OPACITY = 0.85
"""The usual opacity of the largest value."""
_GREYNESS = 0.5
_MISSING = (128, 128, 128)
_CONSTANT = (224, 224, 224)


@dataclass(frozen=True)
class Scale:
    """Maps raw values to 0..1 for a colormap.

    Attributes:
        low: Raw value at the colormap's start.
        high: Raw value at its end.
        constant: Whether all values are the same, so that there is nothing to draw.
        missing: Whether some values are NaN or infinite; they are drawn grey.
        clipped: Whether some values lie beyond the ends; they have the colour of the nearer end.

    Example:
        >>> scale = vislib.render.Scale.of(np.array([-1.0, 3.0]), signed=True)
        >>> scale.low, scale.high
        (-3.0, 3.0)
    """

    low: float
    high: float
    constant: bool = False
    missing: bool = False
    clipped: bool = False

    @classmethod
    def of(cls, values: np.ndarray, signed: bool, clip: float = 0.0) -> "Scale":
        """The range of the values: centred on zero if signed; else from zero, if the smallest value is close to zero.

        Args:
            values: Raw values, any shape.
            signed: Whether zero is the middle.
            clip: The share of the values, those of the largest magnitude, that may lie beyond the ends. It keeps a
                few extreme pixels from darkening the rest.
        """
        finite = values[np.isfinite(values)]
        missing = finite.size < values.size
        if not finite.size:
            return cls(0.0, 0.0, constant=True, missing=True)
        low, high = float(finite.min()), float(finite.max())
        if low == high:
            return cls(low, high, constant=True, missing=missing)
        reach = max(abs(low), abs(high))
        end = float(np.quantile(np.abs(finite), 1 - clip)) if clip else reach
        end, clipped = (end, True) if 0 < end < reach else (reach, False)
        if signed:
            return cls(-end, end, missing=missing, clipped=clipped)
        if 0 <= low < end:
            return cls(low if low > end / 10 else 0.0, end, missing=missing, clipped=clipped)
        return cls(low, high, missing=missing)

    @classmethod
    def of_heatmap(cls, heatmap: RawHeatmap, clip: float = 0.0) -> "Scale":
        """The scale of a heatmap's values, as `of` makes it; constant for a map that is negligible."""
        if heatmap.negligible:
            return cls(float(heatmap.values.min()), float(heatmap.values.max()), constant=True)
        return cls.of(heatmap.values, heatmap.signed, clip)

    @classmethod
    def from_zero(cls, values: np.ndarray, signed: bool, clip: float = 0.0) -> "Scale":
        """Like `of`, but unsigned values always start at zero, so that maps of different units can be compared."""
        scale = cls.of(values, signed, clip)
        if scale.constant or signed:
            return scale
        return cls(min(0.0, scale.low), scale.high, False, scale.missing, scale.clipped)

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Values as 0..1, computed in float64, so that ranges of 1e-30 are correct."""
        if self.high == self.low:
            return np.full(values.shape, 0.5)
        return (values.astype(np.float64) - self.low) / (self.high - self.low)


def map_image(
    values: np.ndarray,
    *,
    signed: bool = False,
    colormap: str | None = None,
    scale: Scale | None = None,
    size: tuple[int, int] | None = None,
) -> Image.Image:
    """Draws a map (h, w) in false colours.

    Args:
        values: Raw values. A constant map has one light grey; NaN and infinity are darker grey.
        signed: Whether zero is the middle: blue below, white at zero, red above.
        colormap: A matplotlib name; by default `ACTIVATION`, or `SIGNED` for signed maps.
        scale: A scale shared with other maps; by default the range of the map.
        size: (height, width) in pixels of the picture; cells stay sharp.

    Example:
        >>> vislib.render.map_image(np.eye(3), size=(30, 30)).size
        (30, 30)
    """
    scale = scale if scale is not None else Scale.of(values, signed)
    if scale.constant:
        pixels = np.broadcast_to(np.array(_CONSTANT, np.uint8), (*values.shape, 3)).copy()
    else:
        pixels = table(colormap, signed)[np.rint(np.clip(np.nan_to_num(scale(values)), 0, 1) * 255).astype(int)]
    pixels[~np.isfinite(values)] = _MISSING
    picture = Image.fromarray(pixels)
    return picture.resize((size[1], size[0]), Image.Resampling.NEAREST) if size else picture


def kernel_image(kernel: np.ndarray, size: int | None = None) -> Image.Image:
    """A kernel of three input channels (k_h, k_w, 3) as RGB: zero is mid-grey, the largest weight has full colour.

    Example:
        >>> vislib.render.kernel_image(np.ones((3, 3, 3)), size=60).size
        (60, 60)
    """
    reach = float(np.abs(kernel).max()) or 1.0
    pixels = np.rint((kernel / reach + 1) * 127.5).astype(np.uint8)
    picture = Image.fromarray(pixels)
    return picture.resize((size, size), Image.Resampling.NEAREST) if size else picture


def rgb_image(maps: np.ndarray) -> Image.Image:
    """Three maps (h, w, 3) as RGB: the smallest value is black, the largest has full colour, a constant is grey.

    Example:
        >>> vislib.render.rgb_image(np.ones((4, 5, 3))).size
        (5, 4)
    """
    pixels = np.rint(Scale(float(maps.min()), float(maps.max()))(maps) * 255).astype(np.uint8)
    return Image.fromarray(pixels)


def heatmap_image(heatmap: RawHeatmap, colormap: str | None = None) -> Image.Image:
    """The heatmap alone in false colours, at the network's resolution.

    Example:
        >>> vislib.render.heatmap_image(vislib.explain("grad-cam", classifier, image)).size
        (28, 28)
    """
    return map_image(heatmap.values, signed=heatmap.signed, colormap=colormap or usual_colormap(heatmap.signed, True))


def seen(image: np.ndarray, box: Box, size: int | None = None) -> Image.Image:
    """The part `box` of an image; `size` is the longer side of the picture in pixels.

    An image of bands is shown by `vislib.images.bands.display`.

    Example:
        >>> vislib.render.seen(image, classifier.box(image), size=112).size
        (112, 112)
    """
    height, width = max(1, round(box.height)), max(1, round(box.width))
    if size is not None:
        enlarge = size / max(height, width)
        height, width = max(1, round(height * enlarge)), max(1, round(width * enlarge))
    return Image.fromarray(resize_box(as_picture(image), box, (height, width)))


def overlay(
    image: np.ndarray,
    heatmap: RawHeatmap,
    opacity: float = OPACITY,
    colormap: str | None = None,
    size: int | None = None,
    clip: float = 0.0,
    scale: Scale | None = None,
    blend: str = BLENDS[0],
) -> Image.Image:
    """The heatmap over the part of the image that the network sees.

    By default the map's opacity follows its value, so that a place without evidence shows the photograph, and the
    photograph is half grey, so that its own colours are not taken for those of the map.

    Args:
        image: (H, W, 3) in 0..255, the explained image.
        heatmap: Its explanation. A constant map is not drawn.
        opacity: The opacity of the largest value, 0..1; with `blend="uniform"` that of all values. 0 shows the image.
        colormap: A matplotlib name; by default `EVIDENCE`, or `SIGNED` for signed maps.
        size: The longer side in pixels; by default that of this part of the image.
        clip: The share of the pixels, those of the largest magnitude, that may lie beyond the ends of the colormap.
        scale: A scale shared with other maps; by default the range of the map.
        blend: "value": the opacity follows the value (of a signed map its magnitude). "uniform": the whole map has one
            opacity, over the photograph in its colours.

    Raises:
        ParameterError: If the opacity is outside 0..1, there is no such colormap or blend, or the heatmap belongs to an
            image of another size.

    Example:
        >>> vislib.render.overlay(image, vislib.explain("grad-cam", classifier, image), size=224).size
        (224, 224)
    """
    if not 0 <= opacity <= 1:
        raise ParameterError(text("`opacity` must be from 0 to 1; not {opacity}.", opacity=opacity))
    if tuple(image.shape[:2]) != tuple(heatmap.image_size):
        raise ParameterError(
            text(
                "The heatmap explains an image of {width} × {height} pixels; this one has {width2} × {height2}.",
                width=heatmap.image_size[1],
                height=heatmap.image_size[0],
                width2=image.shape[1],
                height2=image.shape[0],
            )
        )
    scale = scale if scale is not None else Scale.of_heatmap(heatmap, clip)
    colormap = colormap or usual_colormap(heatmap.signed, True)
    return _blended(seen(image, heatmap.box, size), heatmap.values, scale, heatmap.signed, opacity, colormap, blend)


def overlay_map(
    image: np.ndarray,
    box: Box,
    values: np.ndarray,
    opacity: float = OPACITY,
    colormap: str | None = None,
    size: int | None = None,
    scale: Scale | None = None,
    signed: bool | None = None,
    blend: str = BLENDS[0],
) -> Image.Image:
    """A map (h, w) over the part `box` of an image; other arguments as for `overlay`.

    Without `signed`, the map counts as signed if it has negative values. Its usual colormap is `ACTIVATION` or
    `SIGNED`.

    Example:
        >>> vislib.render.overlay_map(image, classifier.box(image), np.eye(28), size=112).size
        (112, 112)
    """
    signed = is_signed(values) if signed is None else signed
    scale = scale if scale is not None else Scale.of(values, signed)
    return _blended(seen(image, box, size), values, scale, signed, opacity, colormap, blend)


def is_signed(values: np.ndarray) -> bool:
    """Whether a map has negative values, so that zero is in the middle of its colours.

    Example:
        >>> vislib.render.is_signed(np.array([-1.0, 1.0]))
        True
    """
    return bool(np.nanmin(values) < 0) if np.isfinite(values).any() else False


def laid_over(
    picture: Image.Image, values: np.ndarray, signed: bool, opacity: float = OPACITY, colormap: str | None = None
) -> Image.Image:
    """A heatmap's values (h, w) over a picture of any size that shows the same part of the image.

    Example:
        >>> picture = vislib.render.seen(image, classifier.box(image), size=112)
        >>> vislib.render.laid_over(picture, np.eye(28), signed=False).size
        (112, 112)
    """
    colormap = colormap or usual_colormap(signed, True)
    return _blended(picture, values, Scale.of(values, signed), signed, opacity, colormap, BLENDS[0])


def _blended(
    picture: Image.Image, values: np.ndarray, scale: Scale, signed: bool, opacity: float, colormap: str | None, blend
) -> Image.Image:
    if blend not in BLENDS:
        raise ParameterError(text("`blend` is {blends}; not '{blend}'.", blends=listed(BLENDS), blend=blend))
    if scale.constant or opacity == 0:
        return picture
    unit = scale(np.nan_to_num(values, nan=scale.low, posinf=scale.high, neginf=scale.low)).astype(np.float32)
    fine = np.asarray(Image.fromarray(unit).resize(picture.size, Image.Resampling.BILINEAR))
    colours = table(colormap, signed)[np.clip(np.rint(fine * 255), 0, 255).astype(int)]
    if blend == "uniform":
        return Image.blend(picture, Image.fromarray(colours), opacity)
    share = np.clip(np.abs(2 * fine - 1) if signed else fine, 0, 1)
    photograph = Image.blend(picture, picture.convert("L").convert("RGB"), _GREYNESS * opacity)
    mask = Image.fromarray(np.rint(share * opacity * 255).astype(np.uint8))
    return Image.composite(Image.fromarray(colours), photograph, mask)


def usual_colormap(signed: bool, evidence: bool = False) -> str:
    """The colormap that a meaning has everywhere.

    Args:
        signed: Whether zero is the middle.
        evidence: Whether the map explains a score (a heatmap); else it shows activations, weights or other numbers.

    Example:
        >>> vislib.render.usual_colormap(signed=True)
        'RdBu_r'
    """
    return SIGNED if signed else EVIDENCE if evidence else ACTIVATION


def table(colormap: str | None, signed: bool) -> np.ndarray:
    """The 256 colours of a colormap, (256, 3) uint8.

    Raises:
        ParameterError: If there is no such colormap.

    Example:
        >>> vislib.render.table("viridis", signed=False).shape
        (256, 3)
    """
    name = colormap or usual_colormap(signed)
    if name not in colormaps:
        raise ParameterError(
            text(
                "There is no colormap '{name}'; try {names}.", name=name, names=listed(COLORMAPS + DIVERGING_COLORMAPS)
            )
        )
    return (colormaps[name](np.arange(256) / 255)[:, :3] * 255).round().astype(np.uint8)
