"""A batch on a plane: its images by their features and by their maps, with SpRAy's clusters."""

import io
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from vislib.batch import Batch, open_batch
from vislib.errors import ParameterError, listed
from vislib.language import text
from vislib.neighbours.set_map import positions, sprites
from vislib.report.clusters import small_maps
from vislib.report.reasons import found_reasons

FEATURES = "features"
SIDE = 32
_AT_ONCE = 500


@dataclass(frozen=True, eq=False)
class BatchMap:
    """The images of a batch on a plane.

    Attributes:
        numbers: (n,) int: the numbers of the images that were explained.
        places: By "features" and by each method, (n, 2) float32 in 0..1: similar images lie near each other.
        shown: By the same names, the share of the variance that the plane shows, 0..1.
        sprites: The thumbnails in one JPEG file, see `vislib.neighbours.set_map.sprites`.
        clusters: By method, (n,) the number of the image's cluster in its class, from 1; 0 for none.
    """

    numbers: np.ndarray
    places: Mapping[str, np.ndarray]
    shown: Mapping[str, float]
    sprites: bytes
    clusters: Mapping[str, np.ndarray]


def batch_map(folder: str | os.PathLike[str] | Batch) -> BatchMap | None:
    """The map of a batch, its folder or the opened batch, by PCA; None if none of its images was explained.

    Raises:
        ParameterError: If there is no batch, or it is damaged.
    """
    batch = open_batch(folder)
    numbers = _explained(batch)
    if not len(numbers):
        return None
    found = {name: positions(_vectors(batch, name, numbers)) for name in _names(batch)}
    clusters = {method: np.zeros(len(numbers), np.int64) for method in batch.methods}
    for method, of_method in clusters.items():
        next_of: dict[int, int] = {}
        for reason in found_reasons(batch, method):
            next_of[reason.class_index] = next_of.get(reason.class_index, 0) + 1
            of_method[np.isin(numbers, reason.numbers)] = next_of[reason.class_index]
    picture = io.BytesIO()
    thumbnails = (each for part in _parts(numbers) for each in batch.thumbnails(part))
    sprites(thumbnails, len(numbers), SIDE).save(picture, "JPEG", quality=85)
    return BatchMap(
        numbers,
        {name: places for name, (places, _) in found.items()},
        {name: share for name, (_, share) in found.items()},
        picture.getvalue(),
        clusters,
    )


def placed(folder: str | os.PathLike[str], name: str, method: str = "umap") -> np.ndarray:
    """The images of `batch_map(folder)` on a plane in another way.

    Args:
        folder: The batch.
        name: By what: "features", or a method whose maps are compared.
        method: As for `vislib.neighbours.set_map.positions`.

    Returns:
        (n, 2) float32 in 0..1.

    Raises:
        ParameterError: If there is no batch, it is damaged, it has no such vectors, or UMAP is not installed.
    """
    batch = open_batch(folder)
    if name not in _names(batch):
        raise ParameterError(
            text(
                "The images of this batch are placed by one of {names}; not '{name}'.",
                names=listed(_names(batch)),
                name=name,
            )
        )
    return positions(_vectors(batch, name, _explained(batch)), method)[0]


def _names(batch: Batch) -> tuple[str, ...]:
    return (*([FEATURES] if batch.manifest["settings"].get(FEATURES) else []), *batch.methods)


def _explained(batch: Batch) -> np.ndarray:
    table = batch.table(["number", "explained_label"])
    return table.column("number").to_numpy()[table.column("explained_label").is_valid().to_numpy()]


def _vectors(batch: Batch, name: str, numbers: np.ndarray) -> np.ndarray:
    """(n, k) float32: the features, or the maps of a method made small, some at a time."""
    if name == FEATURES:
        return batch.features(numbers)
    parts = (small_maps(batch.maps(name, part)).reshape(len(part), -1) for part in _parts(numbers))
    return np.concatenate(list(parts))


def _parts(numbers: np.ndarray) -> Iterator[np.ndarray]:
    """Some numbers at a time, so that large maps and thumbnails of all images are never in memory together."""
    for start in range(0, len(numbers), _AT_ONCE):
        yield numbers[start : start + _AT_ONCE]
