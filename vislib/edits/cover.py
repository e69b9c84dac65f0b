"""Covering a box, or the pixels of a mask, such as the highest of a heatmap."""

import base64
import binascii
import re
import zlib
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from vislib.edits.base import WHOLE, Box, Edit, checked_box
from vislib.edits.fills import fill_parameter, filled, seed_parameter
from vislib.errors import ParameterError
from vislib.images.arrays import MAX_PIXELS
from vislib.images.fitting import Box as PixelBox
from vislib.language import text
from vislib.output.heatmap import Heatmap


@dataclass(frozen=True)
class Cover(Edit):
    """Replaces a box, or the pixels of a mask that is spread over the box, by a fill.

    Args:
        box: (left, top, right, bottom) as shares of the width and height; it may be larger than the image.
        fill: One of `vislib.edits.FILLS`.
        mask: (h, w), true where the image is covered; None covers the whole box. Each pixel of the image takes the
            nearest of its values. It is kept as the text that `packed` makes, so that the `repr` can be run.
        seed: Of the noise fill.

    Example:
        >>> highest = vislib.edits.Cover.top(vislib.explain("grad-cam", classifier, image), 0.1)
        >>> vislib.edits.what_if(classifier, image, highest).explained
        'logit of “3”'
    """

    name = "cover"
    title = text("Cover")

    box: Box = WHOLE
    fill: str = fill_parameter()
    mask: Any = None
    seed: int = seed_parameter()

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "box", checked_box(self, "box", self.box, inside=False))
        if self.mask is not None:
            written = self.mask if isinstance(self.mask, str) else packed(self.mask)
            unpacked(written)
            object.__setattr__(self, "mask", written)

    @classmethod
    def top(cls, heatmap: Heatmap, share: float, fill: str = "grey") -> Self:
        """Covers the places of an image where a map is highest.

        Args:
            heatmap: The map.
            share: How much of the map is covered, 0 to 1: the highest values, to the nearest pixel.
            fill: One of `vislib.edits.FILLS`.

        Raises:
            ParameterError: If the share is not from 0 to 1.
        """
        if not 0 <= share <= 1:
            raise ParameterError(text("`share` must be a number from 0 to 1; not {share!r}.", share=share))
        values = np.nan_to_num(heatmap.values, nan=-np.inf).ravel()
        mask = np.zeros(values.size, bool)
        mask[np.argsort(-values, kind="stable")[: round(share * values.size)]] = True
        return cls(box_of(heatmap.box, heatmap.image_size), fill, mask.reshape(heatmap.values.shape))

    def on(self, image: np.ndarray) -> np.ndarray:
        return filled(image, self.pixels(image.shape), self.fill, self.seed)

    def pixels(self, shape: tuple[int, ...]) -> np.ndarray:
        """The covered pixels of an image of this shape, (H, W) bool."""
        mask = np.ones((1, 1), bool) if self.mask is None else unpacked(self.mask)
        rows, columns = nearest_cells(self.box, mask.shape, shape)
        return mask[np.clip(rows, 0, None)[:, None], np.clip(columns, 0, None)] & (rows >= 0)[:, None] & (columns >= 0)


def nearest_cells(box: Box, cells: tuple[int, ...], shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """For each row (H,) and each column (W,) of an image the cell of a grid that is spread over a box; −1 outside it.

    Args:
        box: The box.
        cells: (rows, columns) of the grid.
        shape: The image's shape.
    """
    left, top, right, bottom = box
    found = []
    for side, low, high, n in ((shape[0], top, bottom, cells[0]), (shape[1], left, right, cells[1])):
        place = np.floor(((np.arange(side) + 0.5) / side - low) / (high - low) * n).astype(int)
        found.append(np.where((place >= 0) & (place < n), place, -1))
    return found[0], found[1]


def box_of(box: PixelBox, size: tuple[int, int]) -> Box:
    """A box in pixels of an image of this size (height, width), as shares."""
    height, width = size
    return box.left / width, box.top / height, (box.left + box.width) / width, (box.top + box.height) / height


def packed(mask: Any) -> str:
    """A mask (h, w) as text: its size, then its bits, compressed, in base 64.

    Raises:
        ParameterError: If it is no mask.
    """
    values = np.asarray(mask)
    if values.ndim != 2 or not values.size or values.dtype.kind not in "biuf":
        raise ParameterError(
            text("A mask must be an array (h, w), true where the image is covered; not {mask!r:.100}.", mask=mask)
        )
    bits = zlib.compress(np.packbits(values.astype(bool)).tobytes(), 9)
    return f"{values.shape[0]}x{values.shape[1]}:{base64.b64encode(bits).decode()}"


def unpacked(text: str) -> np.ndarray:
    """The mask (h, w) bool of a text that `packed` made.

    Raises:
        ParameterError: If it is no such text.
    """
    match = re.fullmatch(r"(\d{1,6})x(\d{1,6}):([A-Za-z0-9+/=]+)", text)
    if match is not None:
        height, width = int(match[1]), int(match[2])
        if 0 < height * width <= MAX_PIXELS:
            n_bytes = -(-height * width // 8)
            try:
                bits = zlib.decompressobj().decompress(base64.b64decode(match[3]), n_bytes + 1)
            except (zlib.error, binascii.Error):
                bits = b""
            if len(bits) == n_bytes:
                flat = np.unpackbits(np.frombuffer(bits, np.uint8), count=height * width)
                return flat.reshape(height, width).astype(bool)
    raise _no_mask(text)


def _no_mask(given: str) -> ParameterError:
    return ParameterError(
        text("This text is no mask of vislib.edits.packed: {given!r:.60}. Give an array (h, w) instead.", given=given)
    )
