"""Makes one flat graph of a model: nested models are opened, and the final activation is left out.

Keras has no such view: a nested model hides its layers, a subclassed model has no graph, a Sequential model has none
before it is built, sizes may be unknown, two layers may have one name, and the softmax can be at different places.
"""

from collections.abc import Sequence
from typing import Any

from vislib.backend import keras
from vislib.errors import ModelError, ParameterError, listed
from vislib.graph.channels_last import with_channels_last
from vislib.graph.copies import sharing_weights
from vislib.graph.graph import Graph, Node, call_of
from vislib.graph.inputs import ImageInput, Inputs, entered, image_input
from vislib.graph.outputs import up_to_logits
from vislib.graph.reasons import reason_of
from vislib.language import text
from vislib.tasks import Task, loss_of_output

Tensors = list[keras.KerasTensor]


def flatten(
    model: keras.Model,
    input_shape: tuple[int, int, int],
    *,
    task: Task | None = None,
    output: str | int | None = None,
    inputs: Inputs = None,
    loss: Any = None,
) -> Graph:
    """The model as a flat graph of its own layers, with shared weights, from an image to logits.

    Args:
        model: An image network; it may contain nested models. A subclassed model is called once on symbolic images; if
            that does not show its layers, the graph has the whole model as its only node.
        input_shape: (height, width, channels) of the graph's input.
        task: What the network does, if it is known.
        output: The name or the index of one of several outputs.
        inputs: Values for the inputs that are no image; see `vislib.graph.inputs`.
        loss: The loss that the model was trained with, if the model was not compiled with one.

    Raises:
        ModelError: If the model cannot take such an image, or its output is neither a row of numbers nor a map; or if
            an output or the values of an input must be chosen.
        ParameterError: If there is no such input or output, or the task does not suit the output.
    """
    if isinstance(model, keras.Sequential) and not model.built:
        raise ModelError(text("{model} has not been built: give its first layer an input shape.", model=model.name))
    seen = getattr(model, "outputs", None)
    body = (list(model.inputs), list(model.outputs)) if seen else _symbolic_call(model, [keras.Input(input_shape)])
    starts, ends = body
    image = image_input(model.name, starts, inputs, input_shape[:2], is_channels_first(model))
    names = _output_names(model, ends)
    index = _output_index(model.name, names, ends, output)
    nodes: list[Node] = []
    if _is_flat(model, image, input_shape):
        entry, last = model.inputs[0], model.outputs[index]
        for call in _calls(model.inputs, [last]):
            name = _unique(call.operation.name, nodes)
            nodes.append(Node(name, call.operation, tuple(call.input_tensors), call.outputs[0]))
    else:
        entry = keras.Input(input_shape)
        entry, nodes, last = _opened(model, image, entry, (starts, [ends[index]]))
    graph_loss = loss_of_output(loss if loss is not None else getattr(model, "loss", None), names, index)
    return up_to_logits(model.name, entry, nodes, last, task, graph_loss)


def _opened(
    model: keras.Model, image: ImageInput, entry: keras.KerasTensor, body: tuple[Tensors, Tensors]
) -> tuple[keras.KerasTensor, list[Node], keras.KerasTensor]:
    """The model's layers called again on an image."""
    replay = _Replay()
    try:
        given, made = entered(image, entry, body[0])
        for layer, tensor in zip(made, (one for one in given if one is not entry), strict=True):
            replay.append(layer.name, layer, (entry,), tensor)
        (last,) = replay.run(model.name, *body, given, prefix="")
    except _LayerFailed as failed:
        raise ModelError(
            text(
                "{model} cannot take an input of shape {shape}: layer '{layer}' fails with “{reason}”. Choose another "
                "`input_size` if the model takes any size, or mend the layer.",
                model=model.name,
                shape=tuple(entry.shape[1:]),
                layer=failed.layer,
                reason=reason_of(failed.error),
            )
        ) from failed.error
    except (ValueError, TypeError) as error:
        raise ModelError(
            text(
                "{model} cannot take an input of shape {shape}: {reason}.",
                model=model.name,
                shape=tuple(entry.shape[1:]),
                reason=reason_of(error),
            )
        ) from error
    if image.layout == "channels first":
        return with_channels_last(entry, replay.nodes, last)
    return entry, replay.nodes, last


class _LayerFailed(Exception):
    """A layer raised an exception when it was called again."""

    def __init__(self, layer: str, error: Exception):
        super().__init__(layer)
        self.layer, self.error = layer, error


