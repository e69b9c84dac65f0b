"""Tells the name of a built-in network from the path of a model file."""

import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

from vislib.model_file.kinds import MODEL_SUFFIXES


def is_model_file(source: Any, built_in: Collection[str]) -> bool:
    """Whether a source is a file's path or its bytes.

    A text that names no built-in network is a path if it ends as model files do, has a folder before it, or is there.

    Args:
        source: Anything.
        built_in: The names of the built-in networks.
    """
    if isinstance(source, bytes | os.PathLike):
        return True
    if not isinstance(source, str) or source in built_in:
        return False
    has_folder = os.sep in source or (os.altsep is not None and os.altsep in source)
    return source.lower().endswith(MODEL_SUFFIXES) or has_folder or _is_there(source)


def _is_there(path: str) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):  # too long for a name, or with a null byte
        return False
