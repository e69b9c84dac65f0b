"""Groups a network's layers: blocks between the layers that every path goes through, stages of one map size.

An encoder and a decoder with connections past what is between them, as in a U-Net, are divided where the size changes.

A layer is a *gate* if every path goes through it. The layers between two gates form a block with branches: residual
(the branches are added), inception (concatenated), dense (concatenated with the block's input) or gated (multiplied).
A run of layers without branches is a chain; it is divided where the layers' names change.

NASNet has no gates, as each cell also takes the output of the last cell but one. There a join ends a block.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby, takewhile

from vislib.graph.layer_kinds import Role
from vislib.language import text
from vislib.layers.table import LayerRow, LayerTable

_LONG = 30
KINDS = {
    "chain": text("chain"),
    "residual": text("residual"),
    "inception": text("inception"),
    "dense": text("dense"),
    "gated": text("gated"),
    "branches": text("branches"),
}
"""By the kind of a block: its name for people."""


@dataclass(frozen=True)
class Block:
    """Layers that belong together.

    Attributes:
        name: The common beginning of their names, or else the name of one layer.
        kind: "chain", "residual", "inception", "dense", "gated" or "branches".
        rows: The layers, in order.

    Example:
        >>> stages = vislib.diagram.stages(vislib.layers.layer_table(classifier))
        >>> block = stages[0].blocks[0]
        >>> block.name, block.parameters
        ('conv1', 320)
    """

    name: str
    kind: str
    rows: tuple[LayerRow, ...]

    @cached_property
    def parameters(self) -> int:
        return sum(row.parameters for row in self.rows)

    @cached_property
    def macs(self) -> int:
        return sum(row.macs for row in self.rows)

    @property
    def output_shape(self) -> tuple[int, ...]:
        return self.rows[-1].output_shape

    @cached_property
    def structure(self) -> tuple:
        """Its layer kinds and connections, without names and sizes: equal blocks have equal structures."""
        place = {row.name: index for index, row in enumerate(self.rows)}
        return tuple((row.kind, *(place.get(name, -1) for name in row.inputs)) for row in self.rows)


@dataclass(frozen=True)
class Stage:
    """Consecutive blocks whose maps have similar sizes.

    Attributes:
        title: "56 × 56", or "Head" for layers without maps.
        blocks: The blocks, in order.
        runs: (first block, number of blocks) of consecutive blocks of equal structure, which can be shown as one.

    Example:
        >>> stages = vislib.diagram.stages(vislib.layers.layer_table(classifier))
        >>> stages[0].title
        '26 × 26 to 24 × 24'
    """

    title: str
    blocks: tuple[Block, ...]

    @cached_property
    def runs(self) -> tuple[tuple[int, int], ...]:
        found, first = [], 0
        for _, alike in groupby(self.blocks, key=lambda block: block.structure):
            count = len(list(alike))
            found.append((first, count))
            first += count
        return tuple(found)


def stages(table: LayerTable) -> tuple[Stage, ...]:
    """The table's layers in stages of blocks; every layer is in exactly one block.

    Example:
        >>> table = vislib.layers.layer_table(classifier)
        >>> len(vislib.diagram.stages(table)) > 1
        True
    """
    sizes = _sizes(table.rows)
    found: list[tuple[tuple[int, ...], list[Block]]] = []
    for block in _named_apart(_blocks(table.rows, sizes)):
        size = sizes[block.rows[-1].name]
        if not found or _differs_in_size(found[-1][0], size):
            found.append((size, []))
        found[-1][1].append(block)
    return tuple(Stage(_title(blocks, sizes), tuple(blocks)) for _, blocks in found)


def part(table: LayerTable, block: Block) -> LayerTable:
    """The table of one block alone; connections from outside count as its input.

    Example:
        >>> table = vislib.layers.layer_table(classifier)
        >>> block = vislib.diagram.stages(table)[0].blocks[0]
        >>> len(vislib.diagram.part(table, block).rows) == len(block.rows)
        True
    """
    inside = {row.name for row in block.rows}
    rows = tuple(
        replace(row, inputs=tuple(name if name in inside else "" for name in row.inputs)) for row in block.rows
    )
    return replace(table, name=block.name, rows=rows)


def connections(rows: Sequence[LayerRow]) -> list[tuple[str, str]]:
    """(from, to) by name, for every connection between two layers."""
    return [(before, row.name) for row in rows for before in row.inputs if before]


def _named_apart(blocks: Iterable[Block]) -> Iterable[Block]:
    """The blocks; one with the name of an earlier block has the name of its first layer."""
    names: set[str] = set()
    for block in blocks:
        yield replace(block, name=block.rows[0].name) if block.name in names else block
        names.add(block.name)


def _blocks(rows: Sequence[LayerRow], sizes) -> Iterable[Block]:
    chain: list[LayerRow] = []
    last_branched: list[LayerRow] = []
    for segment in _levels(_segments(rows), sizes):
        if len(segment) == 1 and not (last_branched and segment[0].what.role is Role.ACTIVATION):
            if last_branched:
                yield _branched(last_branched)
                last_branched = []
            chain.append(segment[0])
        elif len(segment) == 1:
            last_branched.append(segment[0])  # the activation after a sum belongs to the block
        else:
            yield from _chains(chain, sizes)
            chain = []
            if last_branched:
                yield _branched(last_branched)
            last_branched = segment
    if last_branched:
        yield _branched(last_branched)
    yield from _chains(chain, sizes)


def _levels(segments: Iterable[list[LayerRow]], sizes) -> Iterable[list[LayerRow]]:
    """The segments; one whose maps become smaller and larger again is divided into those of each of its map sizes."""
    for segment in segments:
        if not _grows(segment, sizes):
            yield segment
            continue
        level: list[LayerRow] = []
        size: tuple[int, ...] = ()
        for row in segment:
            if size and sizes[row.name] and _differs_in_size(size, sizes[row.name]):
                yield from _segments(level, entered=False)
                level = []
            level.append(row)
            size = sizes[row.name] or size
        yield from _segments(level, entered=False)


def _grows(rows: Sequence[LayerRow], sizes) -> bool:
    """Whether a layer enlarges the maps of a layer before it."""
    inside = {row.name for row in rows}
    for row in rows:
        before = [sizes[name] for name in row.inputs if name in inside and sizes[name]]
        if before and sizes[row.name] and sizes[row.name][0] >= 1.5 * max(size[0] for size in before):
            return True
    return False


def _segments(rows: Sequence[LayerRow], entered: bool = True) -> Iterable[list[LayerRow]]:
    """The layers up to each gate; in a long run without gates, up to each join that only one other output bypasses."""
    last_use = {name: index for index, row in enumerate(rows) for name in row.inputs}
    segment: list[LayerRow] = []
    open_until = {last_use.get("", -1)} if entered else set()  # the last uses of the outputs that are still needed
    for index, row in enumerate(rows):
        segment.append(row)
        open_until = {last for last in open_until if last > index}
        if not open_until or (len(open_until) == 1 and row.what.joins and len(segment) >= _LONG):
            yield segment
            segment = []
        open_until.add(last_use.get(row.name, index))


def _branched(rows: list[LayerRow]) -> Block:
    join = next(row for row in reversed(rows) if row.what.role is not Role.ACTIVATION)
    kind = join.what.joins or "branches"
    inside = {row.name for row in rows}
    if kind == "inception" and any(name not in inside for name in join.inputs):
        kind = "dense"
    return Block(_common_name(rows), kind, tuple(rows))


def _chains(rows: list[LayerRow], sizes) -> Iterable[Block]:
    """Divides a chain where a new group of names begins or the maps' size changes."""
    units: list[list[LayerRow]] = []
    for row in rows:
        begins = row.parameters > 0 and row.what.role is not Role.NORMALIZATION
        if not units or begins or _differs_in_size(sizes[units[-1][-1].name], sizes[row.name]):
            units.append([])
        units[-1].append(row)
    joined: list[list[LayerRow]] = []
    for unit in units:
        alike = joined and _prefix(joined[-1][0].name) == _prefix(unit[0].name)
        pads = joined and all(row.what.role is Role.PADDING for row in joined[-1])
        if joined and (alike or pads) and not _differs_in_size(sizes[joined[-1][-1].name], sizes[unit[0].name]):
            joined[-1].extend(unit)
        else:
            joined.append(list(unit))
    for group in joined:
        yield Block(_common_name(group), "chain", tuple(group))


