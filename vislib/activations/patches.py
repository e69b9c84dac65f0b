"""The patches of a set of images that excite each channel of a layer most, for comparison with synthesized pictures."""

import hashlib
import io
import os
import time
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vislib import html
from vislib.errors import ImageError, LayerError, ParameterError
from vislib.images.finding import Images, source_of
from vislib.images.sets import ImageSet
from vislib.language import sentences, text, tr
from vislib.layers import ReceptiveField, receptive_fields
from vislib.layers.receptive_field import Span
from vislib.output.export import write_whole
from vislib.progress import Progress, progress_bar

if TYPE_CHECKING:
    from vislib.model.classifier import Classifier

_MAX_MAP_BYTES = 64 * 1024**2
_SAVE_EVERY_SECONDS = 5.0
_OUTSIDE = 128
_CHANNELS_SHOWN, _PATCHES_SHOWN = 8, 4
_LEAST_WINDOW_PX, _WINDOW_SHARE = 32, 3 / 8
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

    Example:
        >>> digits = vislib.sample_path("digits")
        >>> top = vislib.top_patches(classifier, digits, "conv2_activation", n=4)
        >>> [patch.shape for patch in top.patches(classifier, digits, channel=5)][:2]
        [(5, 5, 3), (5, 5, 3)]
    """

    layer: str
    values: np.ndarray
    numbers: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    unreadable: np.ndarray
    done: int

    def _repr_html_(self) -> str:
        n_channels, n = self.values.shape
        rows: list[tuple[object, ...]] = [
            (
                channel,
                *(
                    tr("{value:.3g} (image {number})", value=value, number=number)
                    for value, number in zip(values, numbers, strict=True)
                ),
            )
            for channel, values, numbers in zip(
                range(_CHANNELS_SHOWN), self.values[:, :_PATCHES_SHOWN], self.numbers[:, :_PATCHES_SHOWN], strict=False
            )
        ]
        header = (
            tr("channel"),
            tr("highest activation"),
            *(f"{rank}." for rank in range(2, min(n, _PATCHES_SHOWN) + 1)),
        )
        counts = {"channels": n_channels, "places": n, "images": self.done}
        if len(self.unreadable):
            seen = text(
                "{channels:,} channels, {places} places each; {images:,} images, of which {unread:,} could "
                "not be read.",
                **counts,
                unread=len(self.unreadable),
            )
        else:
            seen = text("{channels:,} channels, {places} places each; {images:,} images.", **counts)
        how = text("patches(classifier, images, channel) cuts the patches out.")
        title = tr("Strongest patches of {layer}", layer=self.layer)
        return html.block(title, html.table(rows, header), html.line(tr(sentences(seen, how))))

    def patches(
        self,
        classifier: "Classifier",
        images: Images,
        channel: int,
        most_px: int | None = None,
    ) -> list[np.ndarray]:
        """A channel's patches, (h, w, 3) uint8, highest first: the receptive fields of its units.

        They are cut from the image at the network's input size; places beyond its edges are grey.

        Args:
            classifier: The network.
            images: The images that were searched.
            channel: The channel.
            most_px: Of a larger receptive field, the window of this side around its middle, within the image; see
                `window_px`. None for the whole field.

        Raises:
            LayerError: If there is no such channel.
        """
        images = source_of(images)
        if not 0 <= channel < len(self.values):
            raise LayerError(
                text(
                    "Channels of layer '{layer}' go from 0 to {last}; not {channel}.",
                    layer=self.layer,
                    last=len(self.values) - 1,
                    channel=channel,
                )
            )
        field = receptive_fields(classifier.network.graph)[self.layer]
        map_size = classifier.network.map_node(self.layer).output.shape[1:3]
        places = zip(self.numbers[channel], self.rows[channel], self.columns[channel], strict=True)
        return [
            cut(classifier.resize(images[int(n)]), field, (int(row), int(column)), map_size, most_px)
            for n, row, column in places
        ]


def top_patches(
    classifier: "Classifier",
    images: Images,
    layer: str,
    n: int = 9,
    *,
    keep_in: str | os.PathLike[str] | None = None,
    progress: Progress = progress_bar,
) -> TopPatches:
    """Finds the n images, and the places in them, that excite each channel of a layer most, in one pass.

    Memory does not grow with the number of images. Of equal activations the earlier image, row and column wins.

    Args:
        classifier: The classifier that the layer belongs to.
        images: A folder, a .zip, a list or Parquet file of paths, a list of paths, an array (n, h, w, 1 or 3) uint8, a
            list of arrays, or a set of images.
        layer: A layer with feature maps.
        n: Number of patches for each channel; fewer if there are fewer images.
        keep_in: A folder that keeps the result; it is created if needed. A result for the same network and weights,
            layer, set and n is not computed again, and an interrupted pass continues where it stopped.
        progress: Called as progress(done, total). If it raises, the work stops.

    Raises:
        DatasetError: If there are no images.
        ImageError: If none of the images can be read.
        LayerError: If the layer has no feature maps.
        ParameterError: If n is not a whole number from 1 to 1000, or the folder cannot be written to.

    Example:
        >>> top = vislib.top_patches(classifier, vislib.sample_path("digits"), "conv2_activation", n=4)
        >>> top.values.shape
        (64, 4)
    """
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or not 1 <= n <= 1000:
        raise ParameterError(text("`n` must be a whole number from 1 to 1000; not {n!r}.", n=n))
    images = source_of(images)
    height, width, n_channels = classifier.network.map_node(layer).output.shape[1:]
    path = _path(keep_in, classifier.current_key(), images.digest, layer, n) if keep_in is not None else None
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
        raise ImageError(text("None of the {n} images of {images} can be read.", n=total, images=images.name))
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


def window_px(input_size: tuple[int, int]) -> int:
    """The side of the window that stands for a large receptive field: 3/8 of the input's shorter side, at least 32 px.

    A unit depends most on the middle of its field (Luo et al. 2016, arXiv 1701.04128), and the whole field of a deep
    unit is the whole image.
    """
    return max(_LEAST_WINDOW_PX, round(_WINDOW_SHARE * min(input_size)))


def cut(
    resized: np.ndarray,
    field: ReceptiveField,
    place: tuple[int, int],
    map_size: tuple[int, int],
    most_px: int | None = None,
) -> np.ndarray:
    """The receptive field of a unit, cut from an image at the network's input size; grey beyond its edges.

    Args:
        resized: The image (H, W, 3).
        field: The receptive field of the layer's units.
        place: The unit's row and column.
        map_size: (height, width) of the feature map.
        most_px: As for `TopPatches.patches`.
    """
    bounds = []
    for axis, span in enumerate((field.rows, field.columns)):
        length, n_pixels = field.size[axis], resized.shape[axis]
        if most_px is not None and length > most_px:
            bounds.append(_window(place[axis], span, map_size[axis], n_pixels, most_px))
            continue
        first, _ = span.of(place[axis])
        bounds.append((0, n_pixels) if length >= n_pixels else (first, first + length))
    (top, bottom), (left, right) = bounds
    patch = np.full((bottom - top, right - left, 3), _OUTSIDE, np.uint8)
    inside = resized[max(top, 0) : bottom, max(left, 0) : right]
    patch[max(-top, 0) : max(-top, 0) + inside.shape[0], max(-left, 0) : max(-left, 0) + inside.shape[1]] = inside
    return patch


def _window(unit: int, span: Span, n_units: int, n_pixels: int, most_px: int) -> tuple[int, int]:
    """The first pixel of a window around a unit and the one behind its last, inside the image."""
    centre = sum(span.of(unit)) / 2 if span.step else (unit + 0.5) * n_pixels / n_units
    length = min(most_px, n_pixels)
    first = min(max(round(centre - length / 2), 0), n_pixels - length)
    return first, first + length


# -- on disk ---------------------------------------------------------------------------------------


def _path(folder: str | os.PathLike[str], *identity: object) -> Path:
    return Path(folder) / f"{hashlib.sha256(repr(identity).encode()).hexdigest()[:24]}.npz"


def _keep(path: Path, top: TopPatches) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, **{name: np.asarray(getattr(top, name)) for name in _ARRAYS})  # type: ignore[arg-type]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ParameterError(
            text("'{folder}' cannot be created: {reason}.", folder=path.parent, reason=error.strerror or error)
        ) from error
    write_whole(path, buffer.getvalue())


def _kept(path: Path, layer: str) -> TopPatches | None:
    """The saved result; None if there is none or it cannot be read, as then it is computed again."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in _ARRAYS}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None
    return TopPatches(layer, **(arrays | {"done": int(arrays["done"])}))
