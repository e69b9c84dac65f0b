"""What a person can do where vislib's wall refuses a file that they trust: load it in Python, and give the model."""

from typing import Any

from vislib.errors import ModelError
from vislib.model_file.allowed import NOT_IN_HDF5, OPERATIONS, REFUSED_LAYERS, RUNS_CODE
from vislib.model_file.allowed_operations import REFUSED_OPERATIONS
from vislib.model_file.quoting import shown

CUSTOM_CODE = "this is custom code, which is not in the file, and vislib runs no code that comes with a file"
_NOT_LISTED = "it is not among the classes of Keras that are accepted from a file"
_KERAS_1 = "Keras 1 wrote it; Keras 3 has no such class"
_NO_KERAS_3 = {
    "LocallyConnected1D": "Keras 2 wrote it; Keras 3 has no such layer",
    "LocallyConnected2D": "Keras 2 wrote it; Keras 3 has no such layer",
    "CuDNNLSTM": "Keras 2 wrote it; Keras 3 has no such layer",
    "CuDNNGRU": "Keras 2 wrote it; Keras 3 has no such layer",
    "Merge": _KERAS_1,
    "Highway": _KERAS_1,
    "MaxoutDense": _KERAS_1,
}
_REBUILD = "Build the model again from layers that Keras 3 has, and copy the weights with layer.set_weights."


def with_custom_objects(name: object) -> str:
    """The sentence on loading a model with a class of one's own, in Python and on the command line."""
    known = isinstance(name, str) and name.isidentifier() and len(name) <= 40
    given = f"{{'{name}': {name}}}" if known else "…"
    return (
        f"If you have its code and trust the file, load it in Python: vislib.load_classifier(keras.models.load_model("
        f"path, custom_objects={given})); or on the command line with --trust --custom-objects my_module.py."
    )


def in_python(arguments: str = "") -> str:
    """The sentence on loading a model with Keras alone."""
    return (
        f"If you trust the file, load it in Python: vislib.load_classifier(keras.models.load_model(path{arguments}))."
    )


def refused(value: dict, registered: object) -> ModelError:
    """The error for an object of a configuration that a file may not hold: its class, its layer, why, the way on."""
    name, module = value.get("class_name"), value.get("module")
    inner = value.get("config")
    layer = value.get("name") or (inner.get("name") if isinstance(inner, dict) else None)
    where = f" (layer {shown(layer)})" if isinstance(layer, str) else ""
    why, way = _why(name, module, registered)
    return ModelError(f"The model uses {shown(name)}{where}: {why}. {way}")


def _why(name: Any, module: Any, registered: object) -> tuple[str, str]:
    of_keras = module is None or str(module).partition(".")[0] == "keras"
    plain = name if isinstance(name, str) else ""
    if plain == "__lambda__":
        return RUNS_CODE, in_python(", safe_mode=False")
    if of_keras and registered in (None, name):
        if plain in _NO_KERAS_3:
            return _NO_KERAS_3[plain], _REBUILD
        if plain in REFUSED_LAYERS:
            return REFUSED_LAYERS[plain], in_python(", safe_mode=False" if REFUSED_LAYERS[plain] == RUNS_CODE else "")
        if module is None and plain in OPERATIONS | NOT_IN_HDF5:
            why = ".h5 files do not hold its whole configuration"
            return why, "In the program that made it, save the model as .keras: model.save('model.keras')."
        if plain in REFUSED_OPERATIONS:
            return REFUSED_OPERATIONS[plain], in_python()
        if module is not None:
            return _NOT_LISTED, in_python()
    return CUSTOM_CODE, with_custom_objects(name)
