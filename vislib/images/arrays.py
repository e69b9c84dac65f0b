"""Reads an image that is given as an array: the range of its values is found from them, and said."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from vislib.errors import ImageError
from vislib.language import sentences, text

MAX_PIXELS = 25_000_000
MAX_BANDS = 32
READ_AS_0_1 = text("The image is an array of floats of at most 1, so it was read as 0 (black) to 1 (white).")
READ_AS_0_255 = text("The image is an array of floats above 1, so it was read as 0 (black) to 255 (white).")
READ_AS_OPACITY = text("The image's fourth channel was read as opacity, and the image was put on white.")
_SLACK = 1e-3
"""How far rounding and resizing may carry values beyond their range, as a share of it."""
_DEPTHS = (1023, 4095, 16_383, 65_535)
"""The largest values of 10, 12, 14 and 16 bits."""


@dataclass(frozen=True, eq=False)
class LoadedImage:
    """An image as it was read.

    Attributes:
        values: The pixels: (H, W, 3) uint8, RGB in 0..255; for an image of bands (H, W, bands), in its own numbers.
        notes: Sentences on how it was read, where that is not plain.
        black_and_white: The values of the source that became 0 and 255, if a window applies to it.
    """

    values: np.ndarray
    notes: tuple[str, ...] = ()
    black_and_white: tuple[float, float] | None = None


def rgb_of(values: np.ndarray) -> LoadedImage:
    """An image array as RGB in 0..255.

    Whole numbers are in 0..255. Floats are in 0..1 or in 0..255, which follows from their largest value, and a note
    says which it was; a black image is black in both. Grey becomes three equal channels; a fourth channel is opacity,
    composited on white.

    Args:
        values: (H, W), (H, W, 1), (H, W, 3) or (H, W, 4).

    Returns:
        (H, W, 3) uint8, which is the given array if that has this form already.

    Raises:
        ImageError: If it is not such an array, has more than `MAX_PIXELS` pixels, or its values are in another range;
            the message has the expression that brings them to 0..255.
    """
    values = checked(values)
    pixels, notes = (values, ()) if values.dtype == np.uint8 else _in_0_255(values)
    if pixels.shape[2] == 1:
        return LoadedImage(np.repeat(pixels, 3, axis=2), notes)
    if pixels.shape[2] == 4:
        if pixels[..., 3].min() < 255:
            notes = (*notes, READ_AS_OPACITY)
        return LoadedImage(on_white(Image.fromarray(pixels, "RGBA")), notes)
    return LoadedImage(pixels, notes)


def checked(values: np.ndarray) -> np.ndarray:
    """The array as (H, W, 1, 3 or 4), if its shape, size and kind of numbers are those of an image.

    Raises:
        ImageError: If they are not.
    """
    if not isinstance(values, np.ndarray):
        raise ImageError(
            text("An image must be an array (H, W, 3), as from load_image; not {kind}.", kind=type(values).__name__)
        )
    if values.ndim == 2:
        values = values[..., None]
    if values.ndim != 3 or values.shape[2] not in (1, 3, 4) or 0 in values.shape:
        raise ImageError(
            text(
                "An image array must have shape (H, W), (H, W, 1), (H, W, 3) or (H, W, 4); this one has {shape}.",
                shape=values.shape,
            )
        )
    if values.shape[0] * values.shape[1] > MAX_PIXELS:
        raise ImageError(
            text(
                "The image is too large: {width} × {height} pixels. Up to {most} million pixels are accepted.",
                width=values.shape[1],
                height=values.shape[0],
                most=MAX_PIXELS // 1_000_000,
            )
        )
    if values.dtype == bool:
        raise ImageError(
            text(
                "An image array must hold numbers in 0..255; this one holds bool. image * np.uint8(255) "
                "makes False black and True white."
            )
        )
    if not np.issubdtype(values.dtype, np.number) or np.iscomplexobj(values):
        raise ImageError(
            text("An image array must hold numbers in 0..255; this one holds {dtype}.", dtype=values.dtype)
        )
    return values


def on_white(picture: Image.Image) -> np.ndarray:
    """A picture with transparency, composited on white: (H, W, 3) uint8."""
    rgba = picture.convert("RGBA")
    return np.array(Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB"))


def _in_0_255(values: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Numbers of another type than uint8 as 0..255 uint8, and the note that says how they were read."""
    whole = np.issubdtype(values.dtype, np.integer)
    if not whole and not np.isfinite(values).all():
        n_missing = int((~np.isfinite(values)).sum())
        raise ImageError(
            text(
                "An image array must hold finite numbers; {n:,} of this one are NaN or infinite. Replace "
                "them first: np.nan_to_num(image, nan=0, posinf=0, neginf=0).",
                n=n_missing,
            )
        )
    low, high = float(values.min()), float(values.max())
    unit = 255.0 if whole or high > 1 + _SLACK else 1.0
    slack = 0.0 if whole else _SLACK * unit
    if low < -slack or high > unit + slack:
        raise ImageError(_other_range(low, high, whole))
    if unit == 255 and high <= 2 and not whole and not np.array_equal(values, np.rint(values)):
        raise ImageError(
            text(
                "The largest value of this image is {high:.4g}, so it is neither in 0..1 nor plainly in "
                "0..255. np.clip(image, 0, 1) makes it the first, np.rint(image).astype(np.uint8) the second.",
                high=high,
            )
        )
    pixels = np.clip(np.rint(values * np.float32(255 / unit)), 0, 255).astype(np.uint8)
    if whole or high <= 0:
        return pixels, ()
    return pixels, (READ_AS_0_1 if unit == 1 else READ_AS_0_255,)


def _other_range(low: float, high: float, whole: bool) -> str:
    """The sentences that refuse values outside 0..255, with an expression that brings them there."""
    came = text("Image values must be in 0..255 or 0..1; these range from {low:.6g} to {high:.6g}.", low=low, high=high)
    if not whole and low >= -1 - _SLACK and high <= 1 + _SLACK:
        return sentences(came, text("If they were scaled to -1..1, np.interp(image, (-1, 1), (0, 255)) gives 0..255."))
    if low >= 0 and whole and high <= _DEPTHS[-1]:
        depth = next(most for most in _DEPTHS if high <= most)
        return sentences(
            came,
            text(
                "np.interp(image, (0, {high}), (0, 255)) brings {n} bits to 0..255.", high=depth, n=depth.bit_length()
            ),
        )
    return sentences(
        came,
        text(
            "Give the image as it was before its preprocessing, or choose which value is black "
            "and which is white: np.interp(image, ({low}, {high}), (0, 255)).",
            low=f"{low:.6g}",
            high=f"{high:.6g}",
        ),
    )