class _Replay:
    """Calls a model's layers again, also those of nested models, and records each call as a node.

    A dropout that the model calls with `training=True` is called without it here.
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._named: dict[str, keras.Operation] = {}
        self._twins: dict[int, keras.Operation] = {}

    def run(self, name: str, starts: Tensors, ends: Tensors, given: Tensors, prefix: str) -> Tensors:
        """The tensors for `ends` when `given` are in the place of `starts`."""
        if len(starts) != len(given):
            raise ModelError(
                text(
                    "{model} has {n} inputs, but is called with {given}.",
                    model=prefix or name,
                    n=len(starts),
                    given=len(given),
                )
            )
        now = {id(start): tensor for start, tensor in zip(starts, given, strict=True)}
        for call in _calls(starts, ends):
            args, kwargs = call.arguments.fill_in(now)
            if kwargs.get("training"):
                kwargs = {**kwargs, "training": False}
            operation = call.operation
            tensors = [each for each in keras.tree.flatten((args, kwargs)) if isinstance(each, keras.KerasTensor)]
            body = _body(operation, call, tensors)
            if body is not None:
                outputs = self.run(operation.name, *body, tensors, f"{prefix}{operation.name}/")
            else:
                operation = self._with_own_name(operation, prefix)
                try:
                    outputs = keras.tree.flatten(operation(*args, **kwargs))
                except Exception as error:  # a custom layer can raise anything
                    raise _LayerFailed(prefix + call.operation.name, error) from error
                self.append(prefix + call.operation.name, operation, tuple(tensors), outputs[0])
            now |= {id(old): new for old, new in zip(call.outputs, outputs, strict=True)}
        return [now[id(end)] for end in ends]

    def append(
        self,
        name: str,
        operation: keras.Operation,
        inputs: tuple[keras.KerasTensor, ...],
        output: keras.KerasTensor,
    ) -> None:
        self.nodes.append(Node(_unique(name, self.nodes), operation, inputs, output))

    def _with_own_name(self, operation: keras.Operation, prefix: str) -> keras.Operation:
        """The operation, or a twin of it under another name if another operation has its name: Keras accepts each name
        once in a graph, but two nested models may have layers of equal names."""
        if id(operation) in self._twins:
            return self._twins[id(operation)]
        if self._named.setdefault(operation.name, operation) is operation:
            return operation
        name = base = f"{prefix}{operation.name}".replace("/", "_")
        number = 2
        while name in self._named:
            name, number = f"{base}_{number}", number + 1
        twin = sharing_weights(operation, name=name)
        self._named[name] = self._twins[id(operation)] = twin
        return twin


def _body(operation: keras.Operation, call: Any, tensors: Tensors) -> tuple[Tensors, Tensors] | None:
    """The inputs and outputs of a nested model, whose layers are opened; None for anything else."""
    if not isinstance(operation, keras.Model):
        return None
    if getattr(operation, "outputs", None):
        return list(operation.inputs), list(operation.outputs)
    starts, ends = _symbolic_call(operation, [keras.Input(each.shape[1:], dtype=each.dtype) for each in tensors])
    opaque = len(ends) and call_of(ends[0]).operation is operation
    return None if opaque or len(ends) != len(call.outputs) else (starts, ends)


def _symbolic_call(model: keras.Model, starts: Tensors) -> tuple[Tensors, Tensors]:
    """The tensors before and after a subclassed model.

    Its `call` runs on symbolic tensors, which shows the layers inside. If the code needs numbers, as `tf` functions do,
    the model is one operation, whose inside cannot be seen.
    """
    try:
        outputs = model.call(*starts)
    except Exception:  # noqa: BLE001  a custom model can raise anything
        try:
            outputs = model(*starts)
        except Exception as error:
            raise ModelError(
                text(
                    "{model} is a subclassed model that cannot be called on images of shape {shape}: {reason}.",
                    model=model.name,
                    shape=tuple(starts[0].shape[1:]),
                    reason=reason_of(error),
                )
            ) from error
    return starts, keras.tree.flatten(outputs)


def is_channels_first(model: keras.Model) -> bool:
    """Whether a model's images are (channels, height, width), as its layers' `data_format` says.

    It is not asked where the shape itself shows it: (224, 224, 3) has its channels last.
    """
    for tensor in getattr(model, "inputs", None) or ():
        if len(tensor.shape) != 4:
            continue
        first, _, last = tensor.shape[1:]
        if last is not None and last <= 4 and (first is None or first > 4):
            return False
    layers = list(getattr(model, "layers", ()))
    while layers:
        layer = layers.pop()
        if getattr(layer, "data_format", None) == "channels_first":
            return True
        layers.extend(getattr(layer, "layers", ()))
    return False


def _is_flat(model: keras.Model, image: ImageInput, input_shape: tuple[int, int, int]) -> bool:
    """Whether a model's own graph can be used as it is."""
    if not getattr(model, "outputs", None) or len(model.inputs) != 1:
        return False
    (start,) = model.inputs
    as_it_is = tuple(start.shape) == (None, *input_shape) and start.dtype == "float32"
    return as_it_is and image.layout == "channels last" and not any(isinstance(x, keras.Model) for x in model.layers)


def usable_outputs(model: keras.Model) -> dict[str | int, tuple[int | None, ...]]:
    """The outputs of a model that can be explained, numbers and maps of numbers, with their shapes without the batch
    axis. An output is given by its name, or by its index if the name occurs twice."""
    ends = list(getattr(model, "outputs", None) or ())
    names = _output_names(model, ends)
    return {
        index if names.count(name) > 1 else name: tuple(end.shape[1:])
        for index, (name, end) in enumerate(zip(names, ends, strict=True))
        if len(end.shape) in (2, 4) and end.shape[-1]
    }


def _output_names(model: keras.Model, ends: Tensors) -> list[str]:
    names = list(getattr(model, "output_names", None) or ())
    return names if len(names) == len(ends) else [str(number) for number in range(len(ends))]


def _output_index(name: str, names: Sequence[str], ends: Tensors, output: str | int | None) -> int:
    described = listed(f"'{each}' {tuple(end.shape[1:])}" for each, end in zip(names, ends, strict=True))
    if output is None:
        if len(ends) > 1:
            raise ModelError(
                text(
                    "{model} has {n} outputs: {outputs}. Choose one with `output`.",
                    model=name,
                    n=len(ends),
                    outputs=described,
                )
            )
        return 0
    if output in names:
        return list(names).index(str(output))
    if isinstance(output, int) and not isinstance(output, bool) and 0 <= output < len(ends):
        return output
    raise ParameterError(
        text("{model} has no output {output!r}; its outputs: {outputs}.", model=name, output=output, outputs=described)
    )


def _calls(starts: Sequence[keras.KerasTensor], ends: Sequence[keras.KerasTensor]) -> list:
    """The calls that lead from a model's inputs to its outputs, in an order in which they can be computed."""
    calls, done = [], set()
    open_tensors = [(end, False) for end in reversed(ends)]
    given = {id(tensor) for tensor in starts}
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
