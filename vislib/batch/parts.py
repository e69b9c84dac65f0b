"""A part of a batch: a fixed range of its images, computed in the same passes however the run goes."""

import dataclasses
import hashlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations, islice
from typing import Any

import numpy as np
from PIL import Image

from vislib.attribution.base import Explainer
from vislib.batch.decoding import Decoded
from vislib.batch.measures import agreement, map_figures, plain_background
from vislib.batch.rows import FIGURES, agreement_column, empty_row, predictions, smaller, thumbnail
from vislib.batch.settings import BatchSettings, column
from vislib.model.classifier import Classifier
from vislib.progress import Progress, no_progress
from vislib.speed.blas_threads import one_blas_thread
from vislib.targets.base import LOGITS, Target
from vislib.targets.scores import ClassScore, as_probability

_MOST_AT_ONCE = 64


_Computed = tuple[list[Decoded], list[dict[str, Any]], dict[int, Target], dict[str, list[np.ndarray]]]


@dataclass(frozen=True, eq=False)
class Explained:
    """What is kept of one image.

    Attributes:
        row: As `rows.table_schema` says.
        maps: By method, (h, w) float16: the map divided by its reach, so that none overflows; empty where the image
            could not be explained.
        thumbnail: An image file, or None.
        fitted: (h, w, 3) uint8 where pictures are wanted.
    """

    row: dict[str, Any]
    maps: dict[str, np.ndarray]
    thumbnail: bytes | None = None
    fitted: np.ndarray | None = None


