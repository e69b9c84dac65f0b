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


def fit_box(image_size: tuple[int, int], input_size: tuple[int, int], crop_fraction: float | None) -> Box:
    """The part of an image that a network with this input size sees.

    Args:
        image_size: (height, width) of the image.
        input_size: (height, width) of the network's input.
        crop_fraction: Share of the largest centred rectangle with the input's proportions that is kept, 0..1; 0.875
            is "short side to 256, centre crop 224". None: the whole image, stretched.
    """
    height, width = image_size
    if crop_fraction is None:
        return Box(0.0, 0.0, float(height), float(width))
    scale = min(height / input_size[0], width / input_size[1]) * crop_fraction
    box_height, box_width = input_size[0] * scale, input_size[1] * scale
    return Box((height - box_height) / 2, (width - box_width) / 2, box_height, box_width)


def resize_box(image: np.ndarray, box: Box, size: tuple[int, int]) -> np.ndarray:
    """Cuts `box` out of an image and resizes it (bicubic, anti-aliased): (height, width, 3) uint8.

    Args:
        image: An image array as `load_image` accepts it, such as (H, W, 3) uint8.
        box: The part of the image.
        size: (height, width) of the result in pixels.

    Raises:
        ImageError: If the image is not such an array.
    """
    picture = Image.fromarray(rgb_of(image).values)
    # Pillow refuses a box that exceeds the edge by a rounding error.
    right, bottom = min(box.left + box.width, picture.width), min(box.top + box.height, picture.height)
    corners = (max(box.left, 0.0), max(box.top, 0.0), right, bottom)
    return np.asarray(picture.resize((size[1], size[0]), Image.Resampling.BICUBIC, box=corners))
