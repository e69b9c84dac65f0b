"""The command line's options for the model: a built-in network, or a file with its preprocessing and labels."""

import argparse
import re
from typing import Any

from vislib import zoo
from vislib.errors import ParameterError
from vislib.model.preprocessing import CROPS, PREPROCESSINGS


def add_model_options(command: argparse.ArgumentParser) -> None:
    """Adds --model and the options for a custom model."""
    command.add_argument(
        "--model", default=zoo.DEFAULT, help=f"a built-in network (default {zoo.DEFAULT}), or a .keras or .h5 file"
    )
    own = command.add_argument_group("for your own model (a .keras or .h5 file)")
    own.add_argument(
        "--preprocess",
        help=f"{', '.join(PREPROCESSINGS)}, or a family of keras.applications "
        "(default: inferred from the model's Rescaling or Normalization layers)",
    )
    own.add_argument("--labels", metavar="FILE", help="a name for each class: text, CSV or JSON (default: numbers)")
    own.add_argument(
        "--input-size", metavar="SIZE", help="for a model that takes any size: 224, or 160x320 for height and width"
    )
    own.add_argument(
        "--crop", choices=CROPS, help="how an image is fitted to the input (default stretch; of ImageNet's, centre)"
    )
    own.add_argument(
        "--trust", action="store_true", help="do not try the file in a separate process first, because you made it"
    )
    own.add_argument(
        "--custom-objects",
        metavar="MODULE",
        help="with --trust: a Python file or module with the classes and functions of your own that the model uses",
    )


def model_settings(options: argparse.Namespace) -> dict[str, Any]:
    """The given options of `add_model_options`, as keyword arguments of `load_classifier`.

    Raises:
        ParameterError: If --input-size is not a size.
    """
    given = {"preprocess": options.preprocess, "labels": options.labels, "input_size": _size(options.input_size)}
    given["crop"] = options.crop
    settings = {name: value for name, value in given.items() if value is not None}
    return {**settings, "trust": True} if options.trust else settings


def _size(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    match = re.fullmatch(r"(\d{1,6})(?:[x×](\d{1,6}))?", text)
    if match is None:
        raise ParameterError(f"--input-size takes 224, or 160x320 for height and width; not '{text}'.")
    return int(match[1]), int(match[2] or match[1])
