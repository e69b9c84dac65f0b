"""Writes trained networks to files; a file is written completely or not at all."""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from vislib.errors import ParameterError, listed
from vislib.language import text

if TYPE_CHECKING:
    import keras

SUFFIXES = (".keras", ".weights.h5")


def check_model_path(path: str | os.PathLike[str]) -> Path:
    """Checks before the training that a network can be written to a path, and returns the path.

    Raises:
        ParameterError: If the suffix is none of `SUFFIXES`, or the folder is missing or cannot be written to.

    Example:
        >>> vislib.training.check_model_path("my.keras").name
        'my.keras'
    """
    path = Path(path)
    if not path.name.endswith(SUFFIXES):
        raise ParameterError(
            text(
                "A trained network is saved as {suffixes}; not as '{name}'.", suffixes=listed(SUFFIXES), name=path.name
            )
        )
    if not path.parent.is_dir():
        raise ParameterError(
            text("{path} cannot be written: there is no folder '{parent}'.", path=path, parent=path.parent)
        )
    if path.is_dir():
        raise ParameterError(text("{path} cannot be written: it is a folder.", path=path))
    if not os.access(path.parent, os.W_OK):
        raise ParameterError(
            text("{path} cannot be written: you may not write to the folder '{parent}'.", path=path, parent=path.parent)
        )
    return path


def save_model(model: "keras.Model", path: str | os.PathLike[str]) -> Path:
    """Writes a network (.keras) or its weights alone (.weights.h5) to a temporary file, which is then renamed.

    Raises:
        ParameterError: If the file cannot be written; an existing file then stays unchanged.

    Example:
        >>> path = vislib.training.save_model(classifier.model, "digits.keras")
    """
    path = check_model_path(path)
    suffix = next(suffix for suffix in SUFFIXES if path.name.endswith(suffix))
    temporary = None
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
            temporary = Path(folder) / f"network{suffix}"
            if suffix == ".keras":
                model.save(temporary)
            else:
                model.save_weights(temporary)
            os.replace(temporary, path)
    except OSError as error:
        raise ParameterError(
            text("{path} cannot be written: {reason}.", path=path, reason=error.strerror or error)
        ) from error
    return path
