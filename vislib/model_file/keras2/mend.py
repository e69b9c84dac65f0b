"""Changes a configuration of Keras 2 into one that Keras 3 reads, and says what was changed."""

import functools
import re
from collections import Counter
from typing import Any

from vislib.language import text
from vislib.model_file.allowed import INITIALIZERS, MODELS
from vislib.model_file.keras2.layers import mended_layer
from vislib.model_file.keras2.names import without_slashes
from vislib.model_file.keras2.nodes import mended_nodes
from vislib.model_file.keras2.operations import mended_operations
from vislib.model_file.quoting import shown

_MODULES_OF_KERAS_2 = ("keras", "tf_keras", "tensorflow.python.keras", "tensorflow.keras")
_FUNCTIONAL = "keras.src.models.functional"


def mended(config: dict[str, Any], keras_version: str, is_archive: bool) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The configuration as Keras 3 reads it.

    Args:
        config: A model's configuration whose depth is limited; it is not changed.
        keras_version: The version of Keras that wrote it.
        is_archive: Whether it comes from a .keras file.

    Returns:
        The configuration, and a sentence on what was changed; none if nothing was.

    Raises:
        ModelError: If the file has an operation of TensorFlow that Keras 3 does not have.
    """
    changes: Counter[str] = Counter()
    config = _mended(config, is_archive, _written(keras_version), changes)
    return config, (_sentence(keras_version, changes),) if changes else ()


def _written(keras_version: str) -> tuple[int, int]:
    """A version as numbers that can be compared; "2.4.0-tf" is (2, 4)."""
    match = re.match(r"(\d{1,4})(?:\.(\d{1,4}))?", keras_version)
    return (int(match[1]), int(match[2] or 0)) if match else (1, 0)


def _sentence(keras_version: str, changes: Counter[str]) -> str:
    said = [what if count == 1 else text("{change} (× {n})", change=what, n=count) for what, count in changes.items()]
    return text(
        "The file's configuration (of Keras {version}) is changed to that of Keras 3 before loading: {changes}.",
        version=shown(keras_version, 20),
        changes=functools.reduce(lambda before, what: text("{before}; {what}", before=before, what=what), said),
    )


def _mended(value: Any, is_archive: bool, written: tuple[int, int], changes: Counter[str]) -> Any:
    if isinstance(value, list):
        return [_mended(inner, is_archive, written, changes) for inner in value]
    if not isinstance(value, dict):
        return value
    value = {key: _mended(inner, is_archive, written, changes) for key, inner in value.items()}
    if not isinstance(value.get("class_name"), str) or "config" not in value:
        return value
    value = _of_keras_3(value, is_archive)
    if value["class_name"] in MODELS:
        return _mended_model(value, written, changes)
    return mended_layer(value, written, changes)


def _of_keras_3(value: dict[str, Any], is_archive: bool) -> dict[str, Any]:
    """An object whose class is named as Keras 3 names its own classes in this kind of file."""
    module, name = value.get("module"), value["class_name"]
    if isinstance(module, str) and module.startswith("tensorflow.") and name in INITIALIZERS:
        return {**value, "module": "keras.initializers", "registered_name": None}
    if not isinstance(module, str) or not any(module == one or module.startswith(f"{one}.") for one in
                                              _MODULES_OF_KERAS_2):  # fmt: skip
        return value
    if value.get("registered_name") not in (None, name):
        return value
    if not is_archive and name in MODELS:
        return {key: inner for key, inner in value.items() if key not in ("module", "registered_name")}
    if name == "Functional":
        return {**value, "module": _FUNCTIONAL}
    return value


def _mended_model(value: dict[str, Any], written: tuple[int, int], changes: Counter[str]) -> dict[str, Any]:
    config = value["config"]
    if isinstance(config, list):
        changes[text("a Sequential model's list of layers")] += 1
        config = {"name": value.get("name") or "sequential", "layers": config}
    if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
        return value
    config = mended_operations(mended_nodes(config, is_keras_2=written < (3, 0)), changes)
    config = without_slashes(_with_input(config, value["class_name"], "module" in value, changes), changes)
    return {**value, "config": config}


def _with_input(config: dict[str, Any], class_name: str, is_archive: bool, changes: Counter[str]) -> dict[str, Any]:
    """A model's configuration in which only inputs have a shape; a Sequential model of older files has no input."""
    first = next(iter(config["layers"]), None)
    inner = first.get("config") if isinstance(first, dict) else None
    inner = inner if isinstance(inner, dict) else {}
    shape = inner.get("batch_input_shape")
    layers = [_without_shape(layer) for layer in config["layers"]]
    if class_name == "Sequential" and shape is not None:  # an InputLayer's shape has another name by now
        changes[text("the input of a Sequential model")] += 1
        name = f"{inner.get('name', 'input')}_input"
        made = {"class_name": "InputLayer", "config": {"batch_shape": shape, "dtype": "float32", "name": name}}
        layers.insert(0, {**made, "module": "keras.layers", "registered_name": None} if is_archive else made)
    return {**config, "layers": layers}


def _without_shape(layer: Any) -> Any:
    """A layer's configuration without the shape of its input."""
    inner = layer.get("config") if isinstance(layer, dict) else None
    if not isinstance(inner, dict) or "batch_input_shape" not in inner:
        return layer
    return {**layer, "config": {key: one for key, one in inner.items() if key != "batch_input_shape"}}
