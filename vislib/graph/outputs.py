"""The output of a graph: its final activation is left out, and the task is recognised."""

import dataclasses
from typing import Any

import numpy as np

from vislib.backend import keras
from vislib.errors import ModelError, ParameterError
from vislib.graph.copies import sharing_weights
from vislib.graph.graph import Graph, Node, activation_name
from vislib.graph.layer_kinds import UNKNOWN, Role, kind_of, kind_of_activation
from vislib.language import plural, sentences, text
from vislib.tasks import Head, Task, loss_name, task_of_loss

_LEAST = 1e-30
"""The least probability whose logarithm is taken."""


def up_to_logits(
    name: str,
    entry: keras.KerasTensor,
    nodes: list[Node],
    output: keras.KerasTensor,
    task: Task | None = None,
    loss: Any = None,
) -> Graph:
    """The graph without its final softmax or sigmoid, and what its output means. Nothing is computed.

    Args:
        name: The model's name, for messages.
        entry: The graph's input.
        nodes: The graph's nodes.
        output: The model's output.
        task: The task, if it is given.
        loss: The loss of the output, if it is known.
    """
    shape = tuple(output.shape[1:])
    if len(shape) not in (1, 3) or shape[-1] is None:
        raise ModelError(
            text(
                "{model} cannot be explained: its output has shape {shape}. Accepted are one number or one score per "
                "class, (batch, units), and a map of them, (batch, height, width, units). Make a keras.Model that ends "
                "in such an output, for example keras.Model(model.input, keras.layers.Flatten()(model.output)).",
                model=name,
                shape=tuple(output.shape),
            )
        )
    removed = _without_activation(nodes, output)
    head = _head(name, nodes, output, removed.activation if removed else "", task, loss)
    graph = Graph(entry, tuple(nodes), output, head, activation_removed=False)
    if removed and head.activation == removed.activation:
        return dataclasses.replace(graph, nodes=tuple(removed.nodes), logits=removed.logits, activation_removed=True)
    return graph


def probed(graph: Graph) -> Graph:
    """The graph whose `unsure` head is settled by its outputs for random images.

    If the model gives probabilities without a final softmax or sigmoid, as the mean of several softmaxes, the graph
    ends in their logarithms or log-odds.
    """
    found = _probabilities(graph.input, graph.logits)
    head, output = dataclasses.replace(graph.head, unsure=False), graph.logits
    if found is None:
        return dataclasses.replace(graph, head=head)
    is_map, n_units = len(output.shape) == 4, output.shape[-1]
    if head.task is Task.UNKNOWN or (head.task is Task.REGRESSION and not head.given):
        task = _task_of_activation("softmax" if found == "exp" else "sigmoid", n_units, is_map)
        reason = (
            text("Its outputs sum to 1 for random images, so they are probabilities.")
            if found == "exp"
            else text("Its outputs lie between 0 and 1 for random images, so they are probabilities.")
        )
        head = dataclasses.replace(head, task=task, reason=reason)
    layer = LogProbability(found == "sigmoid", name="log_probability")
    end = Node(layer.name, layer, (output,), layer(output))
    head = dataclasses.replace(head, activation=found, probabilities_only=True)
    return dataclasses.replace(graph, nodes=(*graph.nodes, end), logits=end.output, head=head)


class LogProbability(keras.layers.Layer):
    """log p, or log(p / (1 − p)) for probabilities that are independent of each other."""

    def __init__(self, independent: bool, **kwargs: Any):
        super().__init__(trainable=False, dtype="float32", **kwargs)
        self.independent = independent

    def call(self, probabilities):
        logarithms = keras.ops.log(keras.ops.maximum(probabilities, _LEAST))
        if not self.independent:
            return logarithms
        return logarithms - keras.ops.log(keras.ops.maximum(1 - probabilities, 1e-7))


# -- what the output means --------------------------------------------------------------------------


def _head(name: str, nodes: list[Node], output: keras.KerasTensor, final: str, task: Task | None, loss: Any) -> Head:
    """What an output means.

    Args:
        final: The final activation that was found: "softmax", "sigmoid" or "".
    """
    is_map, n_units = len(output.shape) == 4, output.shape[-1]
    reason: str = text("The task is given.")
    given = task is not None
    if task is None:
        task = task_of_loss(loss, n_units, is_map)
        reason, given = text("The model was trained with the loss “{loss}”.", loss=_shown(loss)), task is not None
    if task is not None:
        _check_suits(name, task, n_units, is_map)
    if task in (Task.REGRESSION, Task.EMBEDDING):
        return Head(task, "", reason, given=given)
    if final:
        found = task or _task_of_activation(final, n_units, is_map)
        said = plural(
            "It ends in a {activation} of {n} unit.",
            "It ends in a {activation} of {n} units.",
            n_units,
            activation=final,
        )
        return Head(found, final, reason if task else said, given=given)
    maker = _maker(nodes, output)
    unsure = maker is not None and not _gives_any_number(maker)
    if task is not None:
        activation = "sigmoid" if n_units == 1 or task in (Task.BINARY, Task.MULTI_LABEL) else "softmax"
        taken = text("Its outputs are taken as logits of a {activation}.", activation=activation)
        return Head(task, activation, sentences(reason, taken), given=given, unsure=unsure)
    if n_units == 1 and not is_map:
        ends = "linear" if maker is None else activation_name(maker.operation)
        reason = text("It ends in a single unit without a softmax or sigmoid ({activation}).", activation=ends)
        return Head(Task.REGRESSION, "", reason, unsure=unsure)
    return Head(
        Task.UNKNOWN,
        "",
        text("It ends in values without a softmax or sigmoid, and nothing says whether they are scores or numbers."),
        unsure=unsure,
    )


