"""Edits that move every pixel: rotation, scale, shift, crop."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from vislib.attribution.fills import black_and_white
from vislib.edits.base import WHOLE, Box, Edit, checked_box, slices_of
from vislib.images.fitting import Box as PixelBox
from vislib.images.fitting import resize_bands, resize_box
from vislib.language import text
from vislib.parameters import parameter

BORDERS = ("reflect", "edge", "black")
"""What comes into the image from outside: its mirror image, its edge pixels, or black."""
_OF_NUMPY: dict[str, Any] = {"reflect": "symmetric", "edge": "edge"}


def _border() -> Any:
    return parameter("reflect", text("Border"), choices=BORDERS, help=text("What fills the places outside the image."))


@dataclass(frozen=True)
class Rotate(Edit):
    """A rotation about the image's centre, anticlockwise; the image keeps its size.

    Example:
        >>> vislib.edits.Rotate(15).on(image).shape
        (28, 28, 3)
    """

    name = "rotate"
    title = text("Rotation")

    degrees: float = parameter(0.0, text("Rotation"), unit="°", low=-180.0, high=180.0, help=text("Anticlockwise."))
    border: str = _border()

    def on(self, image: np.ndarray) -> np.ndarray:
        if not self.degrees:
            return image
        height, width = image.shape[:2]
        diagonal = math.ceil(math.hypot(height, width))
        rows, columns = -(-(diagonal - height) // 2), -(-(diagonal - width) // 2)
        padded = _padded(image, (rows, rows), (columns, columns), self.border)
        turned = _turned(padded, self.degrees)
        return turned[rows : rows + height, columns : columns + width]


@dataclass(frozen=True)
class Scale(Edit):
    """Enlarges or reduces the image about its centre; the image keeps its size.

    Example:
        >>> vislib.edits.Scale(1.5).on(image).shape
        (28, 28, 3)
    """

    name = "scale"
    title = text("Scale")

    factor: float = parameter(
        1.0, text("Scale"), low=0.1, high=10.0, help=text("Above 1 the image is larger, below 1 smaller.")
    )
    border: str = _border()

    def on(self, image: np.ndarray) -> np.ndarray:
        if self.factor == 1:
            return image
        height, width = image.shape[:2]
        resize = resize_box if image.dtype == np.uint8 else resize_bands
        if self.factor > 1:
            part_height, part_width = height / self.factor, width / self.factor
            part = PixelBox((height - part_height) / 2, (width - part_width) / 2, part_height, part_width)
            return resize(image, part, (height, width))
        size = max(1, round(height * self.factor)), max(1, round(width * self.factor))
        small = resize(image, PixelBox(0, 0, height, width), size)
        top, left = (height - size[0]) // 2, (width - size[1]) // 2
        return _padded(small, (top, height - size[0] - top), (left, width - size[1] - left), self.border)


@dataclass(frozen=True)
class Shift(Edit):
    """Moves the image by a whole number of pixels; the image keeps its size.

    Example:
        >>> vislib.edits.Shift(right=0.1).on(image).shape
        (28, 28, 3)
    """

    name = "shift"
    title = text("Shift")

    right: float = parameter(
        0.0, text("Shift right"), low=-1.0, high=1.0, help=text("Share of the width; below 0 to the left.")
    )
    down: float = parameter(
        0.0, text("Shift down"), low=-1.0, high=1.0, help=text("Share of the height; below 0 upwards.")
    )
    border: str = _border()

    def on(self, image: np.ndarray) -> np.ndarray:
        height, width = image.shape[:2]
        down, right = round(self.down * height), round(self.right * width)
        padded = _padded(image, (max(down, 0), max(-down, 0)), (max(right, 0), max(-right, 0)), self.border)
        return padded[max(-down, 0) :, max(-right, 0) :][:height, :width]


@dataclass(frozen=True)
class Crop(Edit):
    """Keeps a part of the image; what is outside is gone, and the image gets smaller.

    Args:
        box: The part, (left, top, right, bottom) as shares of the width and height.

    Example:
        >>> vislib.edits.Crop((0, 0, 0.5, 1)).on(image).shape
        (28, 14, 3)
    """

    name = "crop"
    title = text("Crop")

    box: Box = WHOLE

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "box", checked_box(self, "box", self.box))

    def on(self, image: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(image[slices_of(self.box, image.shape)])


def _padded(image: np.ndarray, rows: tuple[int, int], columns: tuple[int, int], border: str) -> np.ndarray:
    """The image with rows above and below, and columns left and right."""
    if not any((*rows, *columns)):
        return image
    if border != "black":
        return np.pad(image, (rows, columns, (0, 0)), _OF_NUMPY[border])
    shape = image.shape[0] + sum(rows), image.shape[1] + sum(columns), image.shape[2]
    whole = np.empty(shape, image.dtype)
    whole[:] = black_and_white(image)[0]
    whole[rows[0] : rows[0] + image.shape[0], columns[0] : columns[0] + image.shape[1]] = image
    return whole


def _turned(image: np.ndarray, degrees: float) -> np.ndarray:
    """The image turned about its centre (bicubic)."""
    if image.dtype == np.uint8:
        return np.asarray(Image.fromarray(image).rotate(degrees, Image.Resampling.BICUBIC))
    bands = [Image.fromarray(np.ascontiguousarray(image[..., band])) for band in range(image.shape[2])]
    return np.stack([np.asarray(band.rotate(degrees, Image.Resampling.BICUBIC)) for band in bands], axis=-1)
