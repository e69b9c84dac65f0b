"""Edits of a rectangle: moving it, copying it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from vislib.edits.base import Box, Edit, Point, checked_box, checked_numbers, slices_of
from vislib.edits.fills import fill_parameter, filled, seed_parameter
from vislib.language import text


@dataclass(frozen=True)
class Copy(Edit):
    """Copies a rectangle to another place.

    Args:
        box: The rectangle, (left, top, right, bottom) as shares of the width and height.
        to: Where its left top corner comes, (x, y); what comes outside the image is cut off.

    Example:
        >>> vislib.edits.Copy((0.2, 0.2, 0.5, 0.5), to=(0.5, 0.5)).on(image).shape
        (28, 28, 3)
    """

    name = "copy"
    title = text("Copy")

    box: Box
    to: Point

    def __post_init__(self) -> None:
        super().__post_init__()
        _check(self)

    def on(self, image: np.ndarray) -> np.ndarray:
        return _pasted(image, image, self.box, self.to)


@dataclass(frozen=True)
class Move(Edit):
    """Moves a rectangle to another place; a fill replaces it where it was.

    Args:
        box: The rectangle, (left, top, right, bottom) as shares of the width and height.
        to: Where its left top corner comes, (x, y); what comes outside the image is cut off.
        fill: One of `vislib.edits.FILLS`.
        seed: Of the noise fill.

    Example:
        >>> vislib.edits.Move((0.2, 0.2, 0.5, 0.5), to=(0.5, 0.5)).on(image).shape
        (28, 28, 3)
    """

    name = "move"
    title = text("Move")

    box: Box
    to: Point
    fill: str = fill_parameter()
    seed: int = seed_parameter()

    def __post_init__(self) -> None:
        super().__post_init__()
        _check(self)

    def on(self, image: np.ndarray) -> np.ndarray:
        mask = np.zeros(image.shape[:2], bool)
        mask[slices_of(self.box, image.shape)] = True
        return _pasted(image, filled(image, mask, self.fill, self.seed), self.box, self.to)


def _check(edit: Any) -> None:
    object.__setattr__(edit, "box", checked_box(edit, "box", edit.box))
    object.__setattr__(edit, "to", checked_numbers(edit, "to", edit.to, 2, text("two numbers (x, y)")))


def _pasted(source: np.ndarray, onto: np.ndarray, box: Box, to: Point) -> np.ndarray:
    """`onto` with the box of `source` at another place."""
    piece = source[slices_of(box, source.shape)]
    height, width = source.shape[:2]
    left, top = round(to[0] * width), round(to[1] * height)
    edited = onto.copy()
    rows = slice(max(top, 0), max(min(top + piece.shape[0], height), 0))
    columns = slice(max(left, 0), max(min(left + piece.shape[1], width), 0))
    if rows.start < rows.stop and columns.start < columns.stop:
        edited[rows, columns] = piece[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    return edited
