"""The computation of a value in a network: the operation with its actual numbers.

It covers convolution, activation, pooling, normalization by fixed numbers, addition and other elementwise operations,
concatenation, zero padding, enlargement, dense layers, softmax, and layers that change nothing.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vislib.arithmetic import notation
from vislib.arithmetic.activation_functions import softmax
from vislib.errors import LayerError, listed
from vislib.language import text
from vislib.layers.activation import ACTIVATIONS, activation_of, applied
from vislib.layers.cell import CELL_FUNCTIONS, Cell, cell_function, same, value_at
from vislib.model.classifier import Classifier

if TYPE_CHECKING:
    from vislib.graph.graph import Node


@dataclass(frozen=True, eq=False)
class Operation:
    """An operation of a network with its inputs and its output for one image.

    Attributes:
        name: The layer's name in the network's graph.
        kind: The Keras layer's or operation's class name.
        node: The operation in its graph.
        sources: Names of the operations before it; "" is the network's input.
        inputs: One array for each input, without the batch axis: (h, w, c) or (units,).
        output: The output, of the same form.

    Example:
        >>> operation = vislib.layers.operation_of(classifier, image, "pool")
        >>> operation.kind, operation.output.shape, operation.can_be_shown
        ('MaxPooling2D', (12, 12, 64), True)
    """

    name: str
    kind: str
    node: "Node"
    sources: tuple[str, ...]
    inputs: tuple[np.ndarray, ...]
    output: np.ndarray

    @property
    def can_be_shown(self) -> bool:
        """Whether `at` can compute its values."""
        operation = self.node.operation
        if self.output.ndim not in (1, 3):
            return False
        if cell_function(operation) is None or hasattr(operation, "activation"):
            return activation_of(operation) is not None
        return True

    def at(self, row: int, column: int, channel: int) -> Cell:
        """The computation of the output at (row, column, channel); row and column are 0 for an output (units,).

        Raises:
            LayerError: If there is no such cell, or the operation cannot be shown with its numbers.
        """
        shape = self.output.shape if self.output.ndim == 3 else (1, 1, self.output.shape[-1])
        at = (row, column, channel)
        if not all(0 <= index < size for index, size in zip(at, shape, strict=True)):
            raise LayerError(
                text(
                    "{layer} has {height} × {width} cells of {channels} channels: none at {cell}.",
                    layer=self.name,
                    height=shape[0],
                    width=shape[1],
                    channels=shape[2],
                    cell=at,
                )
            )
        operation, inputs = self.node.operation, list(self.inputs)
        computed, function = cell_function(operation), activation_of(operation)
        if computed is not None and hasattr(operation, "activation") and function is None:
            raise LayerError(
                text(
                    "{layer} ends in an activation that cannot be shown with its numbers; {activations} can.",
                    layer=self.name,
                    activations=listed(ACTIVATIONS, 20),
                )
            )
        if computed is not None and self.can_be_shown:
            cell = computed(self.node, inputs, *at)
            return cell if function is None else applied(function, cell)
        if function is None or not self.can_be_shown:
            raise LayerError(
                text(
                    "{layer} ({kind}) cannot be shown with its numbers; {layers} can.",
                    layer=self.name,
                    kind=self.kind,
                    layers=listed(CELL_FUNCTIONS, 20),
                )
            )
        return applied(function, Cell(value_at(inputs[0], *at), (), None, same(inputs, *at)))


def operation_of(classifier: Classifier, image: np.ndarray, layer: str) -> Operation:
    """The named operation with its inputs and output for an image (H, W, 3) in 0..255.

    Raises:
        LayerError: If there is no such layer.

    Example:
        >>> operation = vislib.layers.operation_of(classifier, image, "conv1")
        >>> round(operation.at(row=3, column=4, channel=0).value, 2) == round(float(operation.output[3, 4, 0]), 2)
        True
    """
    from vislib.backend import keras

    graph = classifier.network.graph
    node = graph.node(layer)
    if node is None:
        known = listed(each.name for each in graph.nodes)
        raise LayerError(
            text(
                "layer '{layer}' is not in {model}; there are: {layers}.",
                layer=layer,
                model=classifier.network.name,
                layers=known,
            )
        )
    names = {id(graph.input): "", **{id(each.output): each.name for each in graph.nodes}}
    prepared = classifier.preprocess_input(classifier.resize(image)[None])
    model = keras.Model(graph.input, [*node.inputs, node.output])
    *inputs, output = (np.asarray(array)[0] for array in model(prepared, training=False))
    sources = tuple(names.get(id(tensor), "") for tensor in node.inputs)
    return Operation(layer, type(node.operation).__name__, node, sources, tuple(inputs), output)


def softmax_cell(logits: np.ndarray, index: int) -> Cell:
    """The computation of a class's probability from the logits (classes,).

    Example:
        >>> round(vislib.layers.softmax_cell(np.array([1.0, 1.0]), 0).value, 2)
        0.5
    """
    value = float(softmax(logits.astype(np.float64))[index])
    line = text(
        "e^{logit} / Σ e^z over {n} classes = {value}",
        logit=notation.factor(logits[index]),
        n=len(logits),
        value=notation.number(value),
    )
    return Cell(value, (line,))
