"""The layer table of a network: the result of `layer_table`."""

import csv
import io
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from vislib.graph.layer_kinds import LayerKind
from vislib.layers.receptive_field import ReceptiveField


@dataclass(frozen=True)
class LayerRow:
    """One operation of a network.

    Attributes:
        name: The name in the model; "base/conv1" for a layer inside a nested model.
        kind: The Keras layer's or operation's class name.
        inputs: Names of the operations before it; "" is the network's input.
        output_shape: Without the batch axis: (h, w, c) or (units,).
        parameters: Number of weights and biases; 0 for every further use of a shared layer.
        trainable: Number of parameters that training changes.
        macs: Multiply-adds for one image, see `cost`; 0 where none are counted.
        activation_bytes: Memory of the output for one image.
        parameters_formula, macs_formula: The formulas with their numbers; "" where there is none.
        field: The receptive field, stride and offset of its units. None if the output has no maps of more than one
            cell: then every unit may depend on the whole input.
        what: The properties of this kind of layer; for a subclass, those of the layer class that it derives from.

    Example:
        >>> row = vislib.layers.layer_table(classifier).row("conv2")
        >>> row.output_shape, row.parameters, row.parameters_formula
        ((24, 24, 64), 18496, '(3·3·32 + 1)·64 = 18,496')
    """

    name: str
    kind: str
    inputs: tuple[str, ...]
    output_shape: tuple[int, ...]
    parameters: int
    trainable: int
    macs: int
    activation_bytes: int
    parameters_formula: str
    macs_formula: str
    field: ReceptiveField | None
    what: LayerKind

    @property
    def flops(self) -> int:
        """2 · MACs."""
        return 2 * self.macs


@dataclass(frozen=True)
class LayerTable:
    """A network layer by layer, from the input to the logits.

    Attributes:
        name: The network's name.
        input_shape: (h, w, c).
        rows: One for each operation, in an order in which they can be computed.
        depth: Number of convolutions and dense layers on the longest path from input to output: the 18 of ResNet-18.
            A separable convolution counts once.
        uncounted: Names of the layers whose multiply-adds are unknown; the totals leave them out.

    Example:
        >>> table = vislib.layers.layer_table(classifier)
        >>> table.input_shape, table.depth, table.macs
        ((28, 28, 1), 4, 11992448)
    """

    name: str
    input_shape: tuple[int, int, int]
    rows: tuple[LayerRow, ...]
    depth: int
    uncounted: tuple[str, ...]

    @cached_property
    def parameters(self) -> int:
        return sum(row.parameters for row in self.rows)

    @cached_property
    def trainable(self) -> int:
        return sum(row.trainable for row in self.rows)

    @cached_property
    def macs(self) -> int:
        return sum(row.macs for row in self.rows)

    @property
    def flops(self) -> int:
        """2 · MACs."""
        return 2 * self.macs

    @cached_property
    def activation_bytes(self) -> int:
        """Memory of all outputs for one image, which training keeps for the backward pass."""
        return sum(row.activation_bytes for row in self.rows)

    @property
    def field(self) -> ReceptiveField | None:
        """The receptive field of the last layer with maps; None if there is no such layer."""
        return next((row.field for row in reversed(self.rows) if row.field), None)

    def row(self, name: str) -> LayerRow | None:
        """The row of that name; None if there is none."""
        return next((row for row in self.rows if row.name == name), None)

    def csv(self) -> str:
        """The table as comma-separated values with a header; each size has its own column."""
        text = io.StringIO()
        writer = csv.DictWriter(text, list(_record(self.rows[0])), lineterminator="\n")
        writer.writeheader()
        writer.writerows(map(_record, self.rows))
        return text.getvalue()


def _record(row: LayerRow) -> dict[str, Any]:
    field = row.field
    return {
        "name": row.name,
        "kind": row.kind,
        "inputs": " ".join(name or "(input)" for name in row.inputs),
        "output_shape": "x".join(map(str, row.output_shape)),
        "parameters": row.parameters,
        "trainable": row.trainable,
        "macs": row.macs,
        "flops": row.flops,
        "receptive_field_h": field.size[0] if field else "",
        "receptive_field_w": field.size[1] if field else "",
        "stride_h": field.stride[0] if field else "",
        "stride_w": field.stride[1] if field else "",
        "offset_h": field.offset[0] if field else "",
        "offset_w": field.offset[1] if field else "",
        "activation_bytes": row.activation_bytes,
    }
