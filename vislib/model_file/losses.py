"""The losses that a model file says its model was trained with: names, and nothing that is run."""

import json
from typing import Any

import h5py

Losses = str | list | dict | None
"""The name of a loss; or names for several outputs, in a list or by the outputs' names; None where there is none."""

MAX_BYTES = 8_000_000
_MAX_OUTPUTS = 1_000
_MAX_LETTERS = 100


def losses_of(compiled: Any) -> Losses:
    """The names of the losses in a model's compile settings, as Keras writes them.

    Args:
        compiled: `compile_config` of a .keras file or `training_config` of an .h5 file, from JSON; anything else has
            no loss.
    """
    loss = compiled.get("loss") if isinstance(compiled, dict) else None
    if isinstance(loss, list | tuple):
        return [_name(each) for each in loss[:_MAX_OUTPUTS]]
    if isinstance(loss, dict) and "class_name" not in loss:
        return {str(output)[:_MAX_LETTERS]: _name(each) for output, each in list(loss.items())[:_MAX_OUTPUTS]}
    return _name(loss)


def _name(loss: Any) -> str | None:
    """The name of one loss: a text, a class, or a function. None if it has none."""
    if isinstance(loss, dict):
        is_function = loss.get("class_name") == "function"
        loss = loss.get("config") if is_function else loss.get("class_name")
    return loss[:_MAX_LETTERS] if isinstance(loss, str) and loss else None


def losses_in_hdf5(file: h5py.File) -> Losses:
    """The names of the losses in an .h5 file; None if it has none that can be read."""
    if "training_config" not in file.attrs:
        return None
    attribute = h5py.h5a.open(file.id, b"training_config")
    if attribute.shape != () or attribute.get_storage_size() > MAX_BYTES:
        return None
    text = file.attrs["training_config"]
    try:
        return losses_of(json.loads(text))
    except (ValueError, TypeError, RecursionError):  # the model itself may be sound
        return None
