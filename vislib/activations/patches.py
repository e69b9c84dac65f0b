"""The patches of a set of images that excite each channel of a layer most, for comparison with synthesized pictures."""

import hashlib
import io
import math
import os
import time
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vislib.errors import ImageError, LayerError, ParameterError
from vislib.images.sets import ImageSet, image_set
from vislib.layers import ReceptiveField, receptive_fields
from vislib.output.export import write_whole
from vislib.progress import no_progress

if TYPE_CHECKING:
    from vislib.model.classifier import Classifier

_MAX_MAP_BYTES = 64 * 1024**2
_SAVE_EVERY_SECONDS = 5.0
_OUTSIDE = 128
_ARRAYS = ("values", "numbers", "rows", "columns", "unreadable", "done")


@dataclass(frozen=True, eq=False)
class TopPatches:
    """The places in a set of images where each channel of a layer is most active; at most one place in each image.

    Attributes:
        layer: The layer's name.
        values: (channels, n) float32: the highest activations, highest first.
        numbers: (channels, n): the numbers of the images.
        rows: (channels, n): the rows of the units in the feature map.
        columns: (channels, n): the columns of the units in the feature map.
        unreadable: (m,): the numbers of images that cannot be read; they are left out.
        done: Number of images processed so far.
    """

    layer: str
    values: np.ndarray
    numbers: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    unreadable: np.ndarray
    done: int

    def patches(
        self, classifier: "Classifier", images: "ImageSet | np.ndarray | str", channel: int
    ) -> list[np.ndarray]:
        """A channel's patches, (h, w, 3) uint8, highest first: the receptive fields of its units.

        They are cut from the image at the network's input size; places beyond its edges are grey.

        Raises:
            LayerError: If there is no such channel.
        """
        images = image_set(images)
        if not 0 <= channel < len(self.values):
            raise LayerError(f"Channels of layer '{self.layer}' go from 0 to {len(self.values) - 1}; not {channel}.")
        field = receptive_fields(classifier.network.graph)[self.layer]
        places = zip(self.numbers[channel], self.rows[channel], self.columns[channel], strict=True)
        return [cut(classifier.resize(images[int(n)]), field, int(row), int(column)) for n, row, column in places]


