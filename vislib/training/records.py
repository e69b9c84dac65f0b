"""What a training tells while it runs and when it has ended."""

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
    """What an epoch came to. Training figures are means over its batches, while the weights still moved;
    validation figures are of the whole validation set afterwards, None where there is none."""

    epoch: int
    loss: float
    accuracy: float
    validation_loss: float | None
    validation_accuracy: float | None
    seconds: float


@dataclass(frozen=True)
class TrainingProgress:
    """Where a training stands after a batch. Epochs and batches count from 1; seconds from the start."""

    epoch: int
    n_epochs: int
    batch: int
    n_batches: int
    loss: float
    accuracy: float
    seconds: float
    history: tuple[EpochRecord, ...]


BatchCallback = Callable[[TrainingProgress], None]
"""Called after every batch; an exception from it ends the training."""


def ignore_batches(progress: TrainingProgress) -> None:
    """A callback that does nothing."""


@dataclass(frozen=True, eq=False)
class TrainingResult:
    """A trained network and how it came about.

    Args:
        model: With the best weights seen, not compiled.
        labels: Names of the classes.
        history: One record a finished epoch.
        best_epoch: Whose weights the model has; 0 if training ended before the first epoch did, and the
            weights are then those of the last batch.
        kernels: The first convolution's kernels (k_h, k_w, c_in, c_out) before training and after each
            epoch; empty where the network has no convolution.
        ended: "finished", "stopped early" (patience) or "stopped" (by a person).
        seconds: Time taken.
    """

    model: "keras.Model"
    labels: tuple[str, ...]
    history: tuple[EpochRecord, ...]
    best_epoch: int
    kernels: tuple[np.ndarray, ...]
    ended: str
    seconds: float

    def classifier(self, key: str) -> Classifier:
        """The network ready for every explanation; `key` is its identity (see `Classifier`)."""
        height, width, channels = self.model.input_shape[1:]
        return Classifier(key, self.model, self.labels, (height, width), channels, PREPROCESSING)
