"""Models derived from a trained one: flat, with logits, tapped at layers. The given model is never changed.

Keras offers no such view: a nested base hides its layers, a Sequential has no graph of its own before it
is built, sizes may be unknown, and the softmax sits wherever its author put it.
"""

import dataclasses
from collections.abc import Callable
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

    @property
    def pools(self) -> bool:
        """Whether it pools or drops out, which makes no maps of its own."""
        kind = type(self.operation).__name__
        return "Pool" in kind or "Dropout" in kind


@dataclass(frozen=True, eq=False)
class Graph:
    """A classifier as one flat functional graph.

    Attributes:
        input: Symbolic input (batch, h, w, c).
        nodes: Every operation up to the logits, in an order in which they can be computed.
        logits: Symbolic scores (batch, units) before the final activation.
        activation: What turns logits into probabilities: "softmax" or "sigmoid".
        activation_removed: Whether that activation was part of the model, and left out here.
        ruled: Names of the nodes whose gradient follows another rule (`vislib.relu_rules`).
        notes: Sentences on what that rule does not reach.
    """

    input: keras.KerasTensor
    nodes: tuple[Node, ...]
    logits: keras.KerasTensor
    activation: str
    activation_removed: bool
    ruled: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    def node(self, name: str) -> Node | None:
        return next((node for node in self.nodes if node.name == name), None)

    @property
    def map_nodes(self) -> tuple[Node, ...]:
        """The nodes whose output is a stack of feature maps."""
        return tuple(node for node in self.nodes if node.has_map)

    @property
    def last_map_node(self) -> Node | None:
        """The last node with feature maps before pooling; None if there is none.

        From the logits backwards along every path to the first stack of maps, then past pooling and dropout. Where
        several paths give one, the deepest counts.
        """
        order = {id(node.output): position for position, node in enumerate(self.nodes)}
        open_ends, seen, found = [self.logits], set[int](), set[int]()
        while open_ends:
            position = order.get(id(open_ends.pop()))
            if position is None or position in seen:
                continue
            seen.add(position)
            node = self.nodes[position]
            if node.has_map and not node.pools:
                found.add(position)
            else:
                open_ends.extend(node.inputs)
        return self.nodes[max(found)] if found else None

    def replayed(self, operation_of: Callable[[Node], keras.Operation | None]) -> "Graph":
        """The graph with another operation at each node; None leaves a node out, and what goes in comes out.

        The nodes that stay keep their names.
        """
        now, nodes = {id(self.input): self.input}, []
        for node in self.nodes:
            operation, call = operation_of(node), call_of(node.output)
            inputs = tuple(now[id(tensor)] for tensor in node.inputs)
            if operation is None:
                now[id(node.output)] = inputs[0]
                continue
            args, kwargs = call.arguments.fill_in(now)
            outputs = keras.tree.flatten(operation(*args, **kwargs))
            now |= {id(old): new for old, new in zip(call.outputs, outputs, strict=True)}
            nodes.append(Node(node.name, operation, inputs, now[id(node.output)]))
        return dataclasses.replace(self, nodes=tuple(nodes), logits=now[id(self.logits)])

    def ruled_behind(self, name: str) -> bool:
        """Whether one of the `ruled` lies between that node's output and the logits."""
        reached = {id(node.output) for node in self.nodes if node.name == name}
        behind = []
        for node in self.nodes:
            if any(id(tensor) in reached for tensor in node.inputs):
                reached.add(id(node.output))
                behind.append(node.name)
        return not self.ruled.isdisjoint(behind)


def flatten(model: keras.Model, input_shape: tuple[int, int, int]) -> Graph:
    """The model as a flat graph of its own layers (weights shared), ending in logits.

    Args:
        model: A functional or Sequential image classifier; nested ones too.
        input_shape: (height, width, channels) to build it for.

    Raises:
        ModelError: If the model or a model in it is subclassed, it has several inputs or outputs, cannot take
            such an input, or ends in something that is not one score a class.
    """
    _check(model)
    nodes: list[Node] = []
    if tuple(model.inputs[0].shape[1:]) == input_shape and not any(map(_is_model, model.layers)):
        entry, output = model.inputs[0], model.outputs[0]
        for call in _calls(model):
            name = _unique(call.operation.name, nodes)
            nodes.append(Node(name, call.operation, tuple(call.input_tensors), call.outputs[0]))
    else:
        entry = keras.Input(input_shape)
        try:
            output = _replay(model, entry, nodes, prefix="")
        except ValueError as error:
            raise ModelError(
                f"{model.name} cannot take an input of shape {input_shape}: {str(error).splitlines()[0]}"
            ) from error
    graph = _up_to_logits(entry, nodes, output)
    if len(graph.logits.shape) != 2 or graph.logits.shape[1] is None:
        raise ModelError(
            f"{model.name} is not a classifier: its output has shape {tuple(output.shape)}; "
            "one score a class, (batch, classes), is needed."
        )
    return graph


