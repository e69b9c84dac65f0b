"""Reads the shape, parameters, multiply-adds, receptive field and memory of every layer from a network."""

import math
from typing import TYPE_CHECKING

from vislib.errors import ModelError
from vislib.graph.layer_kinds import nearest_kind
from vislib.language import text
from vislib.layers.layer_cost import counts_in_depth, is_counted, layer_cost
from vislib.layers.receptive_field import receptive_fields
from vislib.layers.table import LayerRow, LayerTable
from vislib.model.classifier import Classifier

if TYPE_CHECKING:
    import keras

    from vislib.graph.graph import Graph


def layer_table(network: "Classifier | keras.Model") -> LayerTable:
    """The layer table of a classifier, or of a functional or Sequential Keras model with a fixed input size.

    A final softmax layer (not part of a layer with weights) has no row, as the table ends with the logits.

    Raises:
        ModelError: If vislib cannot look inside the model, or the model has no fixed input size.

    Example:
        >>> table = vislib.layers.layer_table(classifier)
        >>> table.parameters, [row.name for row in table.rows][:3]
        (1199882, ['conv1', 'conv1_activation', 'conv2'])
    """
    from vislib.graph.flatten import flatten

    if isinstance(network, Classifier):
        model, graph = network.model, network.network.graph
    else:
        shape = tuple(network.input_shape[1:])
        if None in shape:
            raise ModelError(
                text(
                    "{model} takes images of any size. Make a classifier of it, with an `input_size`.",
                    model=network.name,
                )
            )
        model, graph = network, flatten(network, shape)
    return _table(model, graph)


def _table(model: "keras.Model", graph: "Graph") -> LayerTable:
    fields = receptive_fields(graph)
    names = {id(graph.input): ""} | {id(node.output): node.name for node in graph.nodes}
    depths = {id(graph.input): 0}
    rows, uncounted, seen = [], [], set()
    for node in graph.nodes:
        first = id(node.operation) not in seen
        seen.add(id(node.operation))
        cost = layer_cost(node)
        depth = max((depths.get(id(tensor), 0) for tensor in node.inputs), default=0)
        depths[id(node.output)] = depth + counts_in_depth(node.operation)
        if not is_counted(node):
            uncounted.append(names[id(node.output)])
        shape = tuple(node.output.shape[1:])
        weights, trained = (
            (getattr(node.operation, which, None) or []) if first else [] for which in ("weights", "trainable_weights")
        )
        rows.append(
            LayerRow(
                name=names[id(node.output)],
                kind=type(node.operation).__name__,
                inputs=tuple(names[id(tensor)] for tensor in node.inputs),
                output_shape=shape,
                parameters=sum(math.prod(weight.shape) for weight in weights),
                trainable=sum(math.prod(weight.shape) for weight in trained),
                macs=cost.macs if cost else 0,
                activation_bytes=math.prod(shape) * _bytes_each(node.output.dtype),
                parameters_formula=cost.parameters_formula if cost and first else "",
                macs_formula=cost.macs_formula if cost else "",
                field=fields.get(node.name),
                what=nearest_kind(node.operation),
            )
        )
    height, width, channels = graph.input.shape[1:]
    return LayerTable(model.name, (height, width, channels), tuple(rows), depths[id(graph.logits)], tuple(uncounted))


def _bytes_each(dtype: str) -> int:
    return {"bfloat16": 2, "float16": 2, "float32": 4, "float64": 8}.get(str(dtype), 4)
