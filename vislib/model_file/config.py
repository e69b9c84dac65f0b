"""Reads the configuration in a model file and refuses what `allowed` does not list."""

import json
from dataclasses import dataclass
from typing import Any

from vislib.errors import ModelError, listed
from vislib.language import sentences, text
from vislib.model_file.allowed import (
    ACTIVATIONS,
    CLASSES,
    DTYPES,
    FUNCTION_MODULES,
    LAYERS,
    LEGACY_CLASSES,
    MODELS,
    VALUES,
)
from vislib.model_file.bare_operations import can_be_made_again, is_bare_operation
from vislib.model_file.keras2.layers import HARD_SIGMOID
from vislib.model_file.keras2.mend import mended
from vislib.model_file.losses import Losses, losses_of
from vislib.model_file.quoting import shown
from vislib.model_file.ways_on import in_python, refused
from vislib.model_file.work import check_channels, check_work

MAX_CONFIG_BYTES = 8_000_000
MAX_LAYERS = 1_500
MAX_DEPTH = 64
MAX_VALUES = 1_000_000


@dataclass(frozen=True)
class CheckedConfig:
    """A model's configuration that holds nothing but what `allowed` lists.

    Attributes:
        config: As Keras 3 reads it, without settings of training.
        notes: Sentences on what differs from the file.
        loss: The names of the losses of a .keras file.
    """

    config: dict[str, Any]
    notes: tuple[str, ...] = ()
    loss: Losses = None


def check_config(
    content: str | bytes, keras_version: str = "3.15", is_archive: bool = True, is_trusted: bool = False
) -> CheckedConfig:
    """Refuses a model's configuration unless `allowed` lists every class and function in it.

    How the model was trained, and a model inside it, plays no part: these settings are left out. What Keras 2 wrote in
    another form than Keras 3 reads is mended (see `keras2`).

    Args:
        content: The JSON text of config.json or of the HDF5 attribute model_config.
        keras_version: The version of Keras that wrote the file, as the file says.
        is_archive: Whether it comes from a .keras file.
        is_trusted: Whether it may name any class, because its user gives the classes.

    Raises:
        ModelError: If it is not JSON, is too large or too deep, has too many layers, or names anything else.
    """
    if len(content) > MAX_CONFIG_BYTES:
        raise ModelError(
            text(
                "The model's configuration has {n:,} bytes; at most {most:,} are accepted.",
                n=len(content),
                most=MAX_CONFIG_BYTES,
            )
        )
    try:
        config = json.loads(content)
    except RecursionError:
        raise _too_deep() from None
    except ValueError:  # also for a wrong encoding
        raise ModelError(text("The model's configuration is damaged: it is not JSON.")) from None
    if not isinstance(config, dict) or not isinstance(config.get("class_name"), str):
        raise ModelError(text("The file's configuration is not that of a Keras model."))
    _Extent().visit(config)
    loss = losses_of(config.get("compile_config"))
    config, notes = mended(_untrained(config), keras_version, is_archive)
    if is_trusted:
        return CheckedConfig(config, notes, loss)
    _Walk(config).visit(config)
    check_work(config)
    if config["class_name"] not in MODELS:
        raise ModelError(text("The file holds a {name}, not a Keras model.", name=shown(config["class_name"])))
    return CheckedConfig(config, notes, loss)


class _Extent:
    """Counts the values of a configuration, before anything else is done with it."""

    def __init__(self) -> None:
        self.n_values = 0

    def visit(self, value: Any, depth: int = 0) -> None:
        self.n_values += 1
        if depth > MAX_DEPTH:
            raise _too_deep()
        if self.n_values > MAX_VALUES:
            raise ModelError(text("The model's configuration has more than {most:,} values.", most=MAX_VALUES))
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            self.visit(inner, depth + 1)


def _untrained(value: Any) -> Any:
    """A configuration without compile_config, also inside: losses and metrics there may be the file's own code."""
    if isinstance(value, dict):
        return {key: _untrained(inner) for key, inner in value.items() if key != "compile_config"}
    return [_untrained(inner) for inner in value] if isinstance(value, list) else value


class _Walk:
    """Visits every value of a configuration once, checks it and counts layers."""

    def __init__(self, config: Any) -> None:
        self.config, self.n_layers = config, 0

    def visit(self, value: Any) -> None:
        if isinstance(value, dict):
            if "class_name" in value:
                self._check_object(value)
            _check_dtype(value.get("dtype"))
            for inner in value.values():
                self.visit(inner)
        elif isinstance(value, list):
            for inner in value:
                self.visit(inner)

    def _check_object(self, value: dict) -> None:
        name, module, registered = (value.get(key) for key in ("class_name", "module", "registered_name"))
        if name == "function":
            _check_function(value)
        elif registered not in (None, name) or not _is_allowed(name, module, value.get("config")):
            raise refused(value, registered, self.config)
        elif name in ("DTypePolicy", "FloatDTypePolicy"):
            inner = value.get("config")
            _check_dtype(inner.get("name") if isinstance(inner, dict) else None, required=True)
        elif name in LAYERS or name in MODELS:
            self.n_layers += 1
            if self.n_layers > MAX_LAYERS:
                raise ModelError(
                    text("The model has more than {most:,} layers, which is the most accepted.", most=MAX_LAYERS)
                )
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
    known = isinstance(name, str) and (name in ACTIVATIONS or name == HARD_SIGMOID)
    if not known or module not in FUNCTION_MODULES or registered not in (None, "function", name):
        raise ModelError(
            sentences(
                text(
                    "The model names the function {name} of {module}; only the activations built into Keras are "
                    "accepted ({activations}).",
                    name=shown(name),
                    module=shown(module),
                    activations=listed(sorted(ACTIVATIONS), 6),
                ),
                in_python(", custom_objects=…"),
            )
        )


def _check_dtype(dtype: object, required: bool = False) -> None:
    if dtype is None and not required:
        return
    if (isinstance(dtype, str) and dtype not in DTYPES) or (required and not isinstance(dtype, str)):
        raise ModelError(
            text(
                "The model computes in {dtype}, which is not accepted; {dtypes} are.",
                dtype=shown(dtype),
                dtypes=listed(sorted(DTYPES)),
            )
        )


def _too_deep() -> ModelError:
    return ModelError(text("The model's configuration is nested more than {most} levels deep.", most=MAX_DEPTH))
