"""Calls of layers as Keras 2 wrote them.

Keras 3 needs another form where an argument after the first is a tensor. It counts the calls of a model inside a model
from 0, where Keras 2 counts from 1, because building such a model counted as its first call. And up to Keras 3.8 files
hold a single output in a list; Keras 3.15 takes that for a list of outputs, and cannot load a Sequential model that
begins with such a model.
"""

from collections.abc import Iterator
from typing import Any

from vislib.model_file.allowed import MODELS

_FUNCTIONAL = MODELS - {"Sequential"}
_ENDS = ("input_layers", "output_layers")


def mended_nodes(config: dict[str, Any], is_keras_2: bool) -> dict[str, Any]:
    """A model's configuration in which the calls of its layers are as Keras 3 reads them.

    Args:
        config: The inner configuration of a model, with a list of layers.
        is_keras_2: Whether Keras 2 wrote it.
    """
    layers = [layer for layer in config["layers"] if isinstance(layer, dict)]
    kinds = {layer["name"]: layer.get("class_name") for layer in layers if isinstance(layer.get("name"), str)}
    if is_keras_2:
        config = _counted_from_zero(config, kinds)
    names = set(kinds)
    outputs = config.get("output_layers")
    if isinstance(outputs, list) and len(outputs) == 1 and is_reference(outputs[0], names):
        config = {**config, "output_layers": outputs[0]}
    return {**config, "layers": [_layer(layer, names) for layer in config["layers"]]}


def _counted_from_zero(config: dict[str, Any], kinds: dict[str, Any]) -> dict[str, Any]:
    """The configuration with the calls of inner models counted from 0, and a single input or output not in a list."""
    nodes = [layer.get("inbound_nodes") for layer in config["layers"] if isinstance(layer, dict)]
    models = {name for name, kind in kinds.items() if kind in MODELS}
    first = {each[0] for each in _references([nodes, *map(config.get, _ENDS)], models) if each[1] == 0}
    shifted = models - first
    # Keras 3 itself subtracts 1 where an output of the whole model is that of an inner functional model.
    at_ends = {name for name in shifted if kinds[name] not in _FUNCTIONAL}
    changed = {**config, "layers": [
        {**layer, "inbound_nodes": _shifted(layer["inbound_nodes"], shifted)}
        if isinstance(layer, dict) and "inbound_nodes" in layer else layer
        for layer in config["layers"]
    ]}  # fmt: skip
    for key in _ENDS:
        if key in config:
            ends = _shifted(config[key], at_ends)
            single = isinstance(ends, list) and len(ends) == 1 and is_reference(ends[0], set(kinds))
            changed[key] = ends[0] if single else ends
    return changed


def _references(value: Any, names: set) -> Iterator[list]:
    if is_reference(value, names):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _references(inner, names)


def _shifted(value: Any, names: set) -> Any:
    """References to the layers with these names, with a call less."""
    if is_reference(value, names):
        return [value[0], value[1] - 1, *(_shifted(inner, names) for inner in value[2:])]
    if isinstance(value, dict):
        return {key: _shifted(inner, names) for key, inner in value.items()}
    return [_shifted(inner, names) for inner in value] if isinstance(value, list) else value


def _layer(layer: Any, names: set) -> Any:
    nodes = layer.get("inbound_nodes") if isinstance(layer, dict) else None
    if not isinstance(nodes, list) or layer.get("class_name") in ("TFOpLambda", "SlicingOpLambda"):
        return layer
    return {**layer, "inbound_nodes": [_node(node, names) for node in nodes]}


def _node(node: Any, names: set) -> Any:
    """[["conv", 0, 0, {"value": ["dense", 0, 0]}]] as {"args": [tensor], "kwargs": {"value": tensor}}."""
    if not isinstance(node, list) or not all(is_reference(one, names) for one in node):
        return node
    kwargs = node[-1][3] if node and len(node[-1]) == 4 else {}
    if not isinstance(kwargs, dict) or not any(holds_reference(one, names) for one in kwargs.values()):
        return node
    inputs = [tensor(one) for one in node]
    return {"args": [inputs[0] if len(inputs) == 1 else inputs],
            "kwargs": {key: with_tensors(one, names) for key, one in kwargs.items()}}  # fmt: skip


def is_reference(value: Any, names: set) -> bool:
    """Whether a value is ["layer", node, tensor], perhaps with further arguments."""
    return (
        isinstance(value, list)
        and len(value) in (3, 4)
        and isinstance(value[0], str)
        and value[0] in names
        and all(isinstance(one, int) and not isinstance(one, bool) for one in value[1:3])
    )


def holds_reference(value: Any, names: set) -> bool:
    """Whether a value is a reference to a tensor, or a list or dict that holds one."""
    if is_reference(value, names):
        return True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(holds_reference(one, names) for one in inner)


def tensor(reference: list) -> dict[str, Any]:
    """A tensor as Keras 3 writes it; it reads the shape from the layer that is named."""
    history = {"shape": [None], "dtype": "float32", "keras_history": reference[:3]}
    return {"class_name": "__keras_tensor__", "config": history}


def with_tensors(value: Any, names: set) -> Any:
    """A value in which the references are tensors."""
    if is_reference(value, names):
        return tensor(value)
    if isinstance(value, dict):
        return {key: with_tensors(one, names) for key, one in value.items()}
    return [with_tensors(one, names) for one in value] if isinstance(value, list) else value
