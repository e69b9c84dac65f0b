"""Trained networks as files that are either whole or not there."""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from vislib.errors import ParameterError, listed

if TYPE_CHECKING:
    import keras

SUFFIXES = (".keras", ".weights.h5")


def check_model_path(path: str | os.PathLike[str]) -> Path:
    """The path, if a network can be written there; so that it is not trained in vain.

    Raises:
        ParameterError: If its suffix is none of `SUFFIXES`, or its folder is missing or closed.
    """
    path = Path(path)
    if not path.name.endswith(SUFFIXES):
        raise ParameterError(f"A trained network is saved as {listed(SUFFIXES)}; not as '{path.name}'.")
    if not path.parent.is_dir():
        raise ParameterError(f"{path} cannot be written: there is no folder '{path.parent}'.")
    if path.is_dir():
        raise ParameterError(f"{path} cannot be written: it is a folder.")
    if not os.access(path.parent, os.W_OK):
        raise ParameterError(f"{path} cannot be written: the folder '{path.parent}' is closed to you.")
    return path


def save_model(model: "keras.Model", path: str | os.PathLike[str]) -> Path:
    """Writes a network (.keras) or its weights alone (.weights.h5): to a temporary file, then renamed.

    Raises:
        ParameterError: If it cannot be written; a file that was there before stays as it was.
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
        raise ParameterError(f"{path} cannot be written: {error.strerror or error}.") from error
    return path
