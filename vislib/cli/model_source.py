"""What the command line loads: a built-in network, a file, or a file with classes of a person's own."""

import argparse
import contextlib
import warnings
from collections.abc import Iterator
from typing import Any

from vislib import zoo
from vislib.cli.answer import Answer, sentence_of
from vislib.errors import ParameterError, VislibWarning
from vislib.language import text
from vislib.loading.sources import is_model_file
from vislib.model_file import ModelFile, ModelFileWarning, load_model_file


def model_source(options: argparse.Namespace) -> Any:
    """The first argument of `load_classifier` for the options of `add_model_options`.

    Raises:
        ParameterError: If --custom-objects is given without --trust or without a model file, or cannot be imported.
        ModelError: If the file cannot be loaded with them.
    """
    if options.custom_objects is None:
        return options.model
    check_trust(options)
    if not is_model_file(options.model, zoo.models()):
        raise ParameterError(text("--custom-objects is for a model file; name one with --model."))
    file = trusted_file(options.model, options.custom_objects)
    for note in file.notes:
        options.answer.note(note)
    return file


def check_trust(options: argparse.Namespace) -> None:
    """Checks that --custom-objects comes with --trust.

    Raises:
        ParameterError: If it does not.
    """
    if options.custom_objects is not None and not options.trust:
        raise ParameterError(
            text(
                "--custom-objects runs the code of that module for what the model file names; if you trust "
                "both, add --trust."
            )
        )


def trusted_file(path: str, module: str) -> ModelFile:
    """A model file with the classes and functions of a module, which from now on this process knows.

    Raises:
        ParameterError: If the module cannot be imported.
        ModelError: If the file cannot be loaded with them.
    """
    from vislib.backend import keras
    from vislib.loading.custom_objects import custom_objects_of

    own = custom_objects_of(module)
    keras.saving.get_custom_objects().update(own)  # some measures copy the model
    return load_model_file(path, trust=True, custom_objects=own)


@contextlib.contextmanager
def warnings_noted(answer: Answer) -> Iterator[None]:
    """While open, vislib's warnings, such as what was changed in a model file before loading, are notes."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", ModelFileWarning)
        show = warnings.showwarning

        def shown(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
            if issubclass(category, ModelFileWarning | VislibWarning):
                answer.note(sentence_of(message))
            else:
                show(message, category, *where, **more)

        warnings.showwarning = shown
        yield
