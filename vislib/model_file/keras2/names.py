"""Names of layers with a slash, such as DenseNet's "conv1/bn" in TensorFlow 2, which Keras 3 does not take."""

from collections import Counter
from typing import Any

from vislib.language import text


def without_slashes(config: dict[str, Any], changes: Counter[str]) -> dict[str, Any]:
    """A model's configuration in which its layers' names have "_" for "/", also where they are referred to.

    The file's weights are read in the order of the layers, so their names there need not agree.

    Args:
        config: The inner configuration of a model, with a list of layers.
        changes: Counts what was changed.
    """
    taken = {name for layer in config["layers"] if (name := _name(layer)) is not None}
    new: dict[str, str] = {}
    for name in sorted(name for name in taken if "/" in name):
        plain = name.replace("/", "_")
        while plain in taken:
            plain += "_"
        taken.add(plain)
        new[name] = plain
    if isinstance(config.get("name"), str) and "/" in config["name"]:
        config = {**config, "name": config["name"].replace("/", "_")}
    if not new:
        return config
    changes[text("“_” for “/” in a layer's name")] += len(new)
    changed = dict(config)
    for key in ("input_layers", "output_layers"):
        changed[key] = _references(config.get(key), new)
    changed["layers"] = [_renamed(layer, new) for layer in config["layers"]]
    return changed


def _name(layer: Any) -> str | None:
    """A layer's name in a configuration; None if it has none."""
    if not isinstance(layer, dict):
        return None
    inner = layer.get("config")
    name = layer.get("name") or (inner.get("name") if isinstance(inner, dict) else None)
    return name if isinstance(name, str) else None


def _renamed(layer: Any, new: dict[str, str]) -> Any:
    if not isinstance(layer, dict):
        return layer
    changed = dict(layer)
    name = _name(layer)
    if name in new:
        if "name" in layer:
            changed["name"] = new[name]
        if isinstance(layer.get("config"), dict):
            changed["config"] = {**layer["config"], "name": new[name]}
    if "inbound_nodes" in layer:
        changed["inbound_nodes"] = _references(layer["inbound_nodes"], new)
    return changed


def _references(value: Any, new: dict[str, str]) -> Any:
    """Lists that begin with a layer's name and two numbers, in any depth."""
    if isinstance(value, dict):
        return {key: _references(inner, new) for key, inner in value.items()}
    if not isinstance(value, list):
        return value
    if len(value) >= 3 and isinstance(value[0], str) and all(isinstance(one, int) for one in value[1:3]):
        return [new.get(value[0], value[0]), *(_references(inner, new) for inner in value[1:])]
    return [_references(inner, new) for inner in value]
