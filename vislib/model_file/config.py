"""Walks through the configuration in a model file and refuses what `allowed` does not list."""

import json
from typing import Any

from vislib.errors import ModelError, listed
from vislib.model_file.allowed import (
    ACTIVATIONS,
    CLASSES,
    DTYPES,
    FUNCTION_MODULES,
    LAYERS,
    LEGACY_CLASSES,
    MODELS,
    NOT_IN_HDF5,
    OPERATIONS,
    VALUES,
)
from vislib.model_file.bare_operations import can_be_made_again, is_bare_operation
from vislib.model_file.work import check_channels, check_work

MAX_CONFIG_BYTES = 8_000_000
MAX_LAYERS = 1_500
MAX_DEPTH = 64
MAX_VALUES = 1_000_000

_RUNS_CODE = "it can run code that the file brings"
_READS_FILES = "it reads files"
_WHY = {
    "Lambda": _RUNS_CODE,
    "__lambda__": _RUNS_CODE,
    "TFOpLambda": "Keras 2 wrote it, and Keras 3 cannot read it",
    "SlicingOpLambda": "Keras 2 wrote it, and Keras 3 cannot read it",
    "TFSMLayer": _RUNS_CODE,
    "TorchModuleWrapper": _RUNS_CODE,
    "JaxLayer": _RUNS_CODE,
    "FlaxLayer": _RUNS_CODE,
    "StringLookup": _READS_FILES,
    "IntegerLookup": _READS_FILES,
    "TextVectorization": _READS_FILES,
}


def check_config(content: str | bytes) -> None:
    """Refuses a model's configuration unless `allowed` lists every class and function in it.

    Args:
        content: The JSON text of config.json or of the HDF5 attribute model_config.

    Raises:
        ModelError: If it is not JSON, is too large or too deep, has too many layers, or names anything else.
    """
    if len(content) > MAX_CONFIG_BYTES:
        raise ModelError(
            f"The model's configuration has {len(content):,} bytes; at most {MAX_CONFIG_BYTES:,} are accepted."
        )
    try:
        config = json.loads(content)
    except RecursionError:
        raise _too_deep() from None
    except ValueError:  # also for a wrong encoding
        raise ModelError("The model's configuration is damaged: it is not JSON.") from None
    if not isinstance(config, dict) or not isinstance(config.get("class_name"), str):
        raise ModelError("The file's configuration is not that of a Keras model.")
    if "compile_config" in config:
        # The training settings; Keras ignores them if the model is loaded with compile=False.
        config = {**config, "compile_config": None}
    walk = _Walk()
    walk.visit(config, depth=0)
    check_work(config)
    if config["class_name"] not in MODELS:
        raise ModelError(f"The file holds a {shown(config['class_name'])}, not a Keras model.")


def shown(text: object, most: int = 60) -> str:
    """Text from a file in a form that fits into a sentence: one line, quoted, at most `most` characters."""
    line = "".join(letter if letter.isprintable() else "?" for letter in str(text)[: most + 1])
    return f"'{line[:most]}…'" if len(line) > most else f"'{line}'"


class _Walk:
    """Visits every value of a configuration once, checks it and counts layers and values."""

    def __init__(self) -> None:
        self.n_layers = self.n_values = 0

    def visit(self, value: Any, depth: int) -> None:
        self.n_values += 1
        if depth > MAX_DEPTH:
            raise _too_deep()
        if self.n_values > MAX_VALUES:
            raise ModelError(f"The model's configuration has more than {MAX_VALUES:,} values.")
        if isinstance(value, dict):
            if "class_name" in value:
                self._check_object(value)
            if value.get("compile_config"):
                raise ModelError(
                    "A model inside the model was compiled for training. The .keras file holds its training settings, "
                    "which vislib does not load; save the model as .h5, which leaves them out."
                )
            _check_dtype(value.get("dtype"))
            for inner in value.values():
                self.visit(inner, depth + 1)
        elif isinstance(value, list):
            for inner in value:
                self.visit(inner, depth + 1)

    def _check_object(self, value: dict) -> None:
        name, module, registered = (value.get(key) for key in ("class_name", "module", "registered_name"))
        if name == "function":
            _check_function(value)
        elif registered not in (None, name) or not _is_allowed(name, module, value.get("config")):
            raise _refused(value, registered)
        elif name == "DTypePolicy":
            _check_dtype((value.get("config") or {}).get("name"), required=True)
        elif name in LAYERS or name in MODELS:
            self.n_layers += 1
            if self.n_layers > MAX_LAYERS:
                raise ModelError(f"The model has more than {MAX_LAYERS:,} layers, which is the most accepted.")
            if isinstance(value.get("config"), dict):
                check_channels(value["config"])


def _is_allowed(name: object, module: object, config: Any) -> bool:
    if not isinstance(name, str):
        return False
    if module is None and is_bare_operation(name, config):
        return can_be_made_again(name, config)
    if module is None:
        return name in LEGACY_CLASSES or name in VALUES
    return isinstance(module, str) and name in CLASSES.get(module, ())


def _check_function(value: dict) -> None:
    name, module, registered = (value.get(key) for key in ("config", "module", "registered_name"))
    known = isinstance(name, str) and name in ACTIVATIONS
    if not known or module not in FUNCTION_MODULES or registered not in (None, "function", name):
        raise ModelError(
            f"The model names the function {shown(name)} of {shown(module)}; only the activations built into Keras "
            f"are accepted ({listed(sorted(ACTIVATIONS), 6)})."
        )


def _check_dtype(dtype: object, required: bool = False) -> None:
    if dtype is None and not required:
        return
    if (isinstance(dtype, str) and dtype not in DTYPES) or (required and not isinstance(dtype, str)):
        raise ModelError(f"The model computes in {shown(dtype)}, which is not accepted; {listed(sorted(DTYPES))} are.")


def _refused(value: dict, registered: object) -> ModelError:
    name, module = value.get("class_name"), value.get("module")
    inner = value.get("config")
    layer = value.get("name") or (inner.get("name") if isinstance(inner, dict) else None)
    where = f" (layer {shown(layer)})" if isinstance(layer, str) else ""
    why = _WHY.get(name) if isinstance(name, str) else None
    if why is None and isinstance(module, str) and module.startswith(("keras.src.engine", "tf_keras")):
        why = "Keras 2 wrote this .keras file, and Keras 3 cannot read it; save it as .h5 with Keras 2"
    if why is None and module is None and name in OPERATIONS | NOT_IN_HDF5:
        why = ".h5 files do not hold its whole configuration; save the model as .keras"
    if why is None and (module is None or not str(module).startswith("keras") or registered not in (None, name)):
        why = "custom code is not stored in a model file, and is not accepted from one"
    why = why or "it is not among the layers of image classifiers that are accepted from a file"
    return ModelError(f"The model uses {shown(name)}{where}: {why}.")


def _too_deep() -> ModelError:
    return ModelError(f"The model's configuration is nested more than {MAX_DEPTH} levels deep.")
