"""Icons of channels where no set of images suits: what each channel wants, by activation maximization."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from vislib.activation_maximization.maximization import Maximization
from vislib.activation_maximization.maximizer import maximize
from vislib.activations.icons import SIDE, Icons
from vislib.language import text
from vislib.progress import Progress, no_progress, progress_bar
from vislib.targets import Channel

if TYPE_CHECKING:
    from vislib.model.classifier import Classifier

_AT_ONCE = 8


def wanted_icons(
    classifier: "Classifier",
    layer: str,
    channels: Sequence[int],
    side: int = SIDE,
    steps: int = 32,
    seed: int = 0,
    progress: Progress = progress_bar,
) -> Icons:
    """A picture of each channel that is made so that it excites the channel, in the form of `vislib.icons`.

    Args:
        classifier: The network.
        layer: A layer with feature maps.
        channels: The channels.
        side: The side of the pictures in pixels.
        steps: Steps of gradient ascent.
        seed: The same seed gives the same pictures.
        progress: Called as progress(done, total), in channels.

    Raises:
        LayerError: If there is no such layer or channel.
        ModelError: If the network takes no pictures, or has no gradient.

    Example:
        >>> vislib.activation_maximization.wanted_icons(classifier, "conv1", [0, 1], steps=2).pictures.shape
        (2, 64, 64, 3)
    """
    made: list[Maximization] = []
    for start in range(0, len(channels), _AT_ONCE):
        progress(start, len(channels))
        part = [Channel(layer, int(channel)) for channel in channels[start : start + _AT_ONCE]]
        made.append(maximize(classifier, part, progress=no_progress, steps=steps, seed=seed))
    progress(len(channels), len(channels))
    pictures = [
        np.asarray(Image.fromarray(one).resize((side, side), Image.Resampling.BICUBIC))
        for result in made
        for one in result.pictures
    ]
    return Icons(
        layer,
        np.asarray(channels, np.int64),
        np.stack(pictures) if pictures else np.empty((0, side, side, 3), np.uint8),
        np.concatenate([result.scores for result in made]).astype(np.float32) if made else np.empty(0, np.float32),
        (text("made by activation maximization"),) * len(channels),
        text("activation maximization"),
    )
