"""Makes one flat graph of a model: nested models are opened, and the final activation is left out.

Keras has no such view: a nested model hides its layers, a Sequential model has no graph before it is built, sizes may
be unknown, and the softmax can be at different places.
"""

from vislib.backend import keras
from vislib.errors import ModelError
from vislib.graph.copies import sharing_weights
from vislib.graph.graph import Graph, Node, activation_name, call_of
from vislib.graph.layer_kinds import kind_of


def flatten(model: keras.Model, input_shape: tuple[int, int, int]) -> Graph:
    """The model as a flat graph of its own layers, with shared weights, that ends in logits.

    Args:
        model: A functional or Sequential image classifier; it may contain nested models.
        input_shape: (height, width, channels) of the graph's input.

    Raises:
        ModelError: If the model or a nested model is subclassed or has several inputs or outputs, the model cannot
            take such an input, or its output is not one score per class.
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
            "one score per class, (batch, classes), is needed."
        )
    return graph


def _check(model: keras.Model) -> None:
    if isinstance(model, keras.Sequential) and not model.built:
        raise ModelError(f"{model.name} has not been built: give its first layer an input shape.")
    if not getattr(model, "outputs", None):
        raise ModelError(
            f"{model.name} is a subclassed model, whose layers cannot be seen from outside; "
            "only functional and Sequential models are accepted."
        )
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise ModelError(
            f"{model.name} has {len(model.inputs)} input(s) and {len(model.outputs)} output(s); "
            "only a model with one image input and one output can be explained."
        )


def _is_model(layer: keras.Layer) -> bool:
    return isinstance(layer, keras.Model)


def _calls(model: keras.Model) -> list:
    """The calls that lead from the model's input to its output, in an order in which they can be computed."""
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
    """The name of a node; from a layer's second call on it has a number."""
    earlier = sum(node.name == name or node.name.startswith(f"{name}:") for node in nodes)
    return f"{name}:{earlier + 1}" if earlier else name


def _replay(model: keras.Model, entry: keras.KerasTensor, nodes: list[Node], prefix: str) -> keras.KerasTensor:
    """Calls the model's layers again on `entry`, also those of nested models, and appends each call to `nodes`."""
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


_FINAL_FUNCTIONS = ("softmax", "sigmoid")


def _up_to_logits(entry: keras.KerasTensor, nodes: list[Node], output: keras.KerasTensor) -> Graph:
    """The graph without its final softmax or sigmoid.

    If there is none, the output is assumed to be logits of a softmax, or of a sigmoid for a single unit; `Network`
    checks that such an output does not look like probabilities.
    """
    producer = {id(node.output): node for node in nodes}
    passed: list[Node] = []
    node = producer.get(id(output))
    while node is not None:
        activation = _final_activation(node.operation)
        if activation:
            kept = [other for other in nodes if other is not node and other not in passed]
            linear = _linear_copy(node)
            tail = [linear] if linear else []
            tensor = linear.output if linear else node.inputs[0]
            for later in reversed(passed):
                before, tensor = tensor, later.operation(tensor)
                tail.append(Node(later.name, later.operation, (before,), tensor))
            return Graph(entry, (*kept, *tail), tensor, activation, activation_removed=True)
        if not kind_of(node.operation).identity or len(node.inputs) != 1:
            break
        passed.append(node)
        node = producer.get(id(node.inputs[0]))
    activation = "sigmoid" if output.shape[-1] == 1 else "softmax"
    return Graph(entry, tuple(nodes), output, activation, activation_removed=False)


def _final_activation(operation: keras.Operation) -> str:
    """The activation that an operation is or ends in, if it turns scores into probabilities; "" otherwise."""
    if not hasattr(operation, "activation"):
        return kind_of(operation).probabilities
    name = activation_name(operation)
    return name if name in _FINAL_FUNCTIONS else kind_of(operation.activation).probabilities


def _linear_copy(node: Node) -> Node | None:
    """The final layer without its activation; None if the layer is only an activation and has no weights.

    The copy shares the layer's weights, so later changes of the weights are effective here too.
    """
    if not getattr(node.operation, "weights", None):
        return None
    name = f"{node.operation.name}_logits"
    linear = sharing_weights(node.operation, activation=keras.activations.linear, name=name)
    return Node(name, linear, node.inputs, linear(node.inputs[0]))
