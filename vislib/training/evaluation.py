"""Evaluates a trained network on a set of images: accuracy, confusion matrix, mistakes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vislib.errors import ModelError
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
        >>> images = np.zeros((20, 28, 28, 1), np.uint8)
        >>> numbers = np.arange(20) % 2
        >>> data = vislib.training.Dataset("two", ("0", "1"), images, numbers, images[:4], numbers[:4])
        >>> found = vislib.training.evaluate(classifier.model, images / 255, numbers)
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
        images: (n, h, w, c) uint8, n at least 1.
        labels: (n,) class indices.
        progress: Called with the number of images done and their total; an exception that it raises ends the
            evaluation.

    Raises:
        ModelError: If the numbers of images and labels differ, or there are none.

    Example:
        >>> images = np.zeros((20, 28, 28, 1), np.uint8)
        >>> numbers = np.arange(20) % 2
        >>> data = vislib.training.Dataset("two", ("0", "1"), images, numbers, images[:4], numbers[:4])
        >>> found = vislib.training.evaluate(classifier.model, images / 255, numbers)
        >>> 0 <= found.accuracy <= 1
        True
    """
    if len(images) != len(labels) or len(labels) == 0:
        raise ModelError(
            text(
                "An evaluation needs as many labels as images; not {n} for {n_images}.",
                n=len(labels),
                n_images=len(images),
            )
        )
    shares = probabilities(model, images, progress)
    predicted = shares.argmax(axis=1)
    n_classes = shares.shape[1]
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
    """The probabilities (n, classes) of images (n, h, w, c) uint8; `progress` as for `evaluate`."""
    chunks = []
    for start in range(0, len(images), _BATCH):
        chunk = images[start : start + _BATCH]
        chunks.append(np.asarray(model(chunk.astype(np.float32) / 255, training=False)))
        progress(start + len(chunk), len(images))
    return np.concatenate(chunks)
