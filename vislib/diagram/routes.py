"""Routes connections along the gaps between boxes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from vislib.language import text

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """One rectangle, in pixels from the top left corner.

    Attributes:
        key: The key that opens it: the name of the block or the layer.
        level: "stage", "block" or "layer".
        kind: For a block, see `Block`; for a layer, its class name.
        title, subtitle: The two lines of text on it.
        layers: Names of the layers inside, for searching.
        opens: Keys to open to show the inside; empty for a layer or an open block.
        x, y, width, height: Position and size.

    Example:
        >>> drawn = vislib.diagram.layout(vislib.layers.layer_table(classifier))
        >>> type(drawn.boxes[0]).__name__
        'Box'
    """

    key: str
    level: str
    kind: str
    title: str
    subtitle: str
    layers: tuple[str, ...]
    opens: tuple[str, ...]
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Edge:
    """A connection: the keys of its two boxes, and its corners (x, y) from start to end.

    Example:
        >>> drawn = vislib.diagram.layout(vislib.layers.layer_table(classifier))
        >>> type(drawn.edges[0]).__name__
        'Edge'
    """

    source: str
    target: str
    points: tuple[Point, ...]


def edges(connections: Iterable[tuple[str, str]], boxes: list[Box]) -> tuple[Edge, ...]:
    """The connections between layers as edges between the boxes that show them, without duplicates.

    Args:
        connections: (from, to), names of layers.
        boxes: All boxes of the picture; stages in order, each followed by the boxes inside it.
    """
    columns: list[list[Box]] = []
    for box in boxes:
        if box.level == "stage":
            columns.append([])
        columns[-1].append(box)
    # A box is identified by its position: a block and a layer in it may share a name.
    place = {
        name: (at, box) for at, column in enumerate(columns) for box in column if _leaf(box) for name in box.layers
    }
    found: dict[tuple[Point, Point], Edge] = {}
    lanes: list[tuple[float, float, float]] = []
    for source, target in connections:
        (at, a), (to, b) = place[source], place[target]
        between = (a.x, a.y), (b.x, b.y)
        if a is b or between in found:
            continue
        if at == to:
            points = _within(a, b, columns[at])
        elif to == at + 1:
            points = _across(a, b, columns[at], columns[to])
        else:
            points = _past(a, b, columns[at : to + 1], lanes)
        found[between] = Edge(a.key, b.key, points)
    return tuple(found.values())


def _within(a: Box, b: Box, column: list[Box]) -> tuple[Point, ...]:
    """A route in one column: straight down; else through the gap above b, or below a; else beside the title of the
    frame that it enters; else around on the right."""
    below, above, start, end = _below(a), _above(b), _bottom(a), _top(b)
    frames = [box for box in column if not _leaf(box) and box.level == "block" and _holds(box, b)]
    around = max((box.x + box.width for box in frames), default=column[0].x + column[0].width) - _MARGIN
    beside = [
        (start, (start[0], below), (x, below), (x, above), (end[0], above), end)
        for box in frames
        if not _holds(box, a)
        for x in (title_width(box) + box.x + _GAP,)
    ]
    return _first_free(
        [
            (start, (start[0], above), (end[0], above), end) if start[0] != end[0] else (start, end),
            (start, (start[0], below), (end[0], below), end),
            *beside,
            (start, (start[0], below), (around, below), (around, above), (end[0], above), end),
        ],
        column,
    )


def _across(a: Box, b: Box, column: list[Box], other: list[Box]) -> tuple[Point, ...]:
    """A route between columns: leaves a on the right or below, follows the gutter, enters b from the left or above."""
    gutter = other[0].x - _GUTTER / 2
    return (*_out(a, gutter, column), *_in(b, gutter, other))


def _past(a: Box, b: Box, columns: list[list[Box]], lanes: list[tuple[float, float, float]]) -> tuple[Point, ...]:
    """A route below the columns between two others, in a lane (y, from x, to x) that is added to the taken ones."""
    first, last = (column[0].x - _GUTTER / 2 - _BESIDE for column in (columns[1], columns[-1]))
    lane = max(stage.y + stage.height for stage, *_ in columns[1:-1]) + _MARGIN
    while any(lane == y and first < end and start < last for y, start, end in lanes):
        lane += _MARGIN
    lanes.append((lane, first, last))
    return (*_out(a, first, columns[0]), (first, lane), (last, lane), *_in(b, last, columns[-1]))


def _out(a: Box, gutter: float, column: list[Box]) -> tuple[Point, ...]:
    """From a box to the gutter on the right."""
    return _first_free(
        [
            ((a.x + a.width, _middle(a)), (gutter, _middle(a))),
            (_bottom(a), (_bottom(a)[0], _below(a)), (gutter, _below(a))),
        ],
        column,
    )


def _in(b: Box, gutter: float, column: list[Box]) -> tuple[Point, ...]:
    """From the gutter on the left to a box."""
    return _first_free(
        [((gutter, _middle(b)), (b.x, _middle(b))), ((gutter, _above(b)), (_top(b)[0], _above(b)), _top(b))], column
    )


def _first_free(routes: list[tuple[Point, ...]], column: list[Box]) -> tuple[Point, ...]:
    """The first route that crosses no box and no title of a frame, or else the last route."""
    taken = [box if _leaf(box) else _title(box) for box in column]
    for route in routes:
        if not any(_crosses(one, two, box) for one, two in pairwise(route) for box in taken):
            return route
    return routes[-1]


def _crosses(one: Point, two: Point, box: Box) -> bool:
    """Whether a horizontal or vertical line crosses the inside of a box."""
    (left, right), (top, bottom) = sorted((one[0], two[0])), sorted((one[1], two[1]))
    return left < box.x + box.width and right > box.x and top < box.y + box.height and bottom > box.y


def title_letters(frame: Box) -> int:
    """The number of letters that fit beside each other on a frame; an arrow still passes beside them."""
    return int((frame.width - _INDENT - 2 * _MARGIN - _GAP) / _LETTER)


def title_width(frame: Box) -> float:
    """The distance from the left of a frame to the end of its title."""
    return _INDENT + _LETTER * min(len(title_of(frame)), title_letters(frame))


def title_of(frame: Box) -> str:
    """The text at the top of a frame."""
    return text("{title}, {subtitle}", title=frame.title, subtitle=frame.subtitle)


def _title(frame: Box) -> Box:
    """The place of a frame's title, as a box."""
    return replace(frame, x=frame.x + _INDENT, y=frame.y + 4, width=title_width(frame) - _INDENT, height=_TITLE)


_MARGIN, _GUTTER, _BESIDE = 10.0, 64.0, 16.0
_GAP = 8.0
_INDENT, _LETTER, _TITLE = 8.0, 6.7, 18.0


def _leaf(box: Box) -> bool:
    return box.level == "layer" or bool(box.opens)


def _holds(frame: Box, box: Box) -> bool:
    return frame.x <= box.x < frame.x + frame.width and frame.y <= box.y < frame.y + frame.height


def _middle(box: Box) -> float:
    return box.y + box.height / 2


def _top(box: Box) -> Point:
    return box.x + box.width / 2, box.y


def _bottom(box: Box) -> Point:
    return box.x + box.width / 2, box.y + box.height


def _above(box: Box) -> float:
    return box.y - _GAP


def _below(box: Box) -> float:
    return box.y + box.height + _GAP
