"""Computes a network on the windows that an `IncrementalPlan` gives."""

import inspect
from dataclasses import dataclass

import numpy as np

from vislib.backend import keras, tf
from vislib.graph.copies import sharing_weights
from vislib.graph.graph import Node, call_of
from vislib.graph.layer_kinds import Reach, kind_of
from vislib.speed.incremental.plan import IncrementalPlan, window_specs


@dataclass(frozen=True, eq=False)
class _Window:
    """Windows along one axis of a map: the first cell of each copy's window, (n, 1), and their common length."""

    starts: tf.Tensor
    length: tf.Tensor | int

    def input_window(self, kernel: int, stride: int, dilation: int, pad: int) -> "_Window":
        """The cells from which an operation computes this window; some may lie outside its input."""
        if (kernel, stride, pad) == (1, 1, 0):
            return self
        return _Window(self.starts * stride - pad, (self.length - 1) * stride + (kernel - 1) * dilation + 1)


def run(plan: IncrementalPlan, patches, windows, unchanged):
    """The graph's last tensor for copies of the input with a rectangle replaced, such as logits (n, units).

    Args:
        plan: The plan for a rectangle of the patches' size.
        patches: (n, p, q, c).
        windows: The result of `plan.windows` for the places of the rectangle.
        unchanged: The values of `plan.kept` for the unchanged image.
    """
    rows, columns = (
        [_Window(*each) for each in zip(tf.unstack(starts, len(ranges)), tf.unstack(lengths, len(ranges)), strict=True)]
        for ranges, starts, lengths in zip(plan.ranges, windows[::2], windows[1::2], strict=True)
    )
    sides = {tensor: (rows[row], columns[column]) for tensor, (row, column) in plan.windows_of_tensors.items()}
    values = _Values(sides, tf.shape(patches)[0], dict(zip(map(id, plan.kept), unchanged, strict=True)))
    values.computed[id(plan.graph.input)] = patches
    for node in plan.graph.nodes:
        values.compute(node)
    return values.whole(plan.graph.logits)


class _Values:
    """The values of tensors in one run; for a tensor with a window, the values in its window."""

    def __init__(self, windows: dict[int, tuple[_Window, _Window]], count, unchanged):
        self.windows, self.count, self.unchanged = windows, count, unchanged
        self.computed: dict[int, tf.Tensor] = {}
        self._wholes: dict[int, tf.Tensor] = {}

    def compute(self, node: Node) -> None:
        """Computes a node's output from the values of its inputs."""
        window, operation, call = self.windows.get(id(node.output)), node.operation, call_of(node.output)
        if window is None:
            given = {id(tensor): self.whole(tensor) for tensor in node.inputs}
        else:
            kind = kind_of(operation)
            rows, columns = (side.input_window(*spec) for side, spec in zip(window, window_specs(node), strict=True))
            given = {id(tensor): self.cut(tensor, rows, columns, kind.outside) for tensor in node.inputs}
            if kind.reach is Reach.SHIFT:  # `cut` has already padded or cropped
                self.computed[id(node.output)] = given[id(node.inputs[0])]
                return
            if kind.reach is Reach.WINDOW:  # `cut` has already padded
                operation = sharing_weights(operation, padding="valid")
        args, kwargs = call.arguments.fill_in(given)
        if "training" in inspect.signature(operation.call).parameters:
            # A Keras model passes this on; alone, augmentation layers would act as in training.
            kwargs["training"] = False
        outputs = keras.tree.flatten(operation(*args, **kwargs))
        for symbol, value in zip(call.outputs, outputs, strict=True):
            self.computed[id(symbol)] = value

    def whole(self, tensor):
        """The whole map of a tensor with the changed values in it."""
        if id(tensor) not in self.windows:
            return self.computed[id(tensor)]
        if id(tensor) not in self._wholes:
            rows, columns = (_Window(tf.zeros((self.count, 1), tf.int32), length) for length in tensor.shape[1:3])
            self._wholes[id(tensor)] = self.cut(tensor, rows, columns, 0.0)
        return self._wholes[id(tensor)]

    def cut(self, tensor, rows: _Window, columns: _Window, outside: float):
        """Some rows and columns of a tensor's map with the changed values in them; `outside` is the value beyond the
        map.

        It is one gather from one table of cells, (1 + h·w + n·p·q, channels):

            row 0                 `outside`
            rows 1 … h·w          the unchanged map, row by row
            rows 1 + h·w …        the windows of copy 0, 1, … n − 1, each p × q, row by row

        A cell that lies outside the map gets a row index far below 0 and is clipped to row 0.
        """
        (own_rows, own_columns), value = self.windows[id(tensor)], self.computed[id(tensor)]
        if rows is own_rows and columns is own_columns:
            return value
        height, width, channels = tensor.shape[1:]
        # Large enough that no row or column inside the map brings the sum back above 0.
        no_row, no_column = -height - 1, -height * width - 1
        row_kept, row_new, row_in = (tf.expand_dims(each, 2) for each in _places(rows, own_rows, height, no_row))
        column_kept, column_new, column_in = (
            tf.expand_dims(each, 1) for each in _places(columns, own_columns, width, no_column)
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


def _places(wanted: _Window, own: _Window, n: int, outside: int):
    """For the wanted cells (n, length) of one axis: their place in the map, or `outside` beyond the map; their place in
    the tensor's window; and whether they lie in that window."""
    place = wanted.starts + tf.range(wanted.length)
    new = place - own.starts
    return tf.where((place >= 0) & (place < n), place, outside), new, (new >= 0) & (new < own.length)


def replaced(inputs: np.ndarray, patches: np.ndarray, tops: np.ndarray, lefts: np.ndarray) -> np.ndarray:
    """Copies (n, h, w, c) of the input (1, h, w, c), each with one of the patches inserted at its place."""
    copies = np.repeat(inputs, len(patches), axis=0)
    for copy, patch, top, left in zip(copies, patches, tops, lefts, strict=True):
        copy[top : top + patch.shape[0], left : left + patch.shape[1]] = patch
    return copies
