"""Exact recomputation of only what changes in a network when a rectangle of its input does.

A changed rectangle of a layer's input changes a rectangle of its output, little larger. Everything outside it is
as in the unchanged image, whose activations are at hand. So each layer is computed on its changed window alone,
cut out of the kept activations with the changed values put in, until the window has grown to most of the map or
a layer mixes all positions; from there on the network is computed as usual.

The idea is that of Nakandala, Kumar & Papakonstantinou 2019 (SIGMOD, doi 10.1145/3299869.3319874).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vislib.backend import keras, tf
from vislib.graph.graph import Graph, Node, call_of
from vislib.layers.receptive_field import windows_of
from vislib.speed.batch_norm import NormedConvolution

# A window that is this share of its map or more is not worth cutting out.
_WORTH_CUTTING = 0.7
_MAX_POOLING, _AVERAGE_POOLING = keras.layers.MaxPooling2D, keras.layers.AveragePooling2D
_PADS = (
    keras.layers.Conv2D, keras.layers.DepthwiseConv2D, keras.layers.SeparableConv2D, NormedConvolution, _MAX_POOLING,
)  # fmt: skip
_MOVES = (keras.layers.ZeroPadding2D, keras.layers.Cropping2D)

_Reach = list[tuple[int, int, int, int]]
"""(kernel, stride, dilation, padding before) down and across."""


@dataclass(frozen=True, eq=False)
class _Span:
    """Along one axis of a map: the first and last changed cell, for each place of the rectangle in the input (its
    first row or column, 0 … input − rectangle)."""

    first: np.ndarray
    last: np.ndarray
    n: int
    """Cells of the map."""

    @property
    def mean_share(self) -> float:
        return float((self.last - self.first + 1).mean()) / self.n

    def windows(self, places: np.ndarray) -> tuple[np.ndarray, int]:
        """For copies with the rectangle at those places windows of one length: their first cells, and the length."""
        first, last = self.first[places], self.last[places]
        length = int((last - first).max()) + 1
        return np.clip(first, 0, self.n - length), length


@dataclass(frozen=True, eq=False)
class _Side:
    """Along one axis of a map: the first cell of each copy's window, (n, 1), and the length of them all."""

    starts: tf.Tensor
    length: tf.Tensor | int

    def needs(self, kernel: int, stride: int, dilation: int, pad: int) -> "_Side":
        """The cells from which an operation computes these; some may lie outside of its input."""
        if (kernel, stride, pad) == (1, 1, 0):
            return self
        return _Side(self.starts * stride - pad, (self.length - 1) * stride + (kernel - 1) * dilation + 1)


@dataclass(frozen=True, eq=False)
class Patched:
    """One input with a patch in it.

    Attributes:
        logits: Called with patches (n, p, q, c), their first rows and first columns (n,); gives logits (n, classes).
        batch_size: How many patches at once memory allows.
    """

    logits: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
    batch_size: int


