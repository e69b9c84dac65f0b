"""Exact recomputation of only what changes in a network when a rectangle of its input does.

A changed rectangle of a layer's input changes a rectangle of its output, little larger. Everything outside it is
as in the unchanged image, whose activations are at hand. So each layer is computed on its changed window alone,
cut out of the kept activations with the changed values put in, until the window has grown to most of the map or
a layer mixes all positions; from there on the network is computed as usual.

The idea is that of Nakandala, Kumar & Papakonstantinou 2019 (SIGMOD, doi 10.1145/3299869.3319874).
"""

from dataclasses import dataclass

import numpy as np

from vislib.arithmetic.receptive_field import windows_of
from vislib.backend import keras, tf
from vislib.derive import Graph, Node, call_of
from vislib.folding import NormedConvolution

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
class _Side:
    """Along one axis of a map: where the changed window starts, for each place of the rectangle in the input
    (its first row or column, 0 … input − rectangle), and its length, the same for all."""

    starts: np.ndarray
    length: int

    def same(self, other: "_Side") -> bool:
        return self.length == other.length and np.array_equal(self.starts, other.starts)


@dataclass(frozen=True, eq=False)
class _Window:
    rows: _Side
    columns: _Side

    def needs(self, reach: "_Reach") -> tuple[_Side, _Side]:
        """The rows and columns of its input from which an operation computes this window; some may lie outside."""
        rows, columns = (
            _Side(side.starts * stride - pad, (side.length - 1) * stride + (kernel - 1) * dilation + 1)
            for side, (kernel, stride, dilation, pad) in zip((self.rows, self.columns), reach, strict=True)
        )
        return rows, columns


class IncrementalNetwork:
    """Logits for images that differ from one image in a rectangle of fixed size.

    Args:
        graph: The network.
        size: (height, width) of the rectangle.
    """

    def __init__(self, graph: Graph, size: tuple[int, int]):
        self._graph = graph
        sides = [
            _Side(np.arange(whole - part + 1), part) for whole, part in zip(graph.input.shape[1:3], size, strict=True)
        ]
        self._windows: dict[int, _Window] = {id(graph.input): _Window(*sides)}
        kept: dict[int, keras.KerasTensor] = {}
        for node in graph.nodes:
            window = _window(node, [self._windows.get(id(tensor)) for tensor in node.inputs])
            if window is not None:
                self._windows[id(node.output)] = window
            for tensor in node.inputs:
                if id(tensor) in self._windows:
                    kept[id(tensor)] = tensor
        self.kept = list(kept.values())
        """Symbolic tensors (1, …) whose values for the unchanged image `__call__` takes."""

    @property
    def saves(self) -> bool:
        """Whether any layer is computed on less than its whole map."""
        return len(self._windows) > 1

    def __call__(self, patches, tops, lefts, unchanged):
        """Logits (n, units) with the rectangle at (tops, lefts) (n,) int32 replaced by patches (n, p, q, c);
        `unchanged` are the values of `kept`."""
        run = _Run(self._windows, tops, lefts, dict(zip(map(id, self.kept), unchanged, strict=True)))
        run.values[id(self._graph.input)] = patches
        for node in self._graph.nodes:
            run.compute(node)
        return run.whole(self._graph.logits)


