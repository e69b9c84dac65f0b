"""The features and answers of all images of a set, in which similar images are looked for."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from vislib.activations.features import feature_layer, features
from vislib.batch.image_sets import images_of, read_in_batches, said_of_unread
from vislib.batch.reading import Batch
from vislib.batch.rows import label_index
from vislib.errors import ParameterError
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.neighbours.nearest import directions, other_neighbours
from vislib.progress import Progress, progress_bar
from vislib.speed.blas_threads import one_blas_thread
from vislib.tasks import Task

UNKNOWN = -1
"""The number of a class that is not known."""


@dataclass(frozen=True, eq=False)
class ImageIndex:
    """What a network makes of the images of a set; one row an image that could be read.

    Attributes:
        model: The classifier's key, for the weights that it had.
        layer: Where the features are read, in words.
        set_name: The name of the set.
        set_digest: A digest that changes with its images.
        numbers: (n,) int: the images' numbers in the set.
        titles: (n,) their names.
        features: (n, k) float32.
        predicted: (n,) int: the most probable class; `UNKNOWN` where the network gives no single class.
        probability: (n,) float32: its probability, 0..1; NaN without one.
        label: (n,) int: the true class; `UNKNOWN` where the set does not name a class of the network.
        class_names: The names of the network's classes or outputs.
        notes: Sentences to show beside a result.
        one_class_each: Whether an image has one class. If it can have several, one label does not say that it has no
            other, so no answer is known to be wrong.

    Example:
        >>> index = vislib.neighbours.index_of(classifier, vislib.sample_path("digits"))
        >>> index.layer, len(index.titles)
        ('the 128 numbers of layer dense_activation', 10)
    """

    model: str
    layer: str
    set_name: str
    set_digest: str
    numbers: np.ndarray
    titles: tuple[str, ...]
    features: np.ndarray
    predicted: np.ndarray
    probability: np.ndarray
    label: np.ndarray
    class_names: tuple[str, ...]
    notes: tuple[str, ...] = ()
    one_class_each: bool = True

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def class_of(self) -> np.ndarray:
        """(n,) int: the true class where it is known, else the predicted one."""
        return np.where(self.label == UNKNOWN, self.predicted, self.label)

    @property
    def is_wrong(self) -> np.ndarray:
        """(n,) bool: whether the true class is known and another one is predicted; nowhere if an image can have several
        classes."""
        known = (self.label != UNKNOWN) & (self.predicted != UNKNOWN) & self.one_class_each
        return known & (self.label != self.predicted)

    @cached_property
    def directions(self) -> np.ndarray:
        """The features at length 1, see `vislib.neighbours.nearest.directions`."""
        return directions(self.features)

    @cached_property
    def own_distances(self) -> np.ndarray:
        """(n,): how far each image is from the nearest other one; 1 − cosine."""
        return other_neighbours(self.directions, 1)[0][:, 0]

    def check(self, classifier: Classifier) -> None:
        """Checks that the index is of this network with the weights that it has now.

        Raises:
            ParameterError: If it is not.
        """
        key = classifier.current_key()
        if key != self.model:
            raise ParameterError(
                text(
                    "This index is of the network {model}; {other} is another one, or one whose weights have changed. "
                    "Make its own index with vislib.neighbours.index_of.",
                    model=self.model,
                    other=key,
                )
            )


@one_blas_thread()
def index_of(classifier: Classifier, images: Any, *, progress: Progress = progress_bar) -> ImageIndex:
    """The features and answers of all images of a set, in one pass an image.

    Args:
        classifier: The network; it takes pictures.
        images: A folder (the names of its subfolders may be classes), a .zip, a list of paths, arrays, "mnist" or
            "cifar10" for that data set's test images; or a batch of `vislib.open_batch` that was computed with
            `features=True`, whose features are read from its Parquet files.
        progress: Called as progress(done, total) with numbers of images.

    Raises:
        DatasetError: If there are no images.
        ImageError: If none of them can be read.
        ParameterError: If the network takes bands, or the batch is another network's or has no features.

    Example:
        >>> index = vislib.neighbours.index_of(classifier, vislib.sample_path("digits"))
        >>> index.features.shape
        (10, 128)
    """
    if isinstance(images, Batch):
        return _of_batch(classifier, images)
    if not classifier.takes_pictures:
        raise ParameterError(
            text(
                "Similar images are looked for among pictures; {model} takes {channels} bands. Use a network "
                "that takes pictures.",
                model=classifier.name,
                channels=classifier.channels,
            )
        )
    source, unread = images_of(images), list[int]()
    numbers, vectors, predicted, probabilities = list[int](), [], [], []
    progress(0, len(source))
    for read, resized in read_in_batches(classifier, source, range(len(source)), unread):
        if read:
            found, logits = features(classifier, resized)
            best, probability = _answers(classifier, logits)
            vectors.append(found)
            predicted.append(best)
            probabilities.append(probability)
            numbers += read
        progress(len(numbers) + len(unread), len(source))
    named = source.label if hasattr(source, "label") else lambda number: None
    known: dict[str, int | None] = {}
    labels = [
        label_index(named(number), classifier, known) if classifier.task.has_classes else None for number in numbers
    ]
    return ImageIndex(
        classifier.current_key(),
        feature_layer(classifier).in_words(),
        source.name,
        source.digest,
        np.array(numbers),
        tuple(source.title(number) for number in numbers),
        np.concatenate(vectors),
        np.concatenate(predicted),
        np.concatenate(probabilities),
        np.array([UNKNOWN if label is None else label for label in labels]),
        classifier.labels,
        said_of_unread(unread),
        classifier.task is not Task.MULTI_LABEL,
    )


def _answers(classifier: Classifier, logits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The most probable class (n,) and its probability (n,) for logits (n, …, classes)."""
    if not classifier.task.has_classes or classifier.task is Task.SEGMENTATION:
        return np.full(len(logits), UNKNOWN), np.full(len(logits), np.nan, np.float32)
    best = logits.argmax(axis=-1)
    probabilities = classifier.network.probabilities(logits)
    return best, probabilities[np.arange(len(best)), best].astype(np.float32)


def _of_batch(classifier: Classifier, batch: Batch) -> ImageIndex:
    key = classifier.current_key()
    if batch.manifest["model"] != key:
        raise ParameterError(
            text(
                "The batch of {batch} is of the network {other}, not {model}: features of two "
                "networks cannot be compared. Choose that network, or compute another batch with "
                "vislib.explain_many(classifier, …, features=True); the page Batch keeps the features too.",
                batch=batch.manifest["source"]["name"],
                other=batch.manifest["model"],
                model=key,
            )
        )
    columns = [
        "number",
        "path",
        "error",
        *(["predicted", "probability", "label_index"] if batch.has_probabilities else []),
    ]
    rows = [row for row in batch.table(columns).to_pylist() if row["error"] is None]
    numbers = np.array([row["number"] for row in rows], np.int64)

    def of(name: str, missing: float) -> np.ndarray:
        return np.array([missing if row.get(name) is None else row[name] for row in rows])

    n_unread = batch.n_finished - len(rows)
    return ImageIndex(
        key,
        feature_layer(classifier).in_words(),
        str(batch.manifest["source"]["name"]),
        str(batch.manifest["source"]["digest"]),
        numbers,
        tuple(row["path"] for row in rows),
        batch.features(numbers.tolist()),
        of("predicted", UNKNOWN).astype(int),
        of("probability", np.nan).astype(np.float32),
        of("label_index", UNKNOWN).astype(int),
        batch.labels,
        said_of_unread(range(n_unread)),
        batch.task is not Task.MULTI_LABEL,
    )
