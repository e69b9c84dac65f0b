"""Operations in HDF5 files: `x + 3` is written there as "Add", which Keras reads as its layer of that name."""

import importlib
from typing import Any

from vislib.model_file.allowed import CLASSES, NOT_IN_HDF5, OPERATIONS
from vislib.model_file.allowed_operations import OPERATIONS_BY_MODULE

_OPERATION_MODULES = tuple(OPERATIONS_BY_MODULE)
_LAYER_MODULES = ("keras.src.applications.convnext", "keras.src.applications.inception_resnet_v2")


def is_bare_operation(name: str, config: Any) -> bool:
    """Whether an HDF5 file's object with this name and configuration is an operation; a layer always has a dtype."""
    return name in OPERATIONS and isinstance(config, dict) and not {"trainable", "dtype"} & config.keys()


def can_be_made_again(name: str, config: dict) -> bool:
    """Whether Keras reads an operation's whole configuration from an HDF5 file: it drops a list of several axes, and it
    cannot read slices."""
    return name not in NOT_IN_HDF5 and not any(isinstance(value, list | dict) for value in config.values())


def operations_by_name() -> dict[str, Any]:
    """The `custom_objects` for Keras's loader: by name, a class that creates the operation or layer of that name."""
    operations = {name: _maker(name, module) for module in _OPERATION_MODULES for name in CLASSES[module]}
    layers = {
        name: getattr(importlib.import_module(module), name) for module in _LAYER_MODULES for name in CLASSES[module]
    }
    return operations | layers


def _maker(name: str, module: str) -> type:
    from vislib.backend import keras

    operation = getattr(importlib.import_module(module), name)
    layer = getattr(keras.layers, name, None)

    class Maker:
        @classmethod
        def from_config(cls, config: dict) -> Any:
            if layer is not None and not is_bare_operation(name, config):
                return layer.from_config(config)
            return operation.from_config(config)

    return Maker
