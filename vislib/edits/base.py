"""The base of every edit of an image: a frozen dataclass of its settings; `apply` does several in order."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from vislib.errors import ParameterError, warn
from vislib.images.arrays import rgb_of
from vislib.images.bands import for_network
from vislib.language import text
from vislib.parameters import check_parameters

if TYPE_CHECKING:
    from vislib.model.classifier import Classifier

Box = tuple[float, float, float, float]
"""(left, top, right, bottom) as shares of the image's width and height, from its left top corner."""
Point = tuple[float, float]
"""(x, y) as shares of the image's width and height, from its left top corner."""
WHOLE: Box = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True)
class Edit(ABC):
    """One change of an image. Its `repr` is the Python expression that makes it.

    Places are shares of the image: x of its width, y of its height, 0 to 1 from the left top corner. Lengths, such as
    the radius of a brush, are shares of the longer side. So an edit suits images of every size.

    Class attributes:
        name: The name in `edit_of` and on the command line, such as "rotate".
        title: The name that people read.
        takes_bands: Whether it also changes images of bands in their own units, (H, W, bands) float32.

    Example:
        >>> sorted(vislib.edits.Edit.registry)[:3]
        ['blur', 'brightness', 'contrast']
    """

    name: ClassVar[str]
    title: ClassVar[str]
    takes_bands: ClassVar[bool] = True

    registry: ClassVar[dict[str, type["Edit"]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "name" in cls.__dict__:
            Edit.registry[cls.name] = cls

    def __post_init__(self) -> None:
        check_parameters(self)

    @abstractmethod
    def on(self, image: np.ndarray) -> np.ndarray:
        """The edited image; the given one is not changed.

        Args:
            image: (H, W, 3) uint8, or (H, W, bands) float32.

        Returns:
            An image of the same type, and of the same shape unless the edit is a `Crop`.
        """


def apply(image: np.ndarray, edits: Edit | Iterable[Edit]) -> np.ndarray:
    """The image after one or several edits, in their order. Without the last one, the last edit is undone.

    Args:
        image: An image array as `load_image` accepts it, such as (H, W, 3) uint8; or (H, W, bands) as from
            `load_bands`. An array (H, W, 4) of uint8 is RGB with opacity; as float32 it is four bands.
        edits: What is done to it.

    Returns:
        (H, W, 3) uint8, or (H, W, bands) float32. The given array is not changed.

    Raises:
        ImageError: If the array is no image.
        ParameterError: If an edit does not suit the image.

    Example:
        >>> vislib.edits.apply(image, [vislib.edits.Rotate(15), vislib.edits.Noise(0.1)]).shape
        (28, 28, 3)
    """
    edited = _readable(image)
    for edit in [edits] if isinstance(edits, Edit) else edits:
        if not isinstance(edit, Edit):
            raise ParameterError(
                text("An edit must be one of vislib.edits, such as Rotate(15); not {edit!r}.", edit=edit)
            )
        if edited.dtype != np.uint8 and not edit.takes_bands:
            raise ParameterError(
                text(
                    "{title} is for pictures; this image has {n} bands in their own units. Use Erase.",
                    title=edit.title,
                    n=edited.shape[2],
                )
            )
        edited = edit.on(edited)
    return edited


def editable(classifier: "Classifier", image: np.ndarray) -> np.ndarray:
    """An image array as a network takes it, in the form that `apply` leaves as it is.

    Raises:
        ImageError: If it is no image for this network.

    Example:
        >>> vislib.edits.editable(classifier, np.zeros((28, 28))).shape
        (28, 28, 3)
    """
    values = classifier.image_of(image).values
    return values if classifier.takes_pictures else values.astype(np.float32, copy=False)


def _readable(image: np.ndarray) -> np.ndarray:
    """An image array as (H, W, 3) uint8 or (H, W, bands) float32; how it was read is a warning."""
    if isinstance(image, np.ndarray) and image.ndim == 3:
        n_channels = image.shape[2]
        if n_channels not in (1, 3, 4) or (n_channels == 4 and image.dtype != np.uint8):
            return for_network(image, n_channels).values.astype(np.float32, copy=False)
    read = rgb_of(image)
    for note in read.notes:
        warn(note)
    return read.values


def checked_box(owner: object, name: str, box: Any, inside: bool = True) -> Box:
    """A box as four floats.

    Args:
        owner: The edit, for the error.
        name: Its parameter, for the error.
        box: What was given.
        inside: Whether it must lie in the image.

    Raises:
        ParameterError: If it is no box.
    """
    numbers = checked_numbers(owner, name, box, 4, text("(left, top, right, bottom)"))
    left, top, right, bottom = numbers
    if left >= right or top >= bottom or (inside and (min(left, top) < 0 or max(right, bottom) > 1)):
        names = {"name": name, "owner": type(owner).__name__, "box": box}
        raise ParameterError(
            text(
                "The `{name}` parameter of `{owner}` must be (left, top, right, bottom) from 0 to 1 with left < right "
                "and top < bottom; not {box!r}.",
                **names,
            )
            if inside
            else text(
                "The `{name}` parameter of `{owner}` must be (left, top, right, bottom) with left < right and "
                "top < bottom; not {box!r}.",
                **names,
            )
        )
    return left, top, right, bottom


def checked_numbers(owner: object, name: str, given: Any, n: int, what: str) -> tuple[float, ...]:
    """n finite numbers as floats.

    Raises:
        ParameterError: If they are not; `what` says what they should be.
    """
    try:
        numbers = np.asarray(given, np.float64)
    except (TypeError, ValueError):
        numbers = np.empty(0)
    if numbers.shape != (n,) or not np.isfinite(numbers).all():
        raise ParameterError(
            text(
                "The `{name}` parameter of `{owner}` must be {what}; not {given!r}.",
                name=name,
                owner=type(owner).__name__,
                what=what,
                given=given,
            )
        )
    return tuple(numbers.tolist())


def slices_of(box: Box, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """The rows and columns of a box in an image, at least one of each."""
    left, top, right, bottom = box
    return _between(top, bottom, shape[0]), _between(left, right, shape[1])


def _between(low: float, high: float, side: int) -> slice:
    first = min(round(low * side), side - 1)
    return slice(first, max(round(high * side), first + 1))


def like(values: np.ndarray, image: np.ndarray) -> np.ndarray:
    """Numbers as an image of the same type: rounded and limited to 0..255 for a picture."""
    if image.dtype == np.uint8:
        return np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return values.astype(image.dtype, copy=False)
