"""A graph in elementary operations, and what form each of them has, for methods that need more than its gradient."""

import dataclasses
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from vislib.backend import keras
from vislib.graph.copies import sharing_weights
from vislib.graph.graph import Graph, Node, call_of
from vislib.graph.layer_kinds import BATCH_NORMALIZATION, Reach, Role, kind_of, kind_of_activation
from vislib.language import text


class Form(StrEnum):
    """How the output of an operation depends on its inputs."""

    LINEAR = "linear"
    """Linear in all its inputs together, plus a constant."""
    FUNCTION = "function"
    """One function of each number of its only input."""
    MAXIMUM = "maximum"
    """The largest of some numbers of its only input."""
    PRODUCT = "product"
    """The product of two inputs, number by number."""
    OTHER = "other"
    """Another, or unknown."""


def elementary(graph: Graph) -> Graph:
    """The same graph, with the activation of every convolution and dense layer as an operation of its own.

    The activation keeps the layer's name, so a layer's output is found under the name that it had. Weights are shared.
    """
    now, nodes = {id(graph.input): graph.input}, list[Node]()
    twins: dict[int, keras.Operation] = {}
    for number, node in enumerate(graph.nodes):
        call = call_of(node.output)
        inputs = tuple(now[id(tensor)] for tensor in node.inputs)
        args, kwargs = call.arguments.fill_in(now)
        operation = node.operation
        if kind_of(operation).role in (Role.CONVOLUTION, Role.DENSE) and _has_activation(operation):
            linear = twins.get(id(operation)) or sharing_weights(operation, activation=keras.activations.linear)
            twins[id(operation)] = linear  # of a layer that is called twice, too, there is one
            before = linear(*args, **kwargs)
            nodes.append(Node(text("{layer} before its activation", layer=node.name), linear, inputs, before))
            name = f"activation_of_node_{number}"  # none of the model's own names
            operation = keras.layers.Activation(operation.activation, dtype=operation.dtype_policy, name=name)
            inputs, outputs = (before,), [operation(before)]
        else:
            outputs = keras.tree.flatten(operation(*args, **kwargs))
        now |= {id(old): new for old, new in zip(call.outputs, outputs, strict=True)}
        output = now[id(node.output)]
        nodes.append(dataclasses.replace(node, operation=operation, inputs=inputs, output=output))
    return dataclasses.replace(graph, nodes=tuple(nodes), logits=now[id(graph.logits)])


def form_of(node: Node) -> Form:
    """The form of a node of an elementary graph."""
    kind, alone = kind_of(node.operation), len(node.inputs) == 1
    same_shape = alone and tuple(node.inputs[0].shape) == tuple(node.output.shape)
    if kind.identity or kind.role in (Role.PADDING, Role.RESHAPE, Role.GIVEN) or kind is BATCH_NORMALIZATION:
        return Form.LINEAR
    if kind.role in (Role.CONVOLUTION, Role.DENSE):
        return Form.OTHER if _has_activation(node.operation) or not alone else Form.LINEAR
    if kind.role is Role.POOLING and alone:
        return Form.MAXIMUM if kind.statistic == "max" else Form.LINEAR
    if kind.role is Role.ACTIVATION:
        return Form.FUNCTION if same_shape and _acts_on_each_number(node.operation) else Form.OTHER
    if kind.role in (Role.MERGE, Role.RESCALING) and kind.reach is Reach.PLACE and alone:  # with a number
        return Form.FUNCTION if same_shape else Form.OTHER
    if kind.linear:
        return Form.LINEAR
    if kind.role is Role.MERGE and kind.joins == "gated" and len(node.inputs) == 2:
        return Form.PRODUCT
    return Form.OTHER


def repeated(node: Node) -> Callable[..., Any]:
    """A function that does a node's operation, with the other arguments of its call, on other tensors as its inputs."""

    def run(*tensors: Any) -> Any:
        given = {id(symbol): tensor for symbol, tensor in zip(node.inputs, tensors, strict=True)}
        args, kwargs = call_of(node.output).arguments.fill_in(given)
        return node.operation(*args, **kwargs)

    return run


def _has_activation(operation: keras.Operation) -> bool:
    return hasattr(operation, "activation") and not kind_of_activation(operation).identity


def _acts_on_each_number(operation: keras.Operation) -> bool:
    kind = kind_of_activation(operation)
    return kind.role is Role.ACTIVATION and kind.reach is Reach.PLACE