@one_blas_thread()
def compute_part(
    classifier: Classifier, settings: BatchSettings, images: Iterator[Decoded], size: int, progress: Progress
) -> list[Explained]:
    """Explains the next `size` images.

    Args:
        classifier: Whose decisions.
        settings: What is computed.
        images: Decoded, in order; the part takes its own and leaves the rest.
        size: How many images the part has.
        progress: Called as progress(done, size); an exception from it cancels.
    """
    found: list[Explained] = []
    indices: dict[str, int | None] = {}
    step = min(classifier.network.batch_size, _MOST_AT_ONCE)
    waiting: Future[list[Explained]] | None = None
    with ThreadPoolExecutor(1, thread_name_prefix="figures") as pool:  # while the network has the next images
        for start in range(0, size, step):
            chunk = list(islice(images, min(step, size - start)))

            def within(done: int, total: int, before: int = start, n: int = len(chunk)) -> None:
                progress(before + n * done // total, size)

            computed = _computed(classifier, settings, chunk, indices, within)
            found += waiting.result() if waiting else []
            waiting = pool.submit(_finished, classifier, settings, *computed)
        found += waiting.result() if waiting else []
    return found


def seed_of(digest: str, seed: int) -> int:
    """The seed of a random method for one image: from the image and the method's own seed, whatever the order."""
    return int.from_bytes(hashlib.sha256(f"{seed} {digest}".encode()).digest()[:4], "big") >> 1


def _computed(classifier, settings: BatchSettings, chunk: list[Decoded], indices, progress) -> _Computed:
    """What the network says of several images, in as few passes as their methods allow."""
    rows = [empty_row(item, classifier, indices) for item in chunk]
    progress(0, 1)
    targets = _predict(classifier, settings, chunk, rows)
    places, maps = list(targets), dict[str, list[np.ndarray]]()
    if not places:
        return chunk, rows, targets, maps
    fitted = _stacked(chunk, places)
    digests = [chunk[place].digest for place in places]
    for done, method in enumerate(settings.methods):

        def within(now: int, total: int, done: int = done) -> None:
            progress(done * total + now, len(settings.methods) * total)

        maps[method.name] = _maps(classifier, method, fitted, list(targets.values()), digests, within)
    return chunk, rows, targets, maps


def _finished(classifier, settings: BatchSettings, chunk: list[Decoded], rows, targets, maps) -> list[Explained]:
    """What is kept of them: figures, and maps at the size kept."""
    found = [Explained(row, {}) for row in rows]
    for at, (place, target) in enumerate(targets.items()):
        values = {name: every[at] for name, every in maps.items()}
        found[place] = _kept(classifier, settings, rows[place], chunk[place], values, target)
    return found


def _predict(
    classifier, settings: BatchSettings, chunk: list[Decoded], rows: list[dict[str, Any]]
) -> dict[int, Target]:
    """Fills in what the network says; gives the targets of those images that can be explained, by place."""
    readable = [place for place, item in enumerate(chunk) if item.fitted is not None]
    if not readable:
        return {}
    every = classifier.network.logits(classifier.preprocess_input(_stacked(chunk, readable)))
    targets = {}
    for place, logits in zip(readable, every, strict=True):
        row = rows[place]
        if not np.isfinite(logits).all():
            row["error"] = "The network's scores for this image are not all finite numbers."
            continue
        row |= predictions(classifier, logits, settings.top, row["label_index"])
        targets[place] = settings.target or ClassScore(_class_explained(settings, row)).resolved(classifier)
    values = _values(classifier, chunk, list(targets), every[[readable.index(place) for place in targets]], targets)
    for (place, target), value in zip(targets.items(), values, strict=True):
        label = target.in_words() if target.class_index is None else classifier.labels[target.class_index]
        rows[place] |= {"explained": target.class_index, "explained_label": label, "score": float(value)}
    return targets


def _class_explained(settings: BatchSettings, row: dict[str, Any]) -> int:
    """The class of an image's own label where that is asked for and known, else the predicted one."""
    label = row["label_index"] if settings.explain == "label" else None
    return row["predicted"] if label is None else label


def _values(classifier: Classifier, chunk: list[Decoded], places: list[int], logits: np.ndarray, targets) -> np.ndarray:
    """The value of each image's target, (n,)."""
    if not places:
        return np.empty(0)
    target = targets[places[0]]
    if LOGITS not in target.layers:  # the same target for every image
        return classifier.network.values(classifier.preprocess_input(_stacked(chunk, places)), target)
    rows = zip(logits, places, strict=True)
    return np.array([classifier.network.scores(row[None], targets[place])[0] for row, place in rows])


def _stacked(chunk: list[Decoded], places: list[int]) -> np.ndarray:
    return np.stack([fitted for place in places if (fitted := chunk[place].fitted) is not None])


def _maps(classifier, method: Explainer, fitted, targets, digests, progress) -> list[np.ndarray]:
    """A method's maps (h, w), in one go where it knows how."""
    if method.batched and not method.random:
        found = [attribution.values for attribution in method.attribute_many(classifier, fitted, targets)]
        progress(1, 1)
        return found
    found = []
    for image, target, digest in zip(fitted, targets, digests, strict=True):
        own = dataclasses.replace(method, seed=seed_of(digest, method.seed)) if method.random else method  # type: ignore
        found.append(own.attribute(classifier, image, target, no_progress).values)
        progress(len(found), len(fitted))
    return found


def _kept(classifier, settings: BatchSettings, row: dict[str, Any], item: Decoded, values, target: Target) -> Explained:
    """An image's figures, and its maps at the size kept."""
    shape, fitted = settings.map_shape(classifier.input_size), item.fitted
    assert fitted is not None
    background = plain_background(np.asarray(Image.fromarray(fitted).resize(shape[::-1], Image.Resampling.BOX)))
    small = {name: smaller(each, shape) for name, each in values.items()}
    kept = {}
    for name, each in small.items():
        figures = map_figures(each, background)
        row |= {column(name, figure): getattr(figures, figure) for figure in FIGURES}
        kept[name] = (each / (figures.reach or 1)).astype(np.float16)
        if settings.curves:
            row |= _curves(classifier, fitted, values[name], target, name)
    for one, other in combinations(small, 2):
        row[agreement_column(one, other)] = agreement(small[one], small[other])
    return Explained(row, kept, thumbnail(fitted, settings.thumbnail_px), fitted if settings.pictures else None)


def _curves(classifier, fitted, values, target: Target, name: str) -> dict[str, float]:
    """Areas under the curves of the class's probability; see `vislib.trust.deletion`."""
    from vislib import trust

    probability = as_probability(target)
    return {
        column(name, kind): measure(classifier, fitted, values, probability).area
        for kind, measure in (("deletion", trust.deletion), ("insertion", trust.insertion))
    }