def _check(model: keras.Model) -> None:
    if isinstance(model, keras.Sequential) and not model.built:
        raise ModelError(f"{model.name} has not been built: give its first layer an input shape.")
    if not getattr(model, "outputs", None):
        raise ModelError(
            f"{model.name} is a subclassed model, whose layers cannot be seen from outside; "
            "functional and Sequential models can be looked into."
        )
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise ModelError(
            f"{model.name} has {len(model.inputs)} input(s) and {len(model.outputs)} output(s); "
            "a model with one image in and one output can be explained."
        )


def _is_model(layer: keras.Layer) -> bool:
    return isinstance(layer, keras.Model)


def call_of(tensor: keras.KerasTensor):
    """Keras's own record of the call that made a symbolic tensor: its operation, arguments and outputs.

    There is no public way to it that also tells apart the calls of a layer that is used twice.
    """
    history = tensor._keras_history
    return history.operation._inbound_nodes[history.node_index]


def _calls(model: keras.Model) -> list:
    """The calls that lead from the model's input to its output, in a computable order."""
    calls, done = [], set()
    open_tensors = [(model.outputs[0], False)]
    given = {id(tensor) for tensor in model.inputs}
    while open_tensors:
        tensor, inputs_done = open_tensors.pop()
        if id(tensor) in given:
            continue
        call = call_of(tensor)
        if id(call) in done:
            continue
        if inputs_done:
            done.add(id(call))
            calls.append(call)
        else:
            open_tensors.append((tensor, True))
            open_tensors.extend((before, False) for before in reversed(call.input_tensors))
    return calls


def _unique(name: str, nodes: list[Node]) -> str:
    """The name, with a number from a layer's second call on."""
    earlier = sum(node.name == name or node.name.startswith(f"{name}:") for node in nodes)
    return f"{name}:{earlier + 1}" if earlier else name


def _replay(model: keras.Model, entry: keras.KerasTensor, nodes: list[Node], prefix: str) -> keras.KerasTensor:
    """Calls the model's own layers again on `entry`, going into nested models, and notes each call."""
    if not getattr(model, "outputs", None) or len(model.inputs) != 1 or len(model.outputs) != 1:
        raise ModelError(
            f"{prefix}{model.name}, a model inside the model, is subclassed or has several inputs or outputs, "
            "so its layers cannot be seen from outside."
        )
    now = {id(model.inputs[0]): entry}
    for call in _calls(model):
        args, kwargs = call.arguments.fill_in(now)
        operation = call.operation
        if _is_model(operation):
            output = _replay(operation, args[0], nodes, f"{prefix}{operation.name}/")
        else:
            output = operation(*args, **kwargs)
            tensors = keras.tree.flatten((args, kwargs))
            inputs = tuple(tensor for tensor in tensors if isinstance(tensor, keras.KerasTensor))
            name = _unique(prefix + operation.name, nodes)
            nodes.append(Node(name, operation, inputs, keras.tree.flatten(output)[0]))
        for old, new in zip(call.outputs, keras.tree.flatten(output), strict=True):
            now[id(old)] = new
    return now[id(model.outputs[0])]


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
        activation = _FINAL.get(activation_name(node.operation))
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


def activation_name(operation: keras.Operation) -> str:
    """The name of the function or class of an operation's activation; of the operation itself if it has none."""
    if hasattr(operation, "activation"):
        activation = getattr(operation.activation, "func", operation.activation)  # of a functools.partial
        return getattr(activation, "__name__", type(activation).__name__)
    return type(operation).__name__


def _linear_copy(node: Node) -> Node | None:
    """A final layer with weights, without its activation; None for a mere activation, to be left out.

    It shares the layer's weights, so that weights that are changed later count here too.
    """
    operation = node.operation
    if not getattr(operation, "weights", None):
        return None
    linear = object.__new__(type(operation))
    linear.__dict__.update(vars(operation), _inbound_nodes=[], _outbound_nodes=[])
    linear.__dict__.update(activation=keras.activations.linear, name=f"{operation.name}_logits")
    logits = linear(node.inputs[0])
    return Node(linear.name, linear, node.inputs, logits)
