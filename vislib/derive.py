"""Models derived from a trained one: flat, with logits, tapped at layers. The given model is never changed.

Keras offers no such view: a nested base hides its layers, a Sequential has no graph of its own before it
is built, sizes may be unknown, and the softmax sits wherever its author put it.
"""

from dataclasses import dataclass

from vislib.backend import keras
from vislib.errors import ModelError


@dataclass(frozen=True, eq=False)
class Node:
    """One operation of a flat graph: its name ("base/conv1" inside a nested model), the Keras layer or
    operation itself, and what goes in and out, as symbolic tensors (batch, …)."""

    name: str
    operation: keras.Operation
    inputs: tuple[keras.KerasTensor, ...]
    output: keras.KerasTensor

    @property
    def has_map(self) -> bool:
        """Whether the output is a stack of feature maps (batch, h, w, c) of more than one cell."""
        shape = self.output.shape
        return len(shape) == 4 and None not in shape[1:] and shape[1] * shape[2] > 1


@dataclass(frozen=True, eq=False)
class Graph:
    """A classifier as one flat functional graph.

    Attributes:
        input: Symbolic input (batch, h, w, c).
        nodes: Every operation up to the logits, in an order in which they can be computed.
        logits: Symbolic scores (batch, units) before the final activation.
        activation: What turns logits into probabilities: "softmax" or "sigmoid".
        activation_removed: Whether that activation was part of the model, and left out here.
    """

    input: keras.KerasTensor
    nodes: tuple[Node, ...]
    logits: keras.KerasTensor
    activation: str
    activation_removed: bool

    def node(self, name: str) -> Node | None:
        return next((node for node in self.nodes if node.name == name), None)


def flatten(model: keras.Model, input_shape: tuple[int, int, int]) -> Graph:
    """The model as a flat graph of its own layers (weights shared), ending in logits.

    Args:
        model: A functional or Sequential image classifier; nested ones too.
        input_shape: (height, width, channels) to build it for.

    Raises:
        ModelError: If the model is subclassed, has several inputs or outputs, cannot take such an
            input, or ends in something that is not one score a class.
    """
    _check(model)
    built = not isinstance(model, keras.Sequential) and tuple(model.input.shape[1:]) == input_shape
    if built and not any(isinstance(layer, keras.Model) for layer in model.layers):
        nodes = _own_nodes(model)
        entry = model.input if not isinstance(model.input, list) else model.input[0]
        output = model.outputs[0]
    else:
        entry = keras.Input(input_shape)
        nodes = []
        try:
            output = _replay(model, entry, nodes, prefix="")
        except ValueError as error:
            raise ModelError(f"{model.name} cannot take an input of shape {input_shape}: {error}") from error
    graph = _up_to_logits(entry, nodes, output)
    logits = graph.logits
    if len(logits.shape) != 2 or logits.shape[1] is None:
        raise ModelError(
            f"{model.name} is not a classifier: its output has shape {tuple(output.shape)}; "
            "one score a class, (batch, classes), is needed."
        )
    return graph


def _check(model: keras.Model) -> None:
    if not isinstance(model, keras.Sequential) and not hasattr(model, "operations"):
        raise ModelError(
            f"{model.name} is a subclassed model, whose layers cannot be seen from outside; "
            "functional and Sequential models can be looked into."
        )
    if isinstance(model, keras.Sequential) and not model.built:
        raise ModelError(f"{model.name} has not been built: give its first layer an input shape.")
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise ModelError(
            f"{model.name} has {len(model.inputs)} inputs and {len(model.outputs)} outputs; "
            "a model with one image in and one output can be explained."
        )


def _own_nodes(model: keras.Model) -> list[Node]:
    return [
        Node(operation.name, operation, _tensors(operation.input), operation.output)
        for operation in model.operations
        if not isinstance(operation, keras.layers.InputLayer)
    ]


def _replay(model: keras.Model, entry: keras.KerasTensor, nodes: list[Node], prefix: str) -> keras.KerasTensor:
    """Calls the model's own layers again on `entry`, going into nested models, and notes each call."""
    outputs: dict[int, keras.KerasTensor] = {}

    def call(operation, *args, **kwargs):
        if isinstance(operation, keras.layers.InputLayer):
            output = args[0]
        elif isinstance(operation, keras.Model):
            output = _replay(operation, args[0], nodes, f"{prefix}{operation.name}/")
        else:
            output = operation(*args, **kwargs)
            if not isinstance(output, list | tuple | dict):
                nodes.append(Node(prefix + operation.name, operation, _tensors((args, kwargs)), output))
        outputs[id(operation)] = output
        return output

    if isinstance(model, keras.Sequential):
        tensor = entry
        for layer in model.layers:
            tensor = call(layer, tensor)
        return tensor
    given = [entry] if isinstance(model.input, list) else entry
    keras.models.clone_model(model, input_tensors=given, clone_function=lambda layer: layer, call_function=call)
    last = next(operation for operation in model.operations if operation.output is model.outputs[0])
    return outputs[id(last)]


def _tensors(structure) -> tuple[keras.KerasTensor, ...]:
    return tuple(leaf for leaf in keras.tree.flatten(structure) if isinstance(leaf, keras.KerasTensor))


_FINAL = {"softmax": "softmax", "sigmoid": "sigmoid", "Softmax": "softmax", "Sigmoid": "sigmoid"}
_PASSES_SCORES_ON = ("Flatten", "Reshape", "Dropout", "Identity", "Squeeze")


def _up_to_logits(entry: keras.KerasTensor, nodes: list[Node], output: keras.KerasTensor) -> Graph:
    """The graph without its final softmax or sigmoid.

    Without one the output is taken for logits, which belong to a softmax (to a sigmoid where there is a
    single unit); `Network` checks that such an output does not behave like probabilities after all.
    """
    producer = {id(node.output): node for node in nodes}
    passed: list[Node] = []
    node = producer.get(id(output))
    while node is not None:
        activation = _FINAL.get(_activation_name(node.operation))
        if activation:
            kept = [other for other in nodes if other is not node and other not in passed]
            linear = _linear_copy(node)
            tail = [linear] if linear else []
            tensor = linear.output if linear else node.inputs[0]
            for later in reversed(passed):
                before, tensor = tensor, later.operation(tensor)
                tail.append(Node(later.name, later.operation, (before,), tensor))
            return Graph(entry, (*kept, *tail), tensor, activation, activation_removed=True)
        if type(node.operation).__name__ not in _PASSES_SCORES_ON or len(node.inputs) != 1:
            break
        passed.append(node)
        node = producer.get(id(node.inputs[0]))
    activation = "sigmoid" if output.shape[-1] == 1 else "softmax"
    return Graph(entry, tuple(nodes), output, activation, activation_removed=False)


def _activation_name(operation: keras.Operation) -> str:
    if hasattr(operation, "activation"):
        return getattr(operation.activation, "__name__", type(operation.activation).__name__)
    return type(operation).__name__


def _linear_copy(node: Node) -> Node | None:
    """A final layer with weights, without its activation; None for a mere activation, to be left out."""
    operation = node.operation
    if not getattr(operation, "weights", None):
        return None
    config = {**operation.get_config(), "activation": "linear", "name": f"{operation.name}_logits"}
    linear = type(operation).from_config(config)
    logits = linear(node.inputs[0])
    linear.set_weights(operation.get_weights())
    return Node(linear.name, linear, node.inputs, logits)