def top_patches(
    classifier: "Classifier",
    images: "ImageSet | np.ndarray | str | os.PathLike[str]",
    layer: str,
    n: int = 9,
    *,
    keep_in: str | os.PathLike[str] | None = None,
    progress: Callable[..., None] = no_progress,
) -> TopPatches:
    """Finds the n images, and the places in them, that excite each channel of a layer most, in one pass.

    Memory does not grow with the number of images. Of equal activations the earlier image, row and column wins.

    Args:
        classifier: The classifier that the layer belongs to.
        images: A folder, an array (n, h, w, 1 or 3) uint8, or a set of images.
        layer: A layer with feature maps.
        n: Number of patches for each channel; fewer if there are fewer images.
        keep_in: A folder that keeps the result; it is created if needed. A result for the same network, layer, set and
            n is not computed again, and an interrupted pass continues where it stopped.
        progress: Called as progress(done, total). If it raises, the work stops.

    Raises:
        DatasetError: If there are no images.
        ImageError: If none of the images can be read.
        LayerError: If the layer has no feature maps.
        ParameterError: If n is not a whole number from 1 to 1000, or the folder cannot be written to.
    """
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or not 1 <= n <= 1000:
        raise ParameterError(f"`n` must be a whole number from 1 to 1000; not {n!r}.")
    images = image_set(images)
    height, width, n_channels = classifier.network.map_node(layer).output.shape[1:]
    path = _path(keep_in, classifier.key, images.digest, layer, n) if keep_in is not None else None
    top = (_kept(path, layer) if path else None) or no_patches(layer, n_channels)
    batch_size = int(np.clip(_MAX_MAP_BYTES // (4 * height * width * n_channels), 1, classifier.network.batch_size))
    saved_at, total = time.monotonic(), len(images)
    try:
        while top.done < total:
            progress(top.done, total)
            top = _updated(top, classifier, images, range(top.done, min(top.done + batch_size, total)), n)
            if path and time.monotonic() - saved_at > _SAVE_EVERY_SECONDS:
                _keep(path, top)
                saved_at = time.monotonic()
    finally:
        if path and top.done:
            _keep(path, top)
    progress(total, total)
    if len(top.unreadable) == total:
        raise ImageError(f"None of the {total} images of {images.name} can be read.")
    return top


def _updated(top: TopPatches, classifier: "Classifier", images: ImageSet, numbers: range, n: int) -> TopPatches:
    """The top patches of the earlier images and of these."""
    resized, read, unreadable = read_resized(classifier, images, numbers)
    maps = classifier.network.maps(classifier.preprocess_input(resized), [top.layer])[0] if read else None
    return merged(top, maps, read, unreadable, numbers.stop, n)


def read_resized(classifier: "Classifier", images: ImageSet, numbers: range) -> tuple[np.ndarray, list[int], list[int]]:
    """Images of a set at the network's input size (m, H, W, 3), their numbers, and the numbers of unreadable ones."""
    resized, read, unreadable = [], [], []
    for number in numbers:
        try:
            resized.append(classifier.resize(images[number]))
            read.append(number)
        except ImageError:
            unreadable.append(number)
    return np.stack(resized) if resized else np.empty((0, *classifier.input_size, 3), np.uint8), read, unreadable


def merged(
    top: TopPatches, maps: np.ndarray | None, read: list[int], unreadable: list[int], done: int, n: int
) -> TopPatches:
    """The top patches, with the maps (m, h, w, c) of the further images `read`."""
    found = (top.values, top.numbers, top.rows, top.columns)
    if maps is not None:
        flat = maps.reshape(len(maps), -1, maps.shape[3])
        places = flat.argmax(axis=1)
        highest = np.take_along_axis(flat, places[:, None], axis=1)[:, 0]
        rows, columns = np.divmod(places, maps.shape[2])
        new = (highest, np.broadcast_to(np.array(read)[:, None], places.shape), rows, columns)
        joined = [np.concatenate([old, now.T], axis=1) for old, now in zip(found, new, strict=True)]
        order = np.argsort(-joined[0], axis=1, kind="stable")[:, :n]
        values, of, rows, columns = (np.take_along_axis(array, order, axis=1) for array in joined)
        found = (values, of, rows, columns)
    return TopPatches(top.layer, *found, np.array([*top.unreadable, *unreadable], np.int64), done)


def no_patches(layer: str, n_channels: int) -> TopPatches:
    values, nowhere = np.empty((n_channels, 0), np.float32), np.empty((n_channels, 0), np.int64)
    return TopPatches(layer, values, nowhere, nowhere, nowhere, np.empty(0, np.int64), 0)


def cut(resized: np.ndarray, field: ReceptiveField, row: int, column: int) -> np.ndarray:
    """The receptive field of a unit, cut from an image at the network's input size; grey beyond its edges."""
    bounds = []
    for axis, (at, span) in enumerate(((row, field.rows), (column, field.columns))):
        length, n_pixels = field.size[axis], resized.shape[axis]
        first = math.floor(at * span.stride + span.low)
        bounds.append((0, n_pixels) if length >= n_pixels else (first, first + length))
    (top, bottom), (left, right) = bounds
    patch = np.full((bottom - top, right - left, 3), _OUTSIDE, np.uint8)
    inside = resized[max(top, 0) : bottom, max(left, 0) : right]
    patch[max(-top, 0) : max(-top, 0) + inside.shape[0], max(-left, 0) : max(-left, 0) + inside.shape[1]] = inside
    return patch


# -- on disk ---------------------------------------------------------------------------------------


def _path(folder: str | os.PathLike[str], *identity: object) -> Path:
    return Path(folder) / f"{hashlib.sha256(repr(identity).encode()).hexdigest()[:24]}.npz"


def _keep(path: Path, top: TopPatches) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, **{name: np.asarray(getattr(top, name)) for name in _ARRAYS})  # type: ignore[arg-type]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ParameterError(f"'{path.parent}' cannot be created: {error.strerror or error}.") from error
    write_whole(path, buffer.getvalue())


def _kept(path: Path, layer: str) -> TopPatches | None:
    """The saved result; None if there is none or it cannot be read, as then it is computed again."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in _ARRAYS}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None
    return TopPatches(layer, **(arrays | {"done": int(arrays["done"])}))
