"""The vocabulary of a place: the channels that are most active at one place of a layer."""

from dataclasses import dataclass

import numpy as np

from vislib.activations.maps import feature_maps
from vislib.errors import LayerError, ParameterError
from vislib.language import text
from vislib.model.classifier import Classifier


@dataclass(frozen=True)
class ChannelValue:
    """A channel and its activation at one place.

    Example:
        >>> vislib.strongest_at(classifier, image, "pool", row=6, column=6, n=1)[0].channel
        53
    """

    channel: int
    value: float


def strongest_at(
    classifier: Classifier, image: np.ndarray, layer: str, row: int, column: int, n: int = 8
) -> tuple[ChannelValue, ...]:
    """The n channels with the highest activation at one place of a layer, highest first.

    With an icon for each channel this is the semantic dictionary of the place. Values of different channels are on the
    layer's one scale, but a channel that is active everywhere is also among the strongest everywhere.

    Args:
        classifier: The network.
        image: (H, W, 3) in 0..255.
        layer: A layer with feature maps.
        row: The row in the feature map, from 0.
        column: The column in the feature map, from 0.
        n: Number of channels; fewer if the layer has fewer.

    Returns:
        Channels and activations; of equal ones the first channel comes first.

    Raises:
        LayerError: If the layer has no feature maps, or no such place.
        ParameterError: If n is not a whole number of at least 1.

    Reference: Olah et al. 2018, "The building blocks of interpretability", https://distill.pub/2018/building-blocks.

    Example:
        >>> [one.channel for one in vislib.strongest_at(classifier, image, "pool", row=6, column=6, n=2)]
        [53, 38]
    """
    height, width = classifier.network.map_node(layer).output.shape[1:3]
    for is_row, given, size in ((True, row, height), (False, column, width)):
        if not isinstance(given, int | np.integer) or not 0 <= given < size:
            raise LayerError(
                text(
                    "Rows of layer '{layer}' go from 0 to {last}; not {given!r}.",
                    layer=layer,
                    last=size - 1,
                    given=given,
                )
                if is_row
                else text(
                    "Columns of layer '{layer}' go from 0 to {last}; not {given!r}.",
                    layer=layer,
                    last=size - 1,
                    given=given,
                )
            )
    return strongest_of(feature_maps(classifier, image, layer)[row, column], n)


def strongest_of(values: np.ndarray, n: int = 8) -> tuple[ChannelValue, ...]:
    """The n highest of a place's activations (channels,), highest first; see `strongest_at`."""
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
        raise ParameterError(text("`n` must be a whole number of at least 1; not {n!r}.", n=n))
    order = np.argsort(-values, kind="stable")[:n]
    return tuple(ChannelValue(int(channel), float(values[channel])) for channel in order)
