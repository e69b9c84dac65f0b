"""Evaluates a trained network on a set of images: accuracy, confusion matrix, mistakes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vislib.errors import DatasetError, ModelError
from vislib.language import text
from vislib.progress import Progress, progress_bar

if TYPE_CHECKING:
    import keras

_BATCH = 250


@dataclass(frozen=True)
class Mistake:
    """A misclassified image: its index in the set, the predicted and the true class, and the predicted class's
    probability (0..1).

    Example:
        >>> vislib.training.Mistake(index=7, predicted=3, true=8, probability=0.9).true
        8
    """

    index: int
    predicted: int
    true: int
    probability: float


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The evaluation of a network on a labelled set.

    Args:
        accuracy: Share of correctly classified images, 0..1.
        loss: Mean cross-entropy in nats.
        confusion: (classes, classes) counts; row: true class, column: predicted class.
        mistakes: All mistakes, the most confident first.

    Example:
        >>> files = [vislib.sample_path(f"digits/{digit}.png") for digit in range(10)]
        >>> images = np.stack([vislib.load_image(file)[..., :1] for file in files])
        >>> found = vislib.training.evaluate(classifier.model, images, np.arange(10))
        >>> found.confusion.shape
        (10, 10)
    """

    accuracy: float
    loss: float
    confusion: np.ndarray
    mistakes: tuple[Mistake, ...]


def evaluate(
    model: "keras.Model",
    images: np.ndarray,
    labels: np.ndarray,
    progress: Progress = progress_bar,
) -> Evaluation:
    """Evaluates a network on all the images.

    Args:
        model: A model from images (n, h, w, c) in 0..1 to probabilities (n, classes); it is not changed.
        images: (n, h, w, c) uint8, n at least 1; the function divides them by 255.
        labels: (n,) or (n, 1) class indices, whole numbers of any type.
        progress: Called with the number of images done and their total; an exception that it raises ends the
            evaluation.

    Raises:
        ModelError: If the numbers of images and labels differ, or there are none.
        DatasetError: If the images are not such an array, or the labels are not numbers of the network's classes.

    Example:
        >>> files = [vislib.sample_path(f"digits/{digit}.png") for digit in range(10)]
        >>> images = np.stack([vislib.load_image(file)[..., :1] for file in files])
        >>> found = vislib.training.evaluate(classifier.model, images, np.arange(10))
        >>> found.accuracy
        1.0
    """
    if len(images) != len(labels) or len(labels) == 0:
        raise ModelError(
            text(
                "An evaluation needs as many labels as images; not {n} for {n_images}.",
                n=len(labels),
                n_images=len(images),
            )
        )
    labels = _class_indices(labels)
    shares = probabilities(model, images, progress)
    predicted = shares.argmax(axis=1)
    n_classes = shares.shape[1]
    if labels.min() < 0 or labels.max() >= n_classes:
        raise DatasetError(
            text(
                "The labels go from {low} to {high}; the network has {n} classes, so they must be from 0 to {last}.",
                low=labels.min(),
                high=labels.max(),
                n=n_classes,
                last=n_classes - 1,
            )
        )
    confusion = np.bincount(labels * n_classes + predicted, minlength=n_classes**2).reshape(n_classes, n_classes)
    wrong = np.flatnonzero(predicted != labels)
    wrong = wrong[np.argsort(-shares[wrong, predicted[wrong]], kind="stable")]
    true_probability = np.maximum(shares[np.arange(len(labels)), labels], 1e-12)
    return Evaluation(
        float(np.mean(predicted == labels)),
        float(-np.log(true_probability).mean()),
        confusion,
        tuple(Mistake(int(i), int(predicted[i]), int(labels[i]), float(shares[i, predicted[i]])) for i in wrong),
    )


def probabilities(model: "keras.Model", images: np.ndarray, progress: Progress = progress_bar) -> np.ndarray:
    """The probabilities (n, classes) of images (n, h, w, c) uint8; `progress` as for `evaluate`.

    Raises:
        DatasetError: If the images are not such an array.
    """
    if images.ndim != 4 or images.dtype != np.uint8:
        raise DatasetError(
            text(
                "The images must be (n, h, w, c) uint8, as they are divided by 255 here; not {shape} {dtype}. For "
                "images in 0..1, give (255 * images).round().astype(np.uint8).",
                shape=images.shape,
                dtype=images.dtype,
            )
        )
    chunks = []
    for start in range(0, len(images), _BATCH):
        chunk = images[start : start + _BATCH]
        chunks.append(np.asarray(model(chunk.astype(np.float32) / 255, training=False)))
        progress(start + len(chunk), len(images))
    return np.concatenate(chunks)


def _class_indices(labels: np.ndarray) -> np.ndarray:
    """Labels (n,) or (n, 1) as (n,) int64: the row and column of the confusion matrix as one number do not fit into
    the few bits that a file may give a label."""
    labels = np.asarray(labels)
    if labels.shape not in ((len(labels),), (len(labels), 1)) or not np.issubdtype(labels.dtype, np.integer):
        raise DatasetError(
            text(
                "The labels must be whole numbers (n,) or (n, 1), the indices of the classes; not {shape} {dtype}.",
                shape=labels.shape,
                dtype=labels.dtype,
            )
        )
    return labels.reshape(-1).astype(np.int64)
