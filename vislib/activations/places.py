"""The place in a set of images where each channel of a network is most active, for all layers in one pass."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vislib.activations.patches import TopPatches, merged, no_patches, read_resized
from vislib.errors import DatasetError, ImageError, LayerError, listed
from vislib.images.finding import Images, source_of
from vislib.language import text
from vislib.progress import Progress, progress_bar

if TYPE_CHECKING:
    from vislib.model.classifier import Classifier

MAX_IMAGES = 64
"""The images are kept, so that pictures can be cut from them."""
_MAX_MAP_BYTES = 64 * 1024**2


@dataclass(frozen=True, eq=False)
class StrongestPlaces:
    """The place where each channel of a network is most active in a set of images.

    Attributes:
        layers: For each layer its number of channels; the arrays have the channels of all layers in this order.
        values: (all channels,) float32: the highest activation.
        numbers: (all channels,) uint8: the number of the image.
        rows: (all channels,) uint16: the row in the feature map.
        columns: (all channels,) uint16: the column in the feature map.
        images: (n, H, W, 3) uint8: the images at the network's input size.
        titles: The names of the images.
        source: Which images they are, in words: "5 sample photographs".

    Example:
        >>> places = vislib.strongest_places(classifier, vislib.sample_path("digits"))
        >>> places.channels_of("conv2"), places.source
        (slice(64, 128, None), 'digits')
    """

    layers: dict[str, int]
    values: np.ndarray
    numbers: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    images: np.ndarray
    titles: tuple[str, ...]
    source: str

    def channels_of(self, layer: str) -> slice:
        """Where a layer's channels are in the arrays.

        Raises:
            LayerError: If the layer is not among `layers`.
        """
        if layer not in self.layers:
            raise LayerError(
                text(
                    "There are no icons of layer '{layer}'; there are of {layers}.",
                    layer=layer,
                    layers=listed(self.layers),
                )
            )
        names = list(self.layers)
        start = sum(self.layers[name] for name in names[: names.index(layer)])
        return slice(start, start + self.layers[layer])

    def suits(self, classifier: "Classifier") -> bool:
        """Whether these are all layers of this network, and the images have its input size."""
        nodes = classifier.network.map_nodes
        known = {node.name: int(node.output.shape[3]) for node in nodes}
        return known == self.layers and tuple(self.images.shape[1:3]) == tuple(classifier.input_size)


def strongest_places(
    classifier: "Classifier",
    images: Images,
    layers: Sequence[str] | None = None,
    progress: Progress = progress_bar,
) -> StrongestPlaces:
    """The place where each channel of several layers is most active in a set of images; from this `icons` are cut.

    The layers are read in one pass, or in a few where their maps would take more than 64 MB for one image.

    Args:
        classifier: The network.
        images: At most 64 images, as for `icons`.
        layers: Layers with feature maps; all by default.
        progress: Called as progress(done, total). If it raises, the work stops.

    Raises:
        DatasetError: If there are no images, or too many.
        ImageError: If none of the images can be read.
        LayerError: If a layer has no feature maps.

    Example:
        >>> places = vislib.strongest_places(classifier, vislib.sample_path("digits"), ["conv1", "conv2"])
        >>> places.layers
        {'conv1': 32, 'conv2': 64}
    """
    found = None
    for done, total, found in steps(classifier, images, layers):  # noqa: B007  the last step has the result
        progress(done, total)
    assert found is not None
    return found


def steps(
    classifier: "Classifier",
    images: Images,
    layers: Sequence[str] | None = None,
) -> Iterator[tuple[int, int, StrongestPlaces | None]]:
    """The steps of `strongest_places`, for callers that do other things between them: (done, total, result or None).

    The last step has the result.
    """
    images = source_of(images)
    if len(images) > MAX_IMAGES:
        raise DatasetError(
            text(
                "{images} has {n:,} images; icons are cut from at most {most}, which are kept. Give "
                "fewer, or use `top_patches`, which takes any number.",
                images=images.name,
                n=len(images),
                most=MAX_IMAGES,
            )
        )
    named = list(dict.fromkeys(classifier.network.map_layers if layers is None else layers))
    groups = list(_groups(classifier, named))
    resized, read, _ = read_resized(classifier, images, range(len(images)))
    if not read:
        raise ImageError(text("None of the {n} images of {images} can be read.", n=len(images), images=images.name))
    top = {name: no_patches(name, classifier.network.map_node(name).output.shape[3]) for name in named}
    done, total = 0, len(groups) * len(read)
    for group in groups:
        for place in range(len(read)):
            yield done, total, None
            maps = classifier.network.maps(classifier.preprocess_input(resized[place : place + 1]), group)
            for name, values in zip(group, maps, strict=True):
                top[name] = merged(top[name], values, [place], [], place + 1, 1)
            done += 1
    titles = tuple(images.title(number) for number in read)
    yield done, total, _joined([top[name] for name in named], resized, titles, images.name)


def _groups(classifier: "Classifier", layers: Sequence[str]) -> Iterator[list[str]]:
    """Layers in groups whose maps fit into memory together; a single one may be larger."""
    group: list[str] = []
    n_bytes = 0
    for layer in layers:
        size = 4 * int(np.prod(classifier.network.map_node(layer).output.shape[1:]))
        if group and n_bytes + size > _MAX_MAP_BYTES:
            yield group
            group, n_bytes = [], 0
        group.append(layer)
        n_bytes += size
    if group:
        yield group


def _joined(top: list[TopPatches], images: np.ndarray, titles: tuple[str, ...], source: str) -> StrongestPlaces:
    def each(name: str, dtype: type) -> np.ndarray:
        return np.concatenate([getattr(one, name)[:, 0] for one in top]).astype(dtype)

    return StrongestPlaces(
        {one.layer: len(one.values) for one in top},
        each("values", np.float32),
        each("numbers", np.uint8),
        each("rows", np.uint16),
        each("columns", np.uint16),
        images,
        titles,
        source,
    )
