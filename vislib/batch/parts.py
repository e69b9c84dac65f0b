"""A part of a batch: a fixed range of its images, computed in the same forward passes in every run."""

import dataclasses
import functools
import hashlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations, islice
from typing import Any

import numpy as np
from PIL import Image

from vislib.activations.features import features
from vislib.attribution.base import Explainer
from vislib.batch.decoding import Decoded
from vislib.batch.measures import agreement, map_measures, plain_background
from vislib.batch.outcomes import outcome
from vislib.batch.rows import MEASURES, agreement_column, empty_row, smaller, thumbnail
from vislib.batch.settings import BatchSettings, column
from vislib.batch.trusted import measured, other_maps, strongest_channels
from vislib.errors import ParameterError
from vislib.language import speaking, text
from vislib.model.classifier import Classifier
from vislib.progress import Progress, no_progress, scaled
from vislib.speed.blas_threads import one_blas_thread
from vislib.targets.base import LOGITS, Target

_MOST_AT_ONCE = 64


_Maps = dict[str, list[np.ndarray]]
_Computed = tuple[list[Decoded], list[dict[str, Any]], dict[int, Target], _Maps, _Maps, np.ndarray | None]


@dataclass(frozen=True, eq=False)
class Explained:
    """The results of one image.

    Attributes:
        row: Its row in the table, with the columns of `rows.table_schema`.
        maps: By method, (h, w) float16: the map divided by its reach, so that no value overflows; empty if the image
            could not be explained.
        thumbnail: The bytes of an image file, or None.
        resized: (h, w, 3) uint8, the resized image; None unless pictures are written.
        features: (k,) float32, the numbers of the penultimate layer; None unless they are stored.
    """

    row: dict[str, Any]
    maps: dict[str, np.ndarray]
    thumbnail: bytes | None = None
    resized: np.ndarray | None = None
    features: np.ndarray | None = None


@one_blas_thread()
def compute_part(
    classifier: Classifier, settings: BatchSettings, images: Iterator[Decoded], size: int, progress: Progress
) -> list[Explained]:
    """Explains the next `size` images.

    Args:
        classifier: The classifier to explain.
        settings: What is computed.
        images: Decoded images in order; the part consumes `size` of them.
        size: Number of images in the part.
        progress: Called as progress(done, size); an exception that it raises cancels the computation.
    """
    found: list[Explained] = []
    indices: dict[str, int | None] = {}
    step = min(classifier.network.batch_size, _MOST_AT_ONCE)
    waiting: Future[list[Explained]] | None = None
    with ThreadPoolExecutor(1, thread_name_prefix="measures") as pool:  # measures one chunk while the next is computed
        for start in range(0, size, step):
            chunk = list(islice(images, min(step, size - start)))
            computed = _computed(classifier, settings, chunk, indices, scaled(progress, start, len(chunk), size))
            found += waiting.result() if waiting else []
            waiting = pool.submit(_finished, classifier, settings, *computed)
        found += waiting.result() if waiting else []
    return found


def seed_of(digest: str, seed: int) -> int:
    """The seed of a random method for one image.

    It depends on the image and on the method's seed alone, so the order of the images does not matter.

    Args:
        digest: Digest of the image's pixels, see `vislib.images.reading.image_digest`.
        seed: The method's seed.

    Returns:
        0 to 2³¹ − 1.
    """
    return int.from_bytes(hashlib.sha256(f"{seed} {digest}".encode()).digest()[:4], "big") >> 1


def _computed(
    classifier: Classifier,
    settings: BatchSettings,
    chunk: list[Decoded],
    indices: dict[str, int | None],
    progress: Progress,
) -> _Computed:
    """Predictions and maps of several images, in as few passes as the methods allow."""
    rows = [empty_row(item, classifier, indices) for item in chunk]
    progress(0, 1)
    targets = _predict(classifier, settings, chunk, rows)
    places, maps, others = list(targets), _Maps(), _Maps()
    if not places:
        return chunk, rows, targets, maps, others, None
    resized = _stacked(chunk, places)
    digests = [chunk[place].digest for place in places]
    if settings.channels:
        strongest = strongest_channels(classifier, settings, resized, [*targets.values()])
        for place, found in zip(places, strongest, strict=True):
            rows[place] |= found
    seeds, n, n_times = [seed_of(digest, 0) for digest in digests], len(places), 1 + settings.random_logit
    total = n * n_times * len(settings.methods)
    parts = (scaled(progress, done, n, total) for done in range(0, total, n))
    for method in settings.methods:
        maps_of = functools.partial(_maps, classifier, method, resized, digests)
        maps[method.name] = maps_of(next(parts), list(targets.values()))
        if settings.random_logit:
            compute = functools.partial(maps_of, next(parts))
            others[method.name] = other_maps(classifier, method, [*targets.values()], seeds, compute)
    vectors = features(classifier, resized)[0] if settings.features else None
    return chunk, rows, targets, maps, others, vectors