class IncrementalNetwork:
    """Logits for images that differ from one image in a rectangle of fixed size.

    Args:
        graph: The network.
        size: (height, width) of the rectangle.
    """

    def __init__(self, graph: Graph, size: tuple[int, int]):
        self._graph = graph
        self._spans: tuple[list[_Span], list[_Span]] = ([], [])
        sides = zip(graph.input.shape[1:3], size, strict=True)
        places = [(np.arange(whole - part + 1), part, whole) for whole, part in sides]
        start = [_Span(first, first + part - 1, whole) for first, part, whole in places]
        self._windows: dict[int, tuple[int, int]] = {id(graph.input): self._numbers(start)}
        kept: dict[int, keras.KerasTensor] = {}
        for node in graph.nodes:
            after = self._after(node)
            if after and after[0].mean_share * after[1].mean_share < _WORTH_CUTTING:
                self._windows[id(node.output)] = self._numbers(after)
            for tensor in node.inputs:
                if id(tensor) in self._windows:
                    kept[id(tensor)] = tensor
        self.kept = list(kept.values())
        """Symbolic tensors (1, …) whose values for the unchanged image `__call__` takes."""

    @property
    def saves(self) -> bool:
        """Whether any layer is computed on less than its whole map."""
        return len(self._windows) > 1

    @property
    def windowed(self) -> tuple[tuple[int, int] | None, ...]:
        """Of each operation which of the windows it runs on, down and across; None for the whole map. It is all that
        `__call__` is traced for: where the windows are is given to it."""
        return tuple(self._windows.get(id(node.output)) for node in self._graph.nodes)

    def share(self, tensor: keras.KerasTensor) -> float:
        """How much of a tensor's map is computed, on average over all places of the rectangle; 1 for the whole."""
        if id(tensor) not in self._windows:
            return 1.0
        row, column = self._windows[id(tensor)]
        return self._spans[0][row].mean_share * self._spans[1][column].mean_share

    def windows(self, tops: np.ndarray, lefts: np.ndarray) -> list[np.ndarray]:
        """For the rectangle at (tops, lefts), each (n,): [first rows (r, n, 1), rows (r,), first columns (c, n, 1),
        columns (c,)] int32 of the windows, which `__call__` takes. They are as small as these places allow."""
        found: list[np.ndarray] = []
        for spans, places in zip(self._spans, (tops, lefts), strict=True):
            windows = [span.windows(places) for span in spans]
            found.append(np.array([starts for starts, _ in windows], np.int32)[..., None])
            found.append(np.array([length for _, length in windows], np.int32))
        return found

    def __call__(self, patches, windows, unchanged):
        """Logits (n, units) with a rectangle replaced by patches (n, p, q, c); `windows` are as `windows` gives them
        for where it is, `unchanged` the values of `kept`."""
        rows, columns = (
            [_Side(*each) for each in zip(tf.unstack(starts, len(spans)), tf.unstack(lengths, len(spans)), strict=True)]
            for spans, starts, lengths in zip(self._spans, windows[::2], windows[1::2], strict=True)
        )
        sides = {tensor: (rows[row], columns[column]) for tensor, (row, column) in self._windows.items()}
        run = _Run(sides, tf.shape(patches)[0], dict(zip(map(id, self.kept), unchanged, strict=True)))
        run.values[id(self._graph.input)] = patches
        for node in self._graph.nodes:
            run.compute(node)
        return run.whole(self._graph.logits)

    def _numbers(self, spans: list[_Span]) -> tuple[int, int]:
        """The numbers of spans down and across, among those there are; equal ones have one."""
        down, across = (_number(span, known) for span, known in zip(spans, self._spans, strict=True))
        return down, across

    def _after(self, node: Node) -> list[_Span]:
        """The spans of a node's output; empty where the whole map is computed."""
        before = [self._windows.get(id(tensor)) for tensor in node.inputs]
        known = [window for window in before if window is not None]
        if not known or len(known) < len(before) or not node.has_map or not _reach(node):
            return []
        return [
            _after([spans[window[axis]] for window in known], reach, n_out)
            for axis, (spans, reach, n_out) in enumerate(
                zip(self._spans, _reach(node), node.output.shape[1:3], strict=True)
            )
        ]


class _Run:
    """One call: the values of tensors, of their window where they have one."""

    def __init__(self, windows: dict[int, tuple[_Side, _Side]], count, unchanged):
        self.windows, self.count, self.unchanged = windows, count, unchanged
        self.values: dict[int, tf.Tensor] = {}
        self._wholes: dict[int, tf.Tensor] = {}

    def compute(self, node: Node) -> None:
        window, operation, call = self.windows.get(id(node.output)), node.operation, call_of(node.output)
        if window is None:
            given = {id(tensor): self.whole(tensor) for tensor in node.inputs}
        else:
            rows, columns = (side.needs(*reach) for side, reach in zip(window, _reach(node), strict=True))
            outside = -np.inf if isinstance(operation, _MAX_POOLING) else 0.0
            given = {id(tensor): self.cut(tensor, rows, columns, outside) for tensor in node.inputs}
            if isinstance(operation, _MOVES):  # cutting has done it
                self.values[id(node.output)] = given[id(node.inputs[0])]
                return
            operation = _unpadded(operation) if isinstance(operation, _PADS) else operation
        args, kwargs = call.arguments.fill_in(given)
        outputs = keras.tree.flatten(operation(*args, **kwargs))
        for symbol, value in zip(call.outputs, outputs, strict=True):
            self.values[id(symbol)] = value

    def whole(self, tensor):
        """The whole map of a tensor, changed values in it."""
        if id(tensor) not in self.windows:
            return self.values[id(tensor)]
        if id(tensor) not in self._wholes:
            rows, columns = (_Side(tf.zeros((self.count, 1), tf.int32), length) for length in tensor.shape[1:3])
            self._wholes[id(tensor)] = self.cut(tensor, rows, columns, 0.0)
        return self._wholes[id(tensor)]

    def cut(self, tensor, rows: _Side, columns: _Side, outside: float):
        """Those rows and columns of a tensor's map, changed values in them. What lies outside it is `outside`."""
        (own_rows, own_columns), value = self.windows[id(tensor)], self.values[id(tensor)]
        if rows is own_rows and columns is own_columns:
            return value
        height, width, channels = tensor.shape[1:]
        # One table of all cells: one for what lies outside, then the unchanged map, then every copy's window.
        row_kept, row_new, row_in = (tf.expand_dims(each, 2) for each in _index(rows, own_rows, height, -height - 1))
        column_kept, column_new, column_in = (
            tf.expand_dims(each, 1) for each in _index(columns, own_columns, width, -height * width - 1)
        )
        kept = tf.maximum(row_kept * width + column_kept + 1, 0)
        first = tf.reshape(tf.range(self.count) * (own_rows.length * own_columns.length), (-1, 1, 1))
        new = first + (row_new * own_columns.length + 1 + height * width) + column_new
        table = [
            tf.fill((1, channels), tf.constant(outside, value.dtype)),
            tf.reshape(tf.cast(self.unchanged[id(tensor)], value.dtype), (height * width, channels)),
            tf.reshape(value, (-1, channels)),
        ]
        cells = tf.gather(tf.concat(table, axis=0), tf.where(row_in & column_in, new, kept))
        known = [side.length if isinstance(side.length, int) else None for side in (rows, columns)]
        cells.set_shape((None, *known, channels))
        return cells


