"""On which side of its point in a chart a name stands, so that names do not cover each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np


@dataclass(frozen=True)
class Side:
    """How Vega draws a name on one side of its point: its alignment and its offset in pixels."""

    align: Literal["left", "center", "right"]
    dx: int
    dy: int


SIDES = {
    "right": Side("left", 9, 0),
    "left": Side("right", -9, 0),
    "above": Side("center", 0, -13),
    "below": Side("center", 0, 14),
}
"""In the order in which they are tried."""
PADDING = 30
"""Pixels between the outermost points and the edge of the plot."""
_PLOT = np.array((300.0, 300.0))
"""Width and height of the chart's plot on a phone, in pixels; on a wider screen names have more room."""
_CHARACTER, _LINE, _POINT = 5.6, 12.0, 12.0
"""Width of a character, height of a line and diameter of a point, in pixels."""


def sides(
    names: Sequence[str], x: Sequence[float], y: Sequence[float], x_is_log: bool = False, y_is_log: bool = False
) -> list[str]:
    """The side of every name, by the names of `SIDES`: the first on which it covers nothing, or the least.

    Args:
        names: The names.
        x: Where their points lie along the x axis, one for each name.
        y: Where their points lie along the y axis.
        x_is_log: Whether the x axis is logarithmic; its values are positive then.
        y_is_log: The same of the y axis.
    """
    points = np.stack([_along(x, x_is_log), 1 - _along(y, y_is_log)], axis=1) * (_PLOT - 2 * PADDING) + PADDING
    half = np.array((_POINT, _POINT)) / 2
    taken = [(point - half, point + half) for point in points]
    widths = [len(name) * _CHARACTER for name in names]
    chosen = [""] * len(points)
    for index in sorted(range(len(points)), key=lambda index: -widths[index]):  # long names have fewer places
        boxes = {side: _box(points[index], widths[index], place) for side, place in SIDES.items()}
        side = min(boxes, key=lambda each: _outside(boxes[each]) + sum(_overlap(boxes[each], other) for other in taken))
        taken.append(boxes[side])
        chosen[index] = side
    return chosen


_Box = tuple[np.ndarray, np.ndarray]


def _along(values: Sequence[float], is_log: bool) -> np.ndarray:
    """Where values lie along their axis, 0..1."""
    placed = np.log(values) if is_log else np.asarray(values, float)
    return (placed - placed.min()) / (np.ptp(placed) or 1)


def _box(point: np.ndarray, width: float, side: Side) -> _Box:
    start = {"left": 0.0, "center": -width / 2, "right": -width}[side.align]
    low = point + np.array((side.dx + start, side.dy - _LINE / 2))
    return low, low + np.array((width, _LINE))


def _overlap(one: _Box, other: _Box) -> float:
    """The area that two boxes share."""
    return float(np.prod(np.clip(np.minimum(one[1], other[1]) - np.maximum(one[0], other[0]), 0, None)))


def _outside(box: _Box) -> float:
    """The area of a box beyond the left or right edge of the plot."""
    return float(max(0.0, -box[0][0]) + max(0.0, box[1][0] - _PLOT[0])) * _LINE
