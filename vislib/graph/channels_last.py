"""Makes a graph with channels last of one with channels first, so that feature maps are (height, width, channels)."""

import dataclasses
from typing import Any

from vislib.backend import keras
from vislib.graph.copies import sharing_weights
from vislib.graph.graph import Node, call_of
from vislib.graph.layer_kinds import Role, kind_of
from vislib.language import text

_TO_LAST, _TO_FIRST = (2, 3, 1), (3, 1, 2)


def with_channels_last(
    entry: keras.KerasTensor, nodes: list[Node], output: keras.KerasTensor
) -> tuple[keras.KerasTensor, list[Node], keras.KerasTensor]:
    """The same computation with channels last, as far as possible.

    A layer with a `data_format`, and a layer that works place by place, is copied for channels last, with shared
    weights. Any other layer gets its input with channels first, by a transposition before it. If its output is a stack
    of maps, a transposition behind it bears the layer's name, and the layer itself is "NAME (channels first)".

    Args:
        entry: The images (batch, h, w, c).
        nodes: Nodes whose maps are (batch, c, h, w).
        output: The last tensor.

    Returns:
        The input, the nodes and the last tensor of the new graph.
    """
    rewriting = _Rewriting(entry)
    for node in nodes:
        rewriting.add(node)
    ends_in_map = len(output.shape) == 4
    return entry, rewriting.nodes, (rewriting.last if ends_in_map else rewriting.first)(output)


class _Rewriting:
    """New nodes, and for each old tensor the new one with channels last, with channels first, or both."""

    def __init__(self, entry: keras.KerasTensor):
        self.nodes: list[Node] = []
        self._with_last: dict[int, keras.KerasTensor] = {}
        self._with_first: dict[int, keras.KerasTensor] = {id(entry): entry}
        self._n_transposed = 0
        self._entry = entry

    def last(self, old: keras.KerasTensor) -> keras.KerasTensor:
        if id(old) not in self._with_last:
            self._with_last[id(old)] = self._transposed(self._with_first[id(old)], _TO_LAST)
        return self._with_last[id(old)]

    def first(self, old: keras.KerasTensor) -> keras.KerasTensor:
        if id(old) not in self._with_first:
            self._with_first[id(old)] = self._transposed(self._with_last[id(old)], _TO_FIRST)
        return self._with_first[id(old)]

    def add(self, node: Node) -> None:
        if node.inputs[0] is self._entry and kind_of(node.operation).role is Role.RESHAPE:
            self._with_last[id(node.output)] = self._entry  # the transposition at the start
            return
        twin = _channels_last_twin(node)
        place_of, found = (self.first, self._with_first) if twin is None else (self.last, self._with_last)
        operation = node.operation if twin is None else twin
        call = call_of(node.output)
        new = {id(tensor): place_of(tensor) for tensor in node.inputs}
        args, kwargs = call.arguments.fill_in(new)
        outputs = keras.tree.flatten(operation(*args, **kwargs))
        has_axes = len(node.output.shape) == 4
        if twin is not None and not has_axes:
            found = self._with_first  # a pooled or flat row has no axes to exchange
        found.update({id(old): tensor for old, tensor in zip(call.outputs, outputs, strict=True)})
        made = Node(node.name, operation, tuple(new.values()), outputs[0])
        if twin is not None or not has_axes:
            self.nodes.append(made)
            return
        # The layers behind it read its maps with channels last, so that these lie on the way to the output.
        named = text("{layer} (channels first)", layer=node.name)
        self.nodes.append(dataclasses.replace(made, name=named, channels_first=True))
        self._with_last[id(node.output)] = self._transposed(outputs[0], _TO_LAST, node.name)
        del self._with_first[id(node.output)]

    def _transposed(
        self, tensor: keras.KerasTensor, order: tuple[int, int, int], name: str | None = None
    ) -> keras.KerasTensor:
        if len(tensor.shape) != 4:
            return tensor
        self._n_transposed += 1
        layer = keras.layers.Permute(order, name=f"transposed_{self._n_transposed}")
        result = layer(tensor)
        self.nodes.append(Node(name or layer.name, layer, (tensor,), result, channels_first=order == _TO_FIRST))
        return result


def _channels_last_twin(node: Node) -> keras.Operation | None:
    """The node's layer for channels last; None if it must get channels first."""
    operation, kind = node.operation, kind_of(node.operation)
    if not node.inputs or any(len(tensor.shape) != 4 for tensor in node.inputs):
        return None
    if getattr(operation, "data_format", None) == "channels_first":
        changed: dict[str, Any] = {"data_format": "channels_last"}
        if hasattr(operation, "input_spec"):
            changed["input_spec"] = None  # it names the axis of the channels
        return sharing_weights(operation, **changed)
    axis = getattr(operation, "axis", None)
    has_axis = kind.role in (Role.NORMALIZATION, Role.MERGE, Role.ACTIVATION) and axis is not None
    if has_axis:
        return sharing_weights(operation, axis=-1, input_spec=None) if axis in (1, -3, (1,), [1]) else None
    weightless = not getattr(operation, "weights", None)
    by_place = kind.role in (Role.ACTIVATION, Role.MERGE, Role.REGULARIZATION, Role.RESCALING) or kind.identity
    changes_shape = kind.role is Role.RESHAPE
    if by_place and weightless and not changes_shape and not _has_constants(node):
        return sharing_weights(operation)
    return None


def _has_constants(node: Node) -> bool:
    """Whether the operation uses arrays, whose axes are those of channels first."""
    return any(getattr(each, "ndim", 0) > 0 for each in node.constants)
