"""Checks of what a measure of a map is given."""

import numpy as np

from vislib.errors import ImageError, ParameterError
from vislib.language import text
from vislib.model.classifier import Classifier


def checked_map(classifier: Classifier, resized: np.ndarray, values: np.ndarray) -> np.ndarray:
    """A map (h, w) as finite floats, after a check of it and of its image.

    Args:
        classifier: The classifier whose decision is explained.
        resized: The image at the network's input size, (h, w, 3) uint8, or (h, w, channels) for bands.
        values: The map (h, w).

    Raises:
        ImageError: If the image does not have the network's input size.
        ParameterError: If the map has another size, or not every value is a finite number.
    """
    check_resized(classifier, resized)
    try:
        # Integers without a sign have no negative, by which maps are sorted.
        found = np.asarray(values)
        found = found if found.dtype.kind == "f" else found.astype(np.float64)
    except (TypeError, ValueError):
        found = np.full(classifier.input_size, np.nan)
    height, width = classifier.input_size
    if found.shape != (height, width):
        raise ParameterError(
            text(
                "A map has one value for each pixel of the network's input: its shape is ({height}, {width}), not "
                "{shape}.",
                height=height,
                width=width,
                shape=found.shape,
            )
        )
    n_bad = int((~np.isfinite(found)).sum())
    if n_bad:
        raise ParameterError(
            text("A map holds finite numbers only; {n:,} of its {total:,} values are not.", n=n_bad, total=found.size)
        )
    return found


def check_resized(classifier: Classifier, resized: np.ndarray) -> None:
    """Checks that an image has the network's input size.

    Raises:
        ImageError: If it does not.
    """
    wanted = (*classifier.input_size, 3 if classifier.takes_pictures else classifier.channels)
    if getattr(resized, "shape", None) != wanted:
        raise ImageError(
            text(
                "The image must have the network's input size: its shape is {wanted}, not {given}. "
                "classifier.resize(image) gives it that size.",
                wanted=wanted,
                given=getattr(resized, "shape", type(resized).__name__),
            )
        )


def check_number(name: str, value: int, most: int | None = None) -> None:
    """Checks a number of steps or samples.

    Args:
        name: The argument's name.
        value: What was given.
        most: The largest number that is accepted; None means any.

    Raises:
        ParameterError: If it is not a whole number from 1 to `most`.
    """
    if isinstance(value, int | np.integer) and not isinstance(value, bool) and 1 <= value <= (most or value):
        return
    raise ParameterError(
        text("`{name}` must be a whole number of at least 1; not {value!r}.", name=name, value=value)
        if most is None
        else text(
            "`{name}` must be a whole number from 1 to {most:,}; not {value!r}.", name=name, most=most, value=value
        )
    )
