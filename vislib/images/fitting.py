"""Which part of an image a network sees, and that part at the size of the network's input."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from vislib.images.arrays import rgb_of


@dataclass(frozen=True)
class Box:
    """A rectangle of an image, in pixels; the numbers may be fractional."""

    top: float
    left: float
    height: float
    width: float


def fit_box(
    image_size: tuple[int, int],
    input_size: tuple[int, int],
    crop_fraction: float | None,
    letterbox: bool = False,
) -> Box:
    """The part of an image that a network with this input size sees.

    Args:
        image_size: (height, width) of the image.
        input_size: (height, width) of the network's input.
        crop_fraction: Share of the largest centred rectangle with the input's proportions that is kept, 0..1; 0.875
            is "short side to 256, centre crop 224". None: the whole image, stretched.
        letterbox: Whether the box is larger than the image instead, so that the whole image keeps its proportions.
            What lies outside the image is a whole number of pixels of the input, above and left as many as below and
            right, or one fewer.
    """
    height, width = image_size
    if letterbox:
        scale = max(height / input_size[0], width / input_size[1])
        (top, box_height), (left, box_width) = (
            _padded(side, scale, of_input) for side, of_input in zip(image_size, input_size, strict=True)
        )
        return Box(top, left, box_height, box_width)
    if crop_fraction is None:
        return Box(0.0, 0.0, float(height), float(width))
    scale = min(height / input_size[0], width / input_size[1]) * crop_fraction
    box_height, box_width = input_size[0] * scale, input_size[1] * scale
    return Box((height - box_height) / 2, (width - box_width) / 2, box_height, box_width)


def resize_box(image: np.ndarray, box: Box, size: tuple[int, int]) -> np.ndarray:
    """Cuts `box` out of an image and resizes it (bicubic, anti-aliased): (height, width, 3) uint8.

    Args:
        image: An image array as `load_image` accepts it, such as (H, W, 3) uint8.
        box: The part of the image; what lies outside the image is black.
        size: (height, width) of the result in pixels.

    Raises:
        ImageError: If the image is not such an array.
    """
    picture = Image.fromarray(rgb_of(image).values)
    corners, place = _corners(box, (picture.height, picture.width), size)
    resized = np.asarray(picture.resize(_turned(place), Image.Resampling.BICUBIC, box=corners))
    return _padded_with_black(resized, place, size)


def resize_bands(image: np.ndarray, box: Box, size: tuple[int, int]) -> np.ndarray:
    """`resize_box` for an image of bands (H, W, bands): (height, width, bands) float32, each band in its own unit."""
    corners, place = _corners(box, (image.shape[0], image.shape[1]), size)
    bands = [Image.fromarray(np.ascontiguousarray(image[..., band], np.float32)) for band in range(image.shape[2])]
    resized = [band.resize(_turned(place), Image.Resampling.BICUBIC, box=corners) for band in bands]
    return _padded_with_black(np.stack([np.asarray(band) for band in resized], axis=-1), place, size)


def _padded(side: int, scale: float, of_input: int) -> tuple[float, float]:
    """Start and length of a letterbox along one side, in pixels of the image."""
    n_px = min(of_input, max(1, round(side / scale)))
    return -((of_input - n_px) // 2) * side / n_px, of_input * side / n_px


def _corners(
    box: Box, image_size: tuple[int, int], size: tuple[int, int]
) -> tuple[tuple[float, float, float, float], tuple[slice, slice]]:
    """The part of a box that lies in the image, as Pillow takes it, and its place in the result, (rows, columns)."""
    (top, bottom, rows), (left, right, columns) = (
        _inside(*along) for along in zip((box.top, box.left), (box.height, box.width), image_size, size, strict=True)
    )
    return (left, top, right, bottom), (rows, columns)


def _inside(start: float, length: float, of_image: int, n_px: int) -> tuple[float, float, slice]:
    # Pillow refuses a box that exceeds the edge by a rounding error.
    first, last = max(start, 0.0), min(start + length, float(of_image))
    first_px, last_px = (round((at - start) / length * n_px) for at in (first, last))
    first_px = min(first_px, n_px - 1)
    return first, last, slice(first_px, max(last_px, first_px + 1))


def _turned(place: tuple[slice, slice]) -> tuple[int, int]:
    """(width, height) of a place, as Pillow takes sizes."""
    rows, columns = place
    return columns.stop - columns.start, rows.stop - rows.start


def _padded_with_black(resized: np.ndarray, place: tuple[slice, slice], size: tuple[int, int]) -> np.ndarray:
    if resized.shape[:2] == size:
        return resized
    whole = np.zeros((*size, resized.shape[2]), resized.dtype)
    whole[place] = resized
    return whole
