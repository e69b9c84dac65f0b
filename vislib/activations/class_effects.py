"""The classes that a channel speaks for and against."""

from dataclasses import dataclass

import numpy as np

from vislib.activations.patches import read_resized
from vislib.errors import ImageError, LayerError
from vislib.images.finding import Images, source_of
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.progress import Progress, progress_bar

WEIGHTS, GRADIENT = text("weights"), text("gradient × activation")


@dataclass(frozen=True, eq=False)
class ClassEffects:
    """What a channel adds to each class's logit, or to each output.

    Attributes:
        values: (classes,) float32; above 0 the channel speaks for the class, below 0 against it.
        how: "weights" or "gradient × activation".
        n_images: The number of images that the values are the mean of; 0 for weights.

    Example:
        >>> effects = vislib.class_effects(classifier, vislib.sample_path("digits"), "pool", 0)
        >>> effects.values.shape, effects.how, effects.n_images
        ((10,), 'gradient × activation', 10)
    """

    values: np.ndarray
    how: str
    n_images: int


def class_effects(
    classifier: Classifier,
    images: Images | None,
    layer: str,
    channel: int,
    progress: Progress = progress_bar,
) -> ClassEffects:
    """What a channel of a layer adds to the logit of every class.

    Where the network averages the layer's maps and one linear layer reads the averages, these are that layer's weights:
    y_c = Σ_k w_kc · mean(a_k) + b_c, exact for every image. In any other layer it is gradient × activation,
    Σ over positions of a · ∂ y_c / ∂ a, of all classes in one forward pass, as the mean over the images; it is exact as
    long as no ReLU behind the layer changes sides. Of a segmentation it is the mean over the pixels.

    Args:
        classifier: The network.
        images: A folder, a .zip, a list or Parquet file of paths, a list of paths, an array (n, h, w, 1 or 3) uint8, a
            list of arrays, or a set of images; weights need none.
        layer: A layer with feature maps, before the output.
        channel: The channel.
        progress: Called as progress(done, total). If it raises, the work stops.

    Raises:
        DatasetError: If there are no images.
        ImageError: If none of the images can be read.
        LayerError: If there is no such layer or channel, or the output does not depend on it.

    Example:
        >>> effects = vislib.class_effects(classifier, vislib.sample_path("digits"), "pool", 0)
        >>> effects.values.shape
        (10,)
    """
    network = classifier.network
    n_channels = network.map_node(layer).output.shape[3]
    if not 0 <= channel < n_channels:
        raise LayerError(
            text(
                "Channels of layer '{layer}' go from 0 to {last}; not {channel}.",
                layer=layer,
                last=n_channels - 1,
                channel=channel,
            )
        )
    pooled = network.pooled_layer
    if pooled is not None and pooled[0] == layer:
        return ClassEffects(np.asarray(pooled[1][channel], np.float32), WEIGHTS, 0)
    if images is None:
        raise ImageError(
            text(
                "No linear layer reads the averages of layer '{layer}', so images are needed; give `images`.",
                layer=layer,
            )
        )
    images = source_of(images)
    total, n_read = np.zeros(network.n_classes), 0
    for start in range(0, len(images), network.gradient_batch_size):
        progress(start, len(images))
        numbers = range(start, min(start + network.gradient_batch_size, len(images)))
        resized, read, _ = read_resized(classifier, images, numbers)
        if read:
            found = network.channel_effects(classifier.preprocess_input(resized), layer, channel)
            total += found.reshape(len(read), -1, network.n_classes).mean(axis=1).sum(axis=0)
            n_read += len(read)
    progress(len(images), len(images))
    if not n_read:
        raise ImageError(text("None of the {n} images of {images} can be read.", n=len(images), images=images.name))
    return ClassEffects((total / n_read).astype(np.float32), GRADIENT, n_read)
