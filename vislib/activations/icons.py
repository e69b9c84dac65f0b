"""A small picture of each channel: the place in a set of images where it is most active."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from vislib.activations.patches import cut, window_px
from vislib.activations.places import StrongestPlaces, strongest_places
from vislib.activations.shipped_places import shipped_places
from vislib.errors import DatasetError, LayerError, ParameterError
from vislib.images.finding import Images
from vislib.language import text
from vislib.layers import ReceptiveField, receptive_fields
from vislib.progress import Progress, progress_bar

if TYPE_CHECKING:
    from vislib.model.classifier import Classifier

SIDE = 64
_FEW_PIXELS = 16
_NOWHERE = 128


@dataclass(frozen=True, eq=False)
class Icons:
    """A picture of each of a layer's channels, and where it comes from.

    Attributes:
        layer: The layer's name.
        channels: (n,): the channels.
        pictures: (n, side, side, 3) uint8; plain grey for a channel that is active nowhere.
        values: (n,) float32: the activation at the place.
        origins: For each channel, the image and the place, in words.
        source: Which images were searched.

    Example:
        >>> icons = vislib.icons(classifier, "pool", channels=[0, 1])
        >>> icons.pictures.shape, len(icons.origins)
        ((2, 64, 64, 3), 2)
    """

    layer: str
    channels: np.ndarray
    pictures: np.ndarray
    values: np.ndarray
    origins: tuple[str, ...]
    source: str


def icons(
    classifier: "Classifier",
    layer: str,
    images: "StrongestPlaces | Images | None" = None,
    channels: Sequence[int] | None = None,
    side: int = SIDE,
    progress: Progress = progress_bar,
) -> Icons:
    """A small picture of each channel of a layer: the window of an image around the place where it is most active.

    The window is the receptive field of the unit; of a large one, its middle (see `patches.window_px`).

    Args:
        classifier: The network.
        layer: A layer with feature maps.
        images: At most 64 images, as for `top_patches`; or what `strongest_places` found in them. By default the places
            that come with a built-in network.
        channels: Some of the channels; all by default.
        side: The side of the pictures in pixels, 8..512.
        progress: Called as progress(done, total). If it raises, the work stops.

    Raises:
        DatasetError: If there are no images, or too many, or none are given for a network that is not built in.
        LayerError: If the layer has no feature maps, or there is no such channel.
        ParameterError: If `side` is not such a number.

    Example:
        >>> vislib.icons(classifier, "pool", channels=[0, 1], side=32).pictures.shape
        (2, 32, 32, 3)
    """
    if isinstance(side, bool) or not isinstance(side, int) or not 8 <= side <= 512:
        raise ParameterError(text("`side` must be a whole number from 8 to 512; not {side!r}.", side=side))
    shape = classifier.network.map_node(layer).output.shape[1:]
    wanted = np.arange(shape[2]) if channels is None else np.asarray(channels, np.int64).reshape(-1)
    if len(wanted) and not (wanted.min() >= 0 and wanted.max() < shape[2]):
        wrong = next(int(one) for one in wanted if not 0 <= one < shape[2])
        raise LayerError(
            text(
                "Channels of layer '{layer}' go from 0 to {last}; not {channel}.",
                layer=layer,
                last=shape[2] - 1,
                channel=wrong,
            )
        )
    found = shipped_places(classifier) if images is None else images
    if found is None:
        raise DatasetError(
            text(
                "vislib has no icons of {model}, only of its own networks. Give `images`, such as a folder; "
                "without any, `activation_maximization.wanted_icons` makes pictures.",
                model=classifier.name,
            )
        )
    if not isinstance(found, StrongestPlaces):
        found = strongest_places(classifier, found, [layer], progress)
    at = np.arange(*found.channels_of(layer).indices(len(found.values)))[wanted]
    field = receptive_fields(classifier.network.graph)[layer]
    places = list(zip(found.numbers[at], found.rows[at], found.columns[at], found.values[at], strict=True))
    pictures = [
        _picture(found.images[number], field, (int(row), int(column)), shape[:2], side) if value else _grey(side)
        for number, row, column, value in places
    ]
    origins = tuple(
        text("{image}, row {row}, column {column}", image=found.titles[number], row=row, column=column)
        if value
        else text("active nowhere in these images")
        for number, row, column, value in places
    )
    stacked = np.stack(pictures) if pictures else np.empty((0, side, side, 3), np.uint8)
    return Icons(layer, wanted, stacked, found.values[at], origins, found.source)


def _grey(side: int) -> np.ndarray:
    return np.full((side, side, 3), _NOWHERE, np.uint8)


def _picture(
    image: np.ndarray, field: ReceptiveField, place: tuple[int, int], map_size: tuple[int, int], side: int
) -> np.ndarray:
    """The window around a unit, (side, side, 3) uint8."""
    window = cut(image, field, place, map_size, window_px(image.shape[:2]))
    # A few pixels stay squares, so that they differ from a blurred photograph.
    few = max(window.shape[:2]) <= min(side, _FEW_PIXELS)
    how = Image.Resampling.NEAREST if few else Image.Resampling.BICUBIC
    return np.asarray(Image.fromarray(window).resize((side, side), how))
