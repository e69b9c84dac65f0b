"""The command line's options for the model: a built-in network, or a file with its preprocessing and labels."""

import argparse
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from vislib import zoo
from vislib.cli.answer import Answer
from vislib.errors import ParameterError
from vislib.images.contents import MAX_BYTES, content_of
from vislib.images.numpy_files import read_numpy
from vislib.language import listing, text, tr
from vislib.model.classifier import Classifier
from vislib.model.preprocessing import CROPS, PREPROCESSINGS
from vislib.tasks import Task

ZEROS = "zeros"
_TASKS = [str(task) for task in Task if task is not Task.UNKNOWN]


def add_model_options(command: argparse.ArgumentParser) -> None:
    """Adds --model and the options for a custom model."""
    command.add_argument(
        "--model",
        default=zoo.DEFAULT,
        help=tr("a built-in network (default {default}), or a .keras or .h5 file", default=zoo.DEFAULT),
    )
    add_own_model_options(command)


def add_own_model_options(command: argparse.ArgumentParser) -> None:
    """Adds the options for a custom model."""
    own = command.add_argument_group(tr("for your own model (a .keras or .h5 file)"))
    own.add_argument(
        "--preprocess",
        help=tr(
            "{names}, or a family of keras.applications (default: inferred from the model's "
            "Rescaling or Normalization layers)",
            names=listing(PREPROCESSINGS, "plain"),
        ),
    )
    own.add_argument(
        "--labels", metavar="FILE", help=tr("a name for each class or output: text, CSV or JSON (default: numbers)")
    )
    own.add_argument(
        "--input-size", metavar="SIZE", help=tr("for a model that takes any size: 224, or 160x320 for height and width")
    )
    own.add_argument(
        "--crop", choices=CROPS, help=tr("how an image is fitted to the input (default stretch; of ImageNet's, centre)")
    )
    own.add_argument("--task", choices=_TASKS, help=tr("what the network does (default: recognised)"))
    own.add_argument("--output", metavar="NAME", help=tr("name or number of the output to explain, of several"))
    own.add_argument(
        "--input",
        dest="inputs",
        action="append",
        metavar="NAME=VALUES",
        help=tr(
            "values of an input that is no image: numbers with commas, or a .npy file; may be repeated. "
            "“zeros” fills all of them"
        ),
    )
    own.add_argument("--unit", help=tr("the unit of predicted numbers, such as years"))
    own.add_argument(
        "--trust", action="store_true", help=tr("do not try the file in a separate process first, because you made it")
    )
    own.add_argument(
        "--custom-objects",
        metavar="MODULE",
        help=tr("with --trust: a Python file or module with the classes and functions of your own that the model uses"),
    )


def joined(words: Sequence[str]) -> list[str]:
    """The words of a command, with the name of a preprocessing that argparse takes for an option joined to its own:
    --preprocess=-1..1."""
    found: list[str] = []
    for word in words:
        if found and found[-1] == "--preprocess" and word in PREPROCESSINGS:
            found[-1] += f"={word}"
        else:
            found.append(word)
    return found


def model_settings(options: argparse.Namespace) -> dict[str, Any]:
    """The given options of `add_model_options`, as keyword arguments of `load_classifier`.

    Raises:
        ParameterError: If --input-size is not a size, or --input gives no values.
        ImageError: If the file of --input cannot be read.
    """
    given = {"preprocess": options.preprocess, "labels": options.labels, "input_size": _size(options.input_size)}
    given |= {"crop": options.crop, "task": options.task, "unit": options.unit, "inputs": _inputs(options.inputs)}
    if options.output is not None:
        given["output"] = int(options.output) if options.output.isdecimal() else options.output
    settings = {name: value for name, value in given.items() if value is not None}
    return {**settings, "trust": True} if options.trust else settings


def note_what_is_unknown(classifier: Classifier, answer: Answer) -> None:
    """Notes that the outputs may be scores of classes or numbers, where nothing says which."""
    if classifier.task is Task.UNKNOWN:
        answer.note(
            text(
                "Nothing in the model says whether its outputs are scores of classes or numbers, so they are "
                "shown as they are. --task classification or --task regression says which."
            )
        )


def _inputs(texts: list[str] | None) -> dict[str, np.ndarray] | str | None:
    if texts is None or texts == [ZEROS]:
        return ZEROS if texts else None
    found = {}
    for given in texts:
        name, equals, values = given.partition("=")
        if not equals or not name or not values:
            raise ParameterError(
                text(
                    "--input takes NAME=VALUES, such as meta=0.2,1 or meta=file.npy, or zeros; not '{given}'.",
                    given=given,
                )
            )
        if name in found:
            raise ParameterError(text("--input gives the values of '{name}' twice.", name=name))
        found[name] = _array(values) if values.lower().endswith(".npy") else _numbers(name, values)
    return found


def _array(path: str) -> np.ndarray:
    content, name = content_of(path, text("Accepted: a .npy file of numbers."))
    return read_numpy(content, name, MAX_BYTES)


def _numbers(name: str, given: str) -> np.ndarray:
    try:
        return np.array([float(part) for part in given.split(",")])
    except ValueError:
        raise ParameterError(
            text("--input {name} takes numbers with commas, or a .npy file; not '{given}'.", name=name, given=given)
        ) from None


def _size(given: str | None) -> tuple[int, int] | None:
    if given is None:
        return None
    match = re.fullmatch(r"(\d{1,6})(?:[x×](\d{1,6}))?", given)
    if match is None:
        raise ParameterError(
            text("--input-size takes 224, or 160x320 for height and width; not '{given}'.", given=given)
        )
    return int(match[1]), int(match[2] or match[1])
