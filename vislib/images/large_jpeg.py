"""JPEG files of more pixels than an image may have, such as photographs of 48 megapixels, read at a smaller scale.

libjpeg decodes at a half, a quarter or an eighth of the size, row by row, so that the memory follows the smaller size.
"""

import io
from dataclasses import dataclass
from math import ceil

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from vislib.images.arrays import MAX_PIXELS

_SCALES = (2, 4, 8)
_START_OF_SCAN = 0xDA
_FRAMES = (0xC0, 0xC1)
"""Baseline and extended sequential. Of a progressive file libjpeg keeps the coefficients, at its full size."""
_OTHER_SEGMENTS = (0xC4, 0xDB, 0xDD, *range(0xE0, 0xF0), 0xFE)
"""Tables, the restart interval, application data and comments: each has its length after its marker."""


@dataclass(frozen=True)
class LargeJpeg:
    """A JPEG file that is too large for an image, but not at a smaller scale.

    Attributes:
        content: The bytes of the file.
        size: Its (width, height) in pixels, before its EXIF orientation.
        scale: The divisor of width and height at which it has at most `MAX_PIXELS` pixels: 2, 4 or 8.
    """

    content: bytes
    size: tuple[int, int]
    scale: int

    def opened(self) -> Image.Image:
        """The picture at the smaller scale, not decoded yet.

        Raises:
            Exception: Any, if the file is damaged.
        """
        picture = JpegImageFile(io.BytesIO(self.content))  # Image.open refuses 179 million pixels of any format
        picture.draft(None, (self.size[0] // self.scale, self.size[1] // self.scale))
        return picture


def large_jpeg(content: bytes) -> LargeJpeg | None:
    """A file as a large JPEG.

    Args:
        content: The bytes of a file of any kind.

    Returns:
        None if the file is not a JPEG, is small enough as it is, is too large at an eighth of its size too, or cannot
        be decoded row by row, since it is progressive or holds its colours one after the other.

    Example:
        >>> large_jpeg(b"GIF89a") is None
        True
    """
    size = _size(content)
    if size is None or size[0] * size[1] <= MAX_PIXELS:
        return None
    for scale in _SCALES:
        if ceil(size[0] / scale) * ceil(size[1] / scale) <= MAX_PIXELS:
            return LargeJpeg(content, size, scale)
    return None


def _size(content: bytes) -> tuple[int, int] | None:
    """(width, height) of a JPEG file that can be decoded row by row; None for any other file."""
    if not content.startswith(b"\xff\xd8\xff"):
        return None
    at, size, n_colours = 2, None, 0
    while at + 10 <= len(content) and content[at] == 0xFF:
        kind, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if kind == _START_OF_SCAN:
            return size if content[at + 4] == n_colours else None
        if kind in _FRAMES:
            height, width = (int.from_bytes(content[at + n : at + n + 2], "big") for n in (5, 7))
            size, n_colours = (width, height), content[at + 9]
        elif kind not in _OTHER_SEGMENTS or length < 2:
            return None
        at += 2 + length
    return None
