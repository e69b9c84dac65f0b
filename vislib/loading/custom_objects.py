"""The classes and functions of a person's own module, for model files that name them."""

import contextlib
import importlib
import importlib.util
import inspect
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from vislib.errors import ParameterError
from vislib.language import Text, text


def custom_objects_of(module: str) -> dict[str, Any]:
    """Imports a module, which runs its code, and returns its classes and functions by name.

    What the module registers with `keras.saving.register_keras_serializable` is known to Keras by then.

    Args:
        module: The path of a Python file, or the name of a module that can be imported from the current folder.

    Raises:
        ParameterError: If there is no such module, or it cannot be imported.
    """
    try:
        with _current_folder_first():
            imported = _from_file(Path(module)) if module.endswith(".py") else importlib.import_module(module)
    except Exception as error:  # the module's own code may raise anything
        raise ParameterError(
            text(
                "The module '{module}' with the custom objects cannot be imported: {kind}: {reason}. Name a "
                "Python file, such as my_layers.py, or a module that Python finds from this folder.",
                module=module,
                kind=type(error).__name__,
                reason=_reason(error),
            )
        ) from error
    exported = getattr(imported, "__all__", None)
    return {
        name: each
        for name, each in vars(imported).items()
        if (inspect.isclass(each) or inspect.isfunction(each))
        and (name in exported if exported is not None else each.__module__ == imported.__name__)
    }


def _reason(error: Exception) -> str:
    if len(error.args) == 1 and isinstance(error.args[0], Text):
        return error.args[0]
    return " ".join(str(error).split())[:200]


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise FileNotFoundError(text("there is no file {path}", path=path))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(path.stem, module)
    spec.loader.exec_module(module)
    return module


@contextlib.contextmanager
def _current_folder_first() -> Iterator[None]:
    """While open, modules are looked for in the current folder too, as `python -m` does and a script does not."""
    folder = os.getcwd()
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)