def _finished(
    classifier: Classifier,
    settings: BatchSettings,
    chunk: list[Decoded],
    rows: list[dict[str, Any]],
    targets: dict[int, Target],
    maps: _Maps,
    others: _Maps,
    vectors: np.ndarray | None,
) -> list[Explained]:
    """Measures of a chunk's maps, and the maps at the size in which they are stored."""
    found = [Explained(row, {}) for row in rows]
    for at, (place, target) in enumerate(targets.items()):
        values = {name: every[at] for name, every in maps.items()}
        compared = {name: every[at] for name, every in others.items() if every}
        kept = _kept(classifier, settings, rows[place], chunk[place], values, compared, target)
        found[place] = kept if vectors is None else dataclasses.replace(kept, features=vectors[at])
    return found


def _predict(
    classifier: Classifier, settings: BatchSettings, chunk: list[Decoded], rows: list[dict[str, Any]]
) -> dict[int, Target]:
    """Writes the predictions into the rows; returns the targets of the images that can be explained, by place."""
    readable = [place for place, item in enumerate(chunk) if item.resized is not None]
    if not readable:
        return {}
    every = classifier.network.logits(classifier.preprocess_input(_stacked(chunk, readable)))
    targets = {}
    for place, logits in zip(readable, every, strict=True):
        row = rows[place]
        if not np.isfinite(logits).all():
            row["error"] = text("The network's scores for this image are not all finite numbers.")
            continue
        row |= outcome(classifier, logits, settings.top, row, chunk[place].mask)
        target = settings.target or classifier.target(_class_explained(classifier, settings, row, logits))
        try:
            targets[place] = target.on_image(classifier.network, functools.partial(np.asarray, logits))
        except ParameterError as error:
            with speaking("en"):  # what is stored is English
                row["error"] = str(error)
    values = _values(classifier, chunk, list(targets), every[[readable.index(place) for place in targets]], targets)
    for (place, target), value in zip(targets.items(), values, strict=True):
        label = target.in_words() if target.class_index is None else classifier.labels[target.class_index]
        rows[place] |= {"explained": target.class_index, "explained_label": label, "score": float(value)}
    return targets


def _class_explained(classifier: Classifier, settings: BatchSettings, row: dict[str, Any], logits: np.ndarray) -> int:
    """The class of the image's label if the settings ask for it and it is known, else the predicted class."""
    label = row.get("label_index") if settings.explain == "label" else None
    return classifier.main_class(logits) if label is None else label


def _values(
    classifier: Classifier, chunk: list[Decoded], places: list[int], logits: np.ndarray, targets: dict[int, Target]
) -> np.ndarray:
    """The value of each image's target, (n,)."""
    if not places:
        return np.empty(0)
    target = targets[places[0]]
    if LOGITS not in target.layers:  # the same target for every image
        return classifier.network.values(classifier.preprocess_input(_stacked(chunk, places)), target)
    rows = zip(logits, places, strict=True)
    return np.array([classifier.network.scores(row[None], targets[place])[0] for row, place in rows])


def _stacked(chunk: list[Decoded], places: list[int]) -> np.ndarray:
    return np.stack([resized for place in places if (resized := chunk[place].resized) is not None])


def _maps(
    classifier: Classifier,
    method: Explainer,
    resized: np.ndarray,
    digests: list[str],
    progress: Progress,
    targets: list[Target],
) -> list[np.ndarray]:
    """A method's maps (h, w), computed together if the method is batched."""
    if method.batched and not method.random:
        found = [attribution.values for attribution in method.attribute_many(classifier, resized, targets)]
        progress(1, 1)
        return found
    found = []
    for image, target, digest in zip(resized, targets, digests, strict=True):
        seeded = dataclasses.replace(method, seed=seed_of(digest, method.seed)) if method.random else method  # type: ignore
        found.append(seeded.attribute(classifier, image, target, no_progress).values)
        progress(len(found), len(resized))
    return found


def _kept(
    classifier: Classifier,
    settings: BatchSettings,
    row: dict[str, Any],
    item: Decoded,
    values: dict[str, np.ndarray],
    others: dict[str, np.ndarray],
    target: Target,
) -> Explained:
    """Measures of an image's maps, and the maps at the size in which they are stored."""
    shape, resized = settings.map_shape(classifier.input_size), item.resized
    assert resized is not None
    background = plain_background(np.asarray(Image.fromarray(resized).resize(shape[::-1], Image.Resampling.BOX)))
    small = {name: smaller(each, shape) for name, each in values.items()}
    kept = {}
    for name, each in small.items():
        measures = map_measures(each, background)
        row |= {column(name, measure): getattr(measures, measure) for measure in MEASURES}
        kept[name] = (each / (measures.reach or 1)).astype(np.float16)
        row |= measured(classifier, settings, resized, values[name], others.get(name), target, name)
    for one, other in combinations(small, 2):
        row[agreement_column(one, other)] = agreement(small[one], small[other])
    return Explained(row, kept, thumbnail(resized, settings.thumbnail_px), resized if settings.pictures else None)