def _sizes(rows: Sequence[LayerRow]) -> dict[str, tuple[int, ...]]:
    """(height, width) of each layer's maps, () without maps; padding has the size of the layer after it."""
    sizes: dict[str, tuple[int, ...]] = {}
    following: tuple[int, ...] = ()
    for row in reversed(rows):
        size = row.output_shape[:2] if row.field is not None else ()
        following = following if row.what.role is Role.PADDING else size
        sizes[row.name] = following
    return sizes


def _differs_in_size(before: tuple[int, ...], after: tuple[int, ...]) -> bool:
    if len(before) != len(after):
        return True
    return any(max(a, b) >= 1.5 * min(a, b) for a, b in zip(before, after, strict=True))


def _title(blocks: Sequence[Block], sizes) -> str:
    first, last = (" × ".join(map(str, sizes[block.rows[-1].name])) for block in (blocks[0], blocks[-1]))
    if not last:
        return text("Head")
    return first if first == last else text("{first} to {last}", first=first, last=last)


def _prefix(name: str) -> str:
    """The name up to its first number: "block1" of "block1_conv2", "block_3" of "block_3_expand"."""
    found = re.match(r"\D*\d+", name)
    return found.group() if found else name


def _common_name(rows: Sequence[LayerRow]) -> str:
    """The common beginning of the names, up to a "_" or "/"; else the name of the join, or of a chain's first layer
    with weights."""
    parts = zip(*(re.split(r"([_/])", row.name) for row in rows), strict=False)
    common = "".join(each[0] for each in takewhile(lambda each: len(set(each)) == 1, parts)).rstrip("_/")
    if common:
        return common
    if any(row.what.joins for row in rows):
        return next(row.name for row in reversed(rows) if row.what.joins)
    return next((row.name for row in rows if row.parameters), rows[0].name)
