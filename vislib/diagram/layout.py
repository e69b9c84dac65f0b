"""The positions in the picture of a network: each stage is a column, with its blocks from top to bottom.

Blocks are consecutive, so only the layers inside an opened block need a layout. A layer's row is the length of the
longest path to it. Each layer takes the lane of the first of its inputs whose lane no other layer continues.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from vislib.diagram.blocks import KINDS, Block, Stage, connections, stages
from vislib.diagram.routes import Box, Edge, edges
from vislib.language import plural, text
from vislib.layers.table import LayerRow, LayerTable

WIDTH, HEIGHT, GAP, GUTTER = 210.0, 40.0, 16.0, 64.0
_TITLE, _PAD = 34.0, 14.0


@dataclass(frozen=True)
class Layout:
    """All boxes, outer ones first, all edges, and the size of the picture in pixels.

    Example:
        >>> drawn = vislib.diagram.layout(vislib.layers.layer_table(classifier))
        >>> drawn.width > 0, drawn.height > 0
        (True, True)
    """

    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    width: float
    height: float


def layout(table: LayerTable, opened: Collection[str] | None = ()) -> Layout:
    """Places the boxes and edges of a network's picture.

    Args:
        table: The network's layers.
        opened: Names of the blocks whose layers are shown (see `Box.opens`); None for all of them.

    Example:
        >>> drawn = vislib.diagram.layout(vislib.layers.layer_table(classifier))
        >>> len(drawn.boxes) > 3
        True
    """
    boxes: list[Box] = []
    x, tallest = 0.0, 0.0
    for stage in stages(table):
        column: list[Box] = []
        y = _TITLE
        for shown in _groups(stage, opened):
            y = _place(shown, opened, x + _PAD, y, column) + GAP
        right = max(box.x + box.width for box in column)
        inside = tuple(row.name for block in stage.blocks for row in block.rows)
        count = plural("{n} layer", "{n} layers", len(inside))
        width, height = right + _PAD - x, y - GAP + _PAD
        boxes.append(Box(f"stage {x:g}", "stage", "stage", stage.title, count, inside, (), x, 0.0, width, height))
        boxes += column
        x, tallest = x + width + GUTTER, max(tallest, height)
    routed = edges(connections(table.rows), boxes)
    lowest = max((y for edge in routed for _, y in edge.points), default=0.0)
    return Layout(tuple(boxes), routed, x - GUTTER, max(tallest, lowest + _PAD))


def _groups(stage: Stage, opened) -> list[list[Block]]:
    """The stage's blocks; a run of blocks of equal structure is one group, unless one of them is opened."""
    groups: list[list[Block]] = []
    for first, count in stage.runs:
        run = list(stage.blocks[first : first + count])
        apart = opened is None or any(block.name in opened for block in run)
        groups += [[block] for block in run] if apart else [run]
    return groups


def _place(blocks: list[Block], opened, x: float, y: float, column: list[Box]) -> float:
    """Adds the boxes of one block, or of a run shown as one, and returns their lower end."""
    block = blocks[0]
    if len(blocks) == 1 and len(block.rows) == 1:
        column.append(_layer(block.rows[0], x, y))
        return y + HEIGHT
    layers = tuple(row.name for each in blocks for row in each.rows)
    if len(blocks) == 1 and (opened is None or block.name in opened):
        inner = _inside(block, x + _PAD, y + _TITLE)
        right = max(box.x + box.width for box in inner) + 2 * _PAD  # room for connections that go around boxes
        bottom = max(box.y + box.height for box in inner) + _PAD
        subtitle = plural("{n} layer", "{n} layers", len(layers))
        column.append(
            Box(block.name, "block", block.kind, block.name, subtitle, layers, (), x, y, right - x, bottom - y)
        )
        column += inner
        return bottom
    title = block.name
    what = plural("{n} layer", "{n} layers", len(layers)) if block.kind == "chain" else KINDS[block.kind]
    if len(blocks) > 1:
        last = re.search(r"\d*[a-z]?$", blocks[-1].name)
        title = f"{block.name} … {last.group() if last and last.group() else blocks[-1].name}"
        what = text("× {n} {kind}", n=len(blocks), kind=KINDS[block.kind])
    subtitle = text("{what}, {shape}", what=what, shape=_shape(blocks[-1].output_shape))
    opens = tuple(each.name for each in blocks)
    column.append(Box(block.name, "block", block.kind, title, subtitle, layers, opens, x, y, WIDTH, HEIGHT))
    return y + HEIGHT


def _inside(block: Block, x: float, y: float) -> list[Box]:
    ranks: dict[str, int] = {}
    lanes: dict[str, int] = {}
    continued: set[str] = set()
    for row in block.rows:
        before = [name for name in row.inputs if name in ranks]
        ranks[row.name] = 1 + max((ranks[name] for name in before), default=-1)
        free = [name for name in before if name not in continued]
        if free:
            lanes[row.name] = min(lanes[name] for name in free)
            continued.update(name for name in free if lanes[name] == lanes[row.name])
        else:
            lanes[row.name] = 1 + max(lanes.values(), default=-1)
    return [
        _layer(row, x + lanes[row.name] * (WIDTH + GAP), y + ranks[row.name] * (HEIGHT + GAP)) for row in block.rows
    ]


def _layer(row: LayerRow, x: float, y: float) -> Box:
    subtitle = text("{what}, {shape}", what=row.kind, shape=_shape(row.output_shape))
    return Box(row.name, "layer", row.kind, row.name, subtitle, (row.name,), (), x, y, WIDTH, HEIGHT)


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))
