"""How active a channel is over a set of images."""

from dataclasses import dataclass

import numpy as np

from vislib.activations.patches import read_resized
from vislib.errors import ImageError, LayerError
from vislib.images.finding import Images, source_of
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.progress import Progress, progress_bar

_MAX_MAP_BYTES = 64 * 1024**2
_MAX_VALUES = 1_000_000


@dataclass(frozen=True, eq=False)
class ChannelActivity:
    """A channel's activations over a set of images.

    Attributes:
        values: (m,) float32: activations at the places of all images; of more than a million every s-th place, so that
            each image counts alike.
        maxima: (n,) float32: the highest activation in each image.
        numbers: (n,): the numbers of the images; those that cannot be read are left out.

    Example:
        >>> activity = vislib.channel_activity(classifier, vislib.sample_path("digits"), "conv2_activation", 5)
        >>> activity.maxima.shape, activity.rank(0.0)
        ((10,), 11)
    """

    values: np.ndarray
    maxima: np.ndarray
    numbers: np.ndarray

    def share_below(self, value: float) -> float:
        """The share of the places whose activation is below a value, 0..1."""
        return float((self.values < value).mean())

    def rank(self, maximum: float) -> int:
        """1 for a maximum above those of all images, n + 1 for one below them all."""
        return int((self.maxima > maximum).sum()) + 1


def channel_activity(
    classifier: Classifier,
    images: Images,
    layer: str,
    channel: int,
    progress: Progress = progress_bar,
) -> ChannelActivity:
    """A channel's activations at the places of all images, and its maximum in each.

    Args:
        classifier: The network.
        images: A folder, a .zip, a list or Parquet file of paths, a list of paths, an array (n, h, w, 1 or 3) uint8, a
            list of arrays, or a set of images.
        layer: A layer with feature maps.
        channel: The channel.
        progress: Called as progress(done, total). If it raises, the work stops.

    Raises:
        DatasetError: If there are no images.
        ImageError: If none of the images can be read.
        LayerError: If there is no such layer or channel.

    Example:
        >>> activity = vislib.channel_activity(classifier, vislib.sample_path("digits"), "conv2_activation", 5)
        >>> activity.values.shape, activity.numbers.shape
        ((5760,), (10,))
    """
    images, network = source_of(images), classifier.network
    height, width, n_channels = network.map_node(layer).output.shape[1:]
    if not 0 <= channel < n_channels:
        raise LayerError(
            text(
                "Channels of layer '{layer}' go from 0 to {last}; not {channel}.",
                layer=layer,
                last=n_channels - 1,
                channel=channel,
            )
        )
    batch_size = int(np.clip(_MAX_MAP_BYTES // (4 * height * width * n_channels), 1, network.batch_size))
    step = -(-len(images) * height * width // _MAX_VALUES)
    values, maxima, numbers = [], [], []
    for start in range(0, len(images), batch_size):
        progress(start, len(images))
        resized, read, _ = read_resized(classifier, images, range(start, min(start + batch_size, len(images))))
        if read:
            (maps,) = network.maps(classifier.preprocess_input(resized), [layer])
            flat = maps[..., channel].reshape(len(read), -1)
            values.append(flat[:, step // 2 :: step].ravel())
            maxima.append(flat.max(axis=1))
            numbers += read
    progress(len(images), len(images))
    if not numbers:
        raise ImageError(text("None of the {n} images of {images} can be read.", n=len(images), images=images.name))
    return ChannelActivity(np.concatenate(values), np.concatenate(maxima), np.array(numbers))