class _Run:
    """One call: the values of tensors, of their window where they have one."""

    def __init__(self, windows: dict[int, _Window], tops, lefts, unchanged):
        self.windows, self.unchanged = windows, unchanged
        self.tops, self.lefts = tops, lefts
        self.values: dict[int, tf.Tensor] = {}
        self._wholes: dict[int, tf.Tensor] = {}

    def compute(self, node: Node) -> None:
        window, operation, call = self.windows.get(id(node.output)), node.operation, call_of(node.output)
        if window is None:
            given = {id(tensor): self.whole(tensor) for tensor in node.inputs}
        else:
            rows, columns = window.needs(_reach(node))
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
            window, (height, width) = self.windows[id(tensor)], tensor.shape[1:3]
            rows, columns = (np.zeros_like(side.starts) for side in (window.rows, window.columns))
            self._wholes[id(tensor)] = self.cut(tensor, _Side(rows, height), _Side(columns, width), 0.0)
        return self._wholes[id(tensor)]

    def cut(self, tensor, rows: _Side, columns: _Side, outside: float):
        """Those rows and columns of a tensor's map, changed values in them. What lies outside it is `outside`."""
        window, value = self.windows[id(tensor)], self.values[id(tensor)]
        if rows.same(window.rows) and columns.same(window.columns):
            return value
        height, width, channels = tensor.shape[1:]
        # One table of all cells: one for what lies outside, then the unchanged map, then every copy's window.
        row_kept, row_new, row_in = self._index(rows, window.rows, self.tops, height, -height - 1)
        column_kept, column_new, column_in = self._index(
            columns, window.columns, self.lefts, width, -height * width - 1
        )
        kept = tf.maximum(row_kept[:, :, None] * width + column_kept[:, None, :] + 1, 0)
        first = 1 + height * width + tf.range(tf.shape(self.tops)[0]) * (window.rows.length * window.columns.length)
        new = (first[:, None] + row_new * window.columns.length)[:, :, None] + column_new[:, None, :]
        table = [
            tf.fill((1, channels), tf.constant(outside, value.dtype)),
            tf.reshape(tf.cast(self.unchanged[id(tensor)], value.dtype), (height * width, channels)),
            tf.reshape(value, (-1, channels)),
        ]
        cells = tf.gather(tf.concat(table, axis=0), tf.where(row_in[:, :, None] & column_in[:, None, :], new, kept))
        cells.set_shape((None, rows.length, columns.length, channels))
        return cells

    def _index(self, wanted: _Side, side: _Side, places, n: int, outside: int):
        """For the wanted rows (n, length): which of the map, `outside` if none; which of the window; whether in it."""
        row = tf.gather(tf.constant(wanted.starts, tf.int32), places)[:, None] + tf.range(wanted.length)[None]
        new = row - tf.gather(tf.constant(side.starts, tf.int32), places)[:, None]
        return tf.where((row >= 0) & (row < n), row, outside), new, (new >= 0) & (new < side.length)


# -- geometry --------------------------------------------------------------------------------------


def _window(node: Node, before: list[_Window | None]) -> _Window | None:
    """The changed window of a node's output, given those of its inputs; None where the whole map is computed."""
    known = [window for window in before if window is not None]
    if not known or len(known) < len(before) or not node.has_map or not _reach(node):
        return None
    (height, width), sides = node.output.shape[1:3], []
    for axis, (n_out, reach) in enumerate(zip((height, width), _reach(node), strict=True)):
        joined = _union([(window.rows, window.columns)[axis] for window in known], node.inputs[0].shape[1 + axis])
        sides.append(_after(joined, reach, n_out))
    window = _Window(*sides)
    return window if window.rows.length * window.columns.length < _WORTH_CUTTING * height * width else None


def _union(sides: list[_Side], n: int) -> _Side:
    starts = np.min([side.starts for side in sides], axis=0)
    ends = np.max([side.starts + side.length for side in sides], axis=0)
    length = int((ends - starts).max())
    return _Side(np.clip(starts, 0, n - length), length)


def _after(side: _Side, reach: tuple[int, int, int, int], n_out: int) -> _Side:
    """The outputs that a changed window reaches: o with o·stride − pad + j·dilation in it for some j < kernel."""
    kernel, stride, dilation, pad = reach
    extent = (kernel - 1) * dilation
    first = -((-(side.starts - extent + pad)) // stride)
    last = (side.starts + side.length - 1 + pad) // stride
    first, last = np.clip(first, 0, n_out - 1), np.clip(last, 0, n_out - 1)
    length = max(int((last - first).max()) + 1, 1)
    return _Side(np.clip(first, 0, n_out - length), length)


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