def _shown(loss: Any) -> str:
    named = loss if isinstance(loss, str) else getattr(loss, "name", None) or getattr(loss, "__name__", None)
    return str(named or loss_name(loss))


def _task_of_activation(activation: str, n_units: int, is_map: bool) -> Task:
    if is_map:
        return Task.SEGMENTATION
    if activation == "softmax":
        return Task.CLASSIFICATION
    return Task.BINARY if n_units == 1 else Task.MULTI_LABEL


def _check_suits(name: str, task: Task, n_units: int, is_map: bool) -> None:
    """Raises ParameterError if an output cannot be of a task."""
    numbers = plural("{n} number", "{n} numbers", n_units)
    given = {"model": name, "output": text("a map with {n} channels", n=n_units) if is_map else numbers}
    if task is Task.SEGMENTATION and not is_map:
        raise ParameterError(
            text("{model} gives {output} for an image; a segmentation gives a map. Choose another `task`.", **given)
        )
    if is_map and task not in (Task.SEGMENTATION, Task.REGRESSION):
        raise ParameterError(
            text('{model} gives {output} for an image; its `task` can be "segmentation" or "regression".', **given)
        )
    if task is Task.BINARY and n_units != 1:
        raise ParameterError(
            text("{model} gives {output} for an image; a binary classification has one output unit.", **given)
        )


def _maker(nodes: list[Node], output: keras.KerasTensor) -> Node | None:
    """The operation that computes an output's values, behind those that only average, move or pass them on."""
    producer = {id(node.output): node for node in nodes}
    node = producer.get(id(output))
    while node is not None and len(node.inputs) == 1:
        kind = kind_of(node.operation)
        if not kind.identity and kind.role not in (Role.POOLING, Role.RESHAPE):
            break
        node = producer.get(id(node.inputs[0]))
    return node


def _gives_any_number(node: Node) -> bool:
    """Whether an operation computes numbers of any size, so that values in 0..1 would be an accident."""
    roles = (Role.DENSE, Role.CONVOLUTION, Role.ACTIVATION, Role.NORMALIZATION)
    if kind_of(node.operation).role not in roles:
        return False
    activation = kind_of_activation(node.operation)
    return activation is not UNKNOWN and not activation.probabilities and not activation.in_0_to_1


def _probabilities(entry: keras.KerasTensor, output: keras.KerasTensor) -> str | None:
    """ "exp" if all outputs for random images are probabilities that sum to 1, "sigmoid" if they lie in 0..1, None
    for other outputs."""
    random = np.random.default_rng(0)
    shape = (1, *entry.shape[1:])
    probes = [random.normal(0, 1, shape), random.uniform(0, 1, shape), random.uniform(0, 255, shape)]
    model = keras.Model(entry, output)
    # One after the other, as the images may be large.
    values = np.concatenate([np.asarray(model(probe.astype(np.float32), training=False)) for probe in probes])
    if not np.isfinite(values).all() or (values < 0).any() or (values > 1 + 1e-3).any():
        return None
    one = values.shape[-1] > 1 and np.allclose(values.sum(axis=-1), 1, atol=1e-3)
    return "exp" if one else "sigmoid"


# -- without the final activation -------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class _Removed:
    nodes: list[Node]
    logits: keras.KerasTensor
    activation: str


def _without_activation(nodes: list[Node], output: keras.KerasTensor) -> _Removed | None:
    """The nodes without a final softmax or sigmoid; None if the graph does not end in one.

    Layers that pass their values on may come behind it. So may a concatenation, if all that it joins ends in a sigmoid.
    """
    producer = {id(node.output): node for node in nodes}
    passed: list[Node] = []
    node = producer.get(id(output))
    while node is not None:
        joined = _joined_sigmoids(nodes, node) if not passed else None
        if joined is not None:
            return joined
        activation = kind_of_activation(node.operation).probabilities
        if activation:
            kept = [other for other in nodes if other is not node and other not in passed]
            linear = _linear_copy(node)
            tail = [linear] if linear else []
            tensor = linear.output if linear else node.inputs[0]
            for later in reversed(passed):
                before, tensor = tensor, later.operation(tensor)
                tail.append(dataclasses.replace(later, inputs=(before,), output=tensor))
            return _Removed([*kept, *tail], tensor, activation)
        if not kind_of(node.operation).identity or len(node.inputs) != 1:
            return None
        passed.append(node)
        node = producer.get(id(node.inputs[0]))
    return None


def _joined_sigmoids(nodes: list[Node], node: Node) -> _Removed | None:
    """The nodes without the sigmoids of heads that a last concatenation joins; None if that is not all it joins."""
    if kind_of(node.operation).joins != "inception" or len(node.inputs) < 2:
        return None
    if node.operation.axis not in (-1, len(node.output.shape) - 1):
        return None
    kept, tensors = [other for other in nodes if other is not node], []
    for tensor in node.inputs:
        part = _without_activation(kept, tensor)
        if part is None or part.activation != "sigmoid":
            return None
        kept = part.nodes
        tensors.append(part.logits)
    joint = sharing_weights(node.operation, name=f"{node.operation.name}_logits")
    called = joint(tensors)
    return _Removed([*kept, Node(node.name, joint, tuple(tensors), called)], called, "sigmoid")


def _linear_copy(node: Node) -> Node | None:
    """The final layer without its activation; None if the layer is only an activation and has no weights.

    The copy shares the layer's weights, so later changes of the weights are effective here too.
    """
    if not getattr(node.operation, "weights", None):
        return None
    name = f"{node.operation.name}_logits"
    linear = sharing_weights(node.operation, activation=keras.activations.linear, name=name)
    return dataclasses.replace(node, operation=linear, output=linear(node.inputs[0]))
