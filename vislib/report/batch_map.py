"""A batch on a plane: its images by their features and by their maps, with SpRAy's clusters."""

import io
import os
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from vislib.batch import open_batch
from vislib.neighbours.set_map import positions, sprites
from vislib.report.clusters import small_maps
from vislib.report.reasons import found_reasons

FEATURES = "features"
SIDE = 32


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


def batch_map(folder: str | os.PathLike[str]) -> BatchMap | None:
    """The map of a batch, by PCA; None if none of its images was explained.

    Raises:
        ParameterError: If there is no batch, or it is damaged.
    """
    batch = open_batch(folder)
    table = batch.table(["number", "explained_label"])
    numbers = table.column("number").to_numpy()[table.column("explained_label").is_valid().to_numpy()]
    if not len(numbers):
        return None
    vectors = {method: small_maps(batch.maps(method, numbers)).reshape(len(numbers), -1) for method in batch.methods}
    if batch.manifest["settings"].get(FEATURES):
        vectors = {FEATURES: batch.features(numbers), **vectors}
    found = {name: positions(each) for name, each in vectors.items()}
    clusters = {method: np.zeros(len(numbers), np.int64) for method in batch.methods}
    for method, of_method in clusters.items():
        next_of: dict[int, int] = {}
        for reason in found_reasons(batch, method):
            next_of[reason.class_index] = next_of.get(reason.class_index, 0) + 1
            of_method[np.isin(numbers, reason.numbers)] = next_of[reason.class_index]
    picture = io.BytesIO()
    sprites(batch.thumbnails(numbers), len(numbers), SIDE).save(picture, "JPEG", quality=85)
    return BatchMap(
        numbers,
        {name: places for name, (places, _) in found.items()},
        {name: share for name, (_, share) in found.items()},
        picture.getvalue(),
        clusters,
    )
