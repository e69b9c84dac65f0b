"""The records of a training: per batch, per epoch, and the result."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vislib.model.classifier import Classifier
from vislib.training.networks import PREPROCESSING

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class EpochRecord:
    """Loss and accuracy of an epoch. Those of the training are means over its batches, during which the weights change.
    Those of the validation are measured on the whole validation set after the epoch; None without validation.

    Example:
        >>> vislib.training.EpochRecord(1, 0.5, 0.8, None, None, 2.0).accuracy
        0.8
    """

    epoch: int
    loss: float
    accuracy: float
    validation_loss: float | None
    validation_accuracy: float | None
    seconds: float


@dataclass(frozen=True)
class TrainingProgress:
    """The state of a training after a batch. Epochs and batches count from 1; `seconds` counts from the start.

    Loss and accuracy are those of this batch alone, before its step of the optimiser.

    Example:
        >>> progress = vislib.training.TrainingProgress(1, 5, 10, 100, 0.5, 0.8, 2.0, ())
        >>> f"batch {progress.batch} of {progress.n_batches}"
        'batch 10 of 100'
    """

    epoch: int
    n_epochs: int
    batch: int
    n_batches: int
    loss: float
    accuracy: float
    seconds: float
    history: tuple[EpochRecord, ...]


BatchCallback = Callable[[TrainingProgress], None]
"""A callback after every batch; an exception that it raises ends the training."""


EpochCallback = Callable[[EpochRecord], None]
"""A callback after every epoch, when its validation has been measured; an exception in it ends the training."""


def ignore_batches(progress: TrainingProgress) -> None:
    """A callback that does nothing."""


def ignore_epochs(record: EpochRecord) -> None:
    """A callback that does nothing."""


@dataclass(frozen=True, eq=False)
class TrainingResult:
    """A trained network and the history of its training.

    Args:
        model: The model with the best weights, not compiled.
        labels: Names of the classes.
        history: One record per finished epoch.
        best_epoch: The epoch whose weights the model has; 0 if the training ended before its first epoch, and the
            weights are then those of the last batch.
        kernels: The first convolution's kernels (k_h, k_w, c_in, c_out) before the training and after each epoch;
            empty if the network has no convolution.
        ended: "finished", "stopped early" (by patience), "stopped" (by the user) or "cancelled" (by an exception).
        seconds: Duration of the training.
        batch_losses: Loss of each batch alone, (n_batches,), before its step of the optimiser.
        batch_accuracies: Accuracy of each batch alone, (n_batches,), in 0..1.

    Example:
        >>> images = np.zeros((20, 28, 28, 1), np.uint8)
        >>> numbers = np.arange(20) % 2
        >>> data = vislib.training.Dataset("two", ("0", "1"), images, numbers, images[:4], numbers[:4])
        >>> options = vislib.training.TrainingOptions(epochs=1, batch_size=8)
        >>> result = vislib.training.train("lenet5", data, options)
        >>> result.classifier("mine").labels
        ('0', '1')
    """

    model: "keras.Model"
    labels: tuple[str, ...]
    history: tuple[EpochRecord, ...]
    best_epoch: int
    kernels: tuple[np.ndarray, ...]
    ended: str
    seconds: float
    batch_losses: np.ndarray
    batch_accuracies: np.ndarray

    def classifier(self, key: str) -> Classifier:
        """The network as a classifier that can be explained; `key` is its identity (see `Classifier`)."""
        height, width, channels = self.model.input_shape[1:]
        return Classifier(key, self.model, self.labels, (height, width), channels, PREPROCESSING)
