"""What a person can do where vislib's wall refuses a file that they trust: load it in Python, and give the model."""

from collections.abc import Sequence
from typing import Any

from vislib.errors import ModelError
from vislib.language import sentences, text
from vislib.model_file.allowed import (
    CLASSES,
    LEGACY_CLASSES,
    NOT_IN_HDF5,
    OPERATIONS,
    REFUSED_LAYERS,
    RUNS_CODE,
    VALUES,
)
from vislib.model_file.allowed_operations import REFUSED_OPERATIONS
from vislib.model_file.quoting import shown

CUSTOM_CODE = text("this is custom code, which is not in the file, and vislib runs no code that comes with a file")
_NOT_LISTED = text("it is not among the classes of Keras that are accepted from a file")
_KERAS_2 = text("Keras 2 wrote it; Keras 3 has no such layer")
_KERAS_1 = text("Keras 1 wrote it; Keras 3 has no such class")
_NO_KERAS_3 = {
    "LocallyConnected1D": _KERAS_2,
    "LocallyConnected2D": _KERAS_2,
    "CuDNNLSTM": _KERAS_2,
    "CuDNNGRU": _KERAS_2,
    "Merge": _KERAS_1,
    "Highway": _KERAS_1,
    "MaxoutDense": _KERAS_1,
}
_MOST_NAMES = 3
_PLAIN = LEGACY_CLASSES | VALUES | {"function"}
_REBUILD = text("Build the model again from layers that Keras 3 has, and copy the weights with layer.set_weights.")


def with_custom_objects(names: Sequence[object]) -> str:
    """The sentence on loading a model with custom classes, in Python and on the command line."""
    known = all(isinstance(name, str) and name.isidentifier() and len(name) <= 30 for name in names)
    short = known and 0 < len(names) <= _MOST_NAMES
    given = "{" + ", ".join(f"'{name}': {name}" for name in names) + "}" if short else "…"
    return text(
        "If you have its code and trust the file, load it in Python: "
        "vislib.load_classifier(keras.models.load_model(path, custom_objects={given})); or on the "
        "command line with --trust --custom-objects my_module.py.",
        given=given,
    )


def custom_names(config: Any) -> list[object]:
    """The names of the custom classes in a configuration, each once."""
    found: dict[object, None] = {}

    def visit(value: Any) -> None:
        if isinstance(value, dict) and isinstance(value.get("class_name"), str):
            name, module, registered = (value.get(key) for key in ("class_name", "module", "registered_name"))
            if _why(name, module, registered)[0] == CUSTOM_CODE and name not in _PLAIN and module not in CLASSES:
                found[name] = None
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            visit(inner)

    visit(config)
    return list(found)


def in_python(arguments: str = "") -> str:
    """The sentence on loading a model with Keras alone."""
    return text(
        "If you trust the file, load it in Python: vislib.load_classifier(keras.models.load_model(path{arguments})).",
        arguments=arguments,
    )


def refused(value: dict, registered: object, config: Any) -> ModelError:
    """The error for an object of a configuration that a file may not hold: its class, its layer, why, the way on.

    Args:
        value: The object.
        registered: The name under which its class is registered.
        config: The whole configuration, for the names of other custom classes.
    """
    name, module = value.get("class_name"), value.get("module")
    inner = value.get("config")
    layer = value.get("name") or (inner.get("name") if isinstance(inner, dict) else None)
    why, way = _why(name, module, registered)
    if why == CUSTOM_CODE:
        way = with_custom_objects(custom_names(config) or [name])
    if isinstance(layer, str):
        what = text(
            "The model uses {name} (layer {layer}): {reason}.", name=shown(name), layer=shown(layer), reason=why
        )
    else:
        what = text("The model uses {name}: {reason}.", name=shown(name), reason=why)
    return ModelError(sentences(what, way))


def _way_past(name: str) -> str:
    """The way on for a layer of Keras that a file may not hold."""
    if name != "Lambda":
        return in_python(", safe_mode=False" if REFUSED_LAYERS[name] == RUNS_CODE else "")
    return text(
        "If you trust the file, load it in Python: vislib.load_classifier(keras.models.load_model(path, "
        "safe_mode=False)), with the version of Python that wrote it; or build the network with your own code and use "
        "model.load_weights(path)."
    )


def _why(name: Any, module: Any, registered: object) -> tuple[str, str]:
    of_keras = module is None or str(module).partition(".")[0] == "keras"
    plain = name if isinstance(name, str) else ""
    if plain == "__lambda__":
        return RUNS_CODE, in_python(", safe_mode=False")
    if of_keras and registered in (None, name):
        if plain in _NO_KERAS_3:
            return _NO_KERAS_3[plain], _REBUILD
        if plain in REFUSED_LAYERS:
            return REFUSED_LAYERS[plain], _way_past(plain)
        if module is None and plain in OPERATIONS | NOT_IN_HDF5:
            why = text(".h5 files do not hold its whole configuration")
            return why, text("In the program that made it, save the model as .keras: model.save('model.keras').")
        if plain in REFUSED_OPERATIONS:
            return REFUSED_OPERATIONS[plain], in_python()
        if module is not None:
            return _NOT_LISTED, in_python()
    return CUSTOM_CODE, ""
