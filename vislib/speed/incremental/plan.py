"""Finds which layers of a network run on a window when a rectangle of the input changes, and where the windows are."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vislib.graph.layer_kinds import Reach, Role, kind_of
from vislib.graph.reach import is_along_channels, windows_of

if TYPE_CHECKING:
    from vislib.graph.graph import Graph, Node

# A window with this share of its map or more takes as much time as the whole map, so it is not cut out.
_WORTH_CUTTING = 0.7

WindowSpec = tuple[int, int, int, int]
"""(kernel, stride, dilation, padding before) along one axis."""


@dataclass(frozen=True, eq=False)
class ChangedRange:
    """The changed cells of a map along one axis, for each place of the rectangle in the input.

    Attributes:
        first: The first changed cell for a rectangle that begins at 0, 1, … input − rectangle.
        last: The last changed cell, likewise.
        n: Cells of the map.
    """

    first: np.ndarray
    last: np.ndarray
    n: int

    @property
    def mean_share(self) -> float:
        """The changed share of the map, on average over all places."""
        return float((self.last - self.first + 1).mean()) / self.n

    def windows(self, places: np.ndarray) -> tuple[np.ndarray, int]:
        """Windows of one length for copies with the rectangle at those places: their first cells, and the length."""
        first, last = self.first[places], self.last[places]
        length = int((last - first).max()) + 1
        return np.clip(first, 0, self.n - length), length

    def is_same(self, other: "ChangedRange") -> bool:
        """Whether both have the same cells at every place."""
        return self.n == other.n and np.array_equal(self.first, other.first) and np.array_equal(self.last, other.last)


class IncrementalPlan:
    """How to compute a network for images that differ from one image in a rectangle of fixed size.

    Args:
        graph: The network.
        size: (height, width) of the rectangle.

    Attributes:
        graph: The network.
        kept: Symbolic tensors (1, …) whose values for the unchanged image fill the windows outside the changed cells.
        ranges: The different changed ranges of its maps, down and across.
        windows_of_tensors: By the id of a tensor that is computed on a window: its indices in `ranges`, down and
            across.
    """

    def __init__(self, graph: "Graph", size: tuple[int, int]):
        self.graph = graph
        self.ranges: tuple[list[ChangedRange], list[ChangedRange]] = ([], [])
        sides = zip(graph.input.shape[1:3], size, strict=True)
        places = [(np.arange(whole - part + 1), part, whole) for whole, part in sides]
        start = [ChangedRange(first, first + part - 1, whole) for first, part, whole in places]
        self.windows_of_tensors: dict[int, tuple[int, int]] = {id(graph.input): self._indices(start)}
        kept: dict[int, Any] = {}
        for node in graph.nodes:
            after = self._ranges_of(node)
            if after and after[0].mean_share * after[1].mean_share < _WORTH_CUTTING:
                self.windows_of_tensors[id(node.output)] = self._indices(after)
            for tensor in node.inputs:
                if id(tensor) in self.windows_of_tensors:
                    kept[id(tensor)] = tensor
        if id(graph.logits) in self.windows_of_tensors:  # of a graph that ends in maps
            kept[id(graph.logits)] = graph.logits
        self.kept = list(kept.values())

    @property
    def saves(self) -> bool:
        """Whether at least one layer is computed on less than its whole map."""
        return len(self.windows_of_tensors) > 1

    @property
    def structure(self) -> tuple[tuple[int, int] | None, ...]:
        """For each operation the indices of its window in `ranges`, down and across; None for the whole map.

        A run is traced for this structure alone: the positions of the windows are inputs of the traced function.
        """
        return tuple(self.windows_of_tensors.get(id(node.output)) for node in self.graph.nodes)

    def share(self, tensor: Any) -> float:
        """The share of a tensor's map that is computed, on average over all places of the rectangle; 1 for all."""
        if id(tensor) not in self.windows_of_tensors:
            return 1.0
        row, column = self.windows_of_tensors[id(tensor)]
        return self.ranges[0][row].mean_share * self.ranges[1][column].mean_share

    def windows(self, tops: np.ndarray, lefts: np.ndarray) -> list[np.ndarray]:
        """The smallest windows for rectangles at (tops, lefts), each (n,).

        Returns:
            [first rows (r, n, 1), numbers of rows (r,), first columns (c, n, 1), numbers of columns (c,)] int32, for
            the r ranges down and the c ranges across.
        """
        found: list[np.ndarray] = []
        for ranges, places in zip(self.ranges, (tops, lefts), strict=True):
            windows = [each.windows(places) for each in ranges]
            found.append(np.array([starts for starts, _ in windows], np.int32)[..., None])
            found.append(np.array([length for _, length in windows], np.int32))
        return found

    def _indices(self, ranges: list[ChangedRange]) -> tuple[int, int]:
        """The indices of two ranges in `self.ranges`, down and across; a new range is appended."""
        down, across = (_index(each, known) for each, known in zip(ranges, self.ranges, strict=True))
        return down, across

    def _ranges_of(self, node: "Node") -> list[ChangedRange]:
        """The changed ranges of a node's output; empty where the whole map is computed."""
        before = [self.windows_of_tensors.get(id(tensor)) for tensor in node.inputs]
        known = [window for window in before if window is not None]
        specs = window_specs(node) if known and len(known) == len(before) and node.has_map else []
        sizes = node.output.shape[1:3]
        return [
            _changed([ranges[window[axis]] for window in known], spec, sizes[axis])
            for axis, (ranges, spec) in enumerate(zip(self.ranges, specs, strict=False))
        ]


def window_specs(node: "Node") -> list[WindowSpec]:
    """The window specs, down and across, of an operation that gives the same values on a window; empty for others."""
    specs, operation, kind = windows_of(node), node.operation, kind_of(node.operation)
    if specs is None or not kind.exact_on_windows:
        return []
    if kind.reach is Reach.WINDOW:
        # With padding, the average counts only cells inside the map, and a cut-out window has no such information.
        return [] if kind.statistic == "average" and operation.padding != "valid" else specs
    return [] if kind.reach is Reach.PLACE and _has_numbers_of_places(node) else specs


def _has_numbers_of_places(node: "Node") -> bool:
    """Whether an operation that works place by place uses numbers that differ between places, such as the slopes of a
    PReLU without shared axes."""
    operation: Any = node.operation
    if kind_of(operation).role is Role.DENSE:
        return False
    axis = getattr(operation, "axis", None)
    if axis not in (None, ()) and not is_along_channels(operation):
        return True
    own = [*getattr(operation, "weights", ()), getattr(operation, "scale", 1), getattr(operation, "offset", 0)]
    return any(_differs_between_places(each) for each in (*own, *node.constants))


def _differs_between_places(numbers: Any) -> bool:
    shape = tuple(getattr(numbers, "shape", np.shape(numbers)))
    return any(side != 1 for side in shape[:-1])


def _index(changed: ChangedRange, known: list[ChangedRange]) -> int:
    for index, other in enumerate(known):
        if changed.is_same(other):
            return index
    known.append(changed)
    return len(known) - 1


def _changed(ranges: list[ChangedRange], spec: WindowSpec, n_out: int) -> ChangedRange:
    """The outputs that a change of any of the ranges reaches: o with o·stride − pad + j·dilation in it for some
    j < kernel."""
    kernel, stride, dilation, pad = spec
    first = np.min([each.first for each in ranges], axis=0) - (kernel - 1) * dilation + pad
    last = np.max([each.last for each in ranges], axis=0) + pad
    return ChangedRange(np.clip(-(-first // stride), 0, n_out - 1), np.clip(last // stride, 0, n_out - 1), n_out)