def _index(wanted: _Side, own: _Side, n: int, outside: int):
    """For the wanted rows (n, length): which of the map, `outside` if none; which of the window; whether in it."""
    row = wanted.starts + tf.range(wanted.length)
    new = row - own.starts
    return tf.where((row >= 0) & (row < n), row, outside), new, (new >= 0) & (new < own.length)


def replaced(inputs: np.ndarray, patches: np.ndarray, tops: np.ndarray, lefts: np.ndarray) -> np.ndarray:
    """Copies (n, h, w, c) of the input (1, h, w, c) with the patches in their places."""
    copies = np.repeat(inputs, len(patches), axis=0)
    for copy, patch, top, left in zip(copies, patches, tops, lefts, strict=True):
        copy[top : top + patch.shape[0], left : left + patch.shape[1]] = patch
    return copies


# -- geometry --------------------------------------------------------------------------------------


def _number(span: _Span, known: list[_Span]) -> int:
    for number, other in enumerate(known):
        if other.n == span.n and np.array_equal(other.first, span.first) and np.array_equal(other.last, span.last):
            return number
    known.append(span)
    return len(known) - 1


def _after(spans: list[_Span], reach: tuple[int, int, int, int], n_out: int) -> _Span:
    """The outputs that a change of any of the spans reaches: o with o·stride − pad + j·dilation in it for some
    j < kernel."""
    kernel, stride, dilation, pad = reach
    first = np.min([span.first for span in spans], axis=0) - (kernel - 1) * dilation + pad
    last = np.max([span.last for span in spans], axis=0) + pad
    return _Span(np.clip(-(-first // stride), 0, n_out - 1), np.clip(last // stride, 0, n_out - 1), n_out)


# -- operations ------------------------------------------------------------------------------------


def _reach(node: Node) -> _Reach:
    """Of an operation that can be computed on a window; empty for any other."""
    reach, operation = windows_of(node), node.operation
    if reach is None or getattr(operation, "data_format", "channels_last") != "channels_last":
        return []
    if any(tensor.shape[1:3] != node.inputs[0].shape[1:3] for tensor in node.inputs):
        return []
    if all(step == (1, 1, 1, 0) for step in reach):
        return [] if _has_places(operation) else reach
    if type(operation) is _AVERAGE_POOLING and operation.padding == "valid":  # else it counts only what is there
        return reach
    return reach if type(operation) in (*_PADS, *_MOVES) else []


def _has_places(operation: keras.Operation) -> bool:
    """Whether an operation that works place by place does so with numbers of each place's own."""
    shape = getattr(getattr(operation, "alpha", None), "shape", ())  # of a PReLU
    return len(shape) == 3 and tuple(shape[:2]) != (1, 1)


def _unpadded(operation: keras.Operation) -> keras.Operation:
    """The same operation, weights shared, on what is already padded."""
    twin = object.__new__(type(operation))
    twin.__dict__.update(vars(operation), _inbound_nodes=[], _outbound_nodes=[])
    twin.__dict__["padding"] = "valid"
    return twin
