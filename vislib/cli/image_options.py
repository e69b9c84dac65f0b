"""The command line's options for the image: a picture with its window and frame, or bands for a network of bands."""

import argparse
import re
from collections.abc import Callable

import numpy as np

from vislib.cli.answer import Answer
from vislib.errors import ImageError, ParameterError
from vislib.images.arrays import LoadedImage
from vislib.images.bands import read_bands
from vislib.images.reading import read_image
from vislib.language import text, tr
from vislib.model.classifier import Classifier

_OF_BANDS = (".npy", ".npz", ".tif", ".tiff")


def add_image_options(command: argparse.ArgumentParser) -> None:
    """Adds the image and its options."""
    command.add_argument("image", help=tr("PNG, JPEG, WEBP, BMP, GIF, TIFF, DICOM, .npy or .npz file"))
    command.add_argument(
        "--window",
        metavar="LEVEL,WIDTH",
        help=tr("for 12 or 16 bits, floats and DICOM: LEVEL − WIDTH/2 is black, LEVEL + WIDTH/2 white, such as 40,400"),
    )
    command.add_argument("--frame", type=int, default=0, help=tr("number of the frame or page, from 0 (default 0)"))


def image_reader(options: argparse.Namespace, path: str | None = None) -> Callable[[Classifier], np.ndarray]:
    """Reads the image, so that errors come before a network is loaded; gives the form that a network takes.

    Args:
        options: Those of `add_image_options`.
        path: Another image than `options.image`, such as one of --grid.

    Returns:
        A function that gives the image for a network, and notes how it was read in the answer.

    Raises:
        ImageError: If the file cannot be read as a picture and cannot be one of bands either.
        ParameterError: If --window or --frame is not one.
    """
    path = options.image if path is None else path
    refused: ImageError | None = None
    try:
        picture = read_image(path, _window(options.window), options.frame)
    except ImageError as error:
        if not path.lower().endswith(_OF_BANDS):
            raise
        refused = error

    def image(classifier: Classifier) -> np.ndarray:
        if not classifier.takes_pictures:
            return _noted(read_bands(path), options.answer)
        if refused is not None:
            raise refused
        return _noted(picture, options.answer)

    return image


def _noted(image: LoadedImage, answer: Answer) -> np.ndarray:
    for note in image.notes:
        answer.note(note)
    return image.values


def _window(given: str | None) -> tuple[float, float] | None:
    if given is None:
        return None
    number = r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*"
    match = re.fullmatch(f"{number},{number}", given)
    if match is None:
        raise ParameterError(text("--window takes LEVEL,WIDTH, such as 40,400; not '{given}'.", given=given))
    return float(match[1]), float(match[2])
