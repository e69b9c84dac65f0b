"""Training with progress at every batch. It can be stopped or cancelled at any batch and keeps the best weights."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vislib.errors import ModelError, TrainingError
from vislib.graph.copies import with_separate_weights
from vislib.language import text
from vislib.progress import no_progress
from vislib.training.checkpoints import check_model_path, save_model
from vislib.training.dataset import Dataset
from vislib.training.evaluation import Evaluation, evaluate, probabilities
from vislib.training.networks import NetworkOptions, build
from vislib.training.options import TrainingOptions
from vislib.training.records import (
    BatchCallback,
    EpochCallback,
    EpochRecord,
    TrainingResult,
    ignore_batches,
    ignore_epochs,
)

if TYPE_CHECKING:
    import keras


class TrainingRun:
    """One training of one network. It is started once; any thread can stop it and read its state at any time.

    Args:
        model: A name from `NETWORKS`, built for the data set; or a Keras model, which is copied and not changed.
        dataset: The data set. A share of its training images is used for validation; its test images are not used.
        options: How to train; None for the defaults.
        network: For a network given by name, its dropout, batch normalization and seed. None: dropout and batch
            normalization as published, and the seed of `options`.
        checkpoint: A file to which the best network is written after each epoch that improves on it.

    Raises:
        ParameterError: If there is no such network, or the checkpoint cannot be written.
        ModelError: If the model does not fit the data set.

    Example:
        >>> images = np.zeros((20, 28, 28, 1), np.uint8)
        >>> numbers = np.arange(20) % 2
        >>> data = vislib.training.Dataset("two", ("0", "1"), images, numbers, images[:4], numbers[:4])
        >>> options = vislib.training.TrainingOptions(epochs=1, batch_size=8)
        >>> run = vislib.training.TrainingRun("lenet5", data, options)
        >>> run.history
        ()
    """

    def __init__(
        self,
        model: "str | keras.Model",
        dataset: Dataset,
        options: TrainingOptions | None = None,
        *,
        network: NetworkOptions | None = None,
        checkpoint: str | Path | None = None,
    ):
        self.options = options or TrainingOptions()
        self.dataset = dataset
        self.checkpoint = None if checkpoint is None else check_model_path(checkpoint)
        if isinstance(model, str):
            network = network or NetworkOptions(seed=self.options.seed)
            self._initial = build(model, dataset.image_shape, len(dataset.labels), network)
        else:
            _check_fits(model, dataset)
            self._initial = _uncompiled_copy(model)
        self._model = _uncompiled_copy(self._initial)
        self._best_weights: list[np.ndarray] | None = None
        self._kernels: list[np.ndarray] = []
        self._history: list[EpochRecord] = []
        self._losses: list[float] = []
        self._accuracies: list[float] = []
        self._best_epoch = 0
        self._ended, self._started, self._seconds = "", 0.0, 0.0
        self._stop = threading.Event()

    def stop(self) -> None:
        """Ends the training after the current batch; `start` then returns the best result so far."""
        self._stop.set()

    @property
    def history(self) -> tuple[EpochRecord, ...]:
        """The finished epochs so far."""
        return tuple(self._history)

    @property
    def kernels(self) -> tuple[np.ndarray, ...]:
        """The first convolution's kernels (k_h, k_w, c_in, c_out) at the start and after each epoch so far."""
        return tuple(self._kernels)

    @property
    def batch_losses(self) -> np.ndarray:
        """The loss of each batch alone so far, (n_batches,)."""
        return np.array(self._losses)

    @property
    def batch_accuracies(self) -> np.ndarray:
        """The accuracy of each batch alone so far, (n_batches,), in 0..1."""
        return np.array(self._accuracies)

    def start(
        self,
        progress: BatchCallback = ignore_batches,
        after_epoch: EpochCallback = ignore_epochs,
        callbacks: "Sequence[keras.callbacks.Callback]" = (),
    ) -> TrainingResult:
        """Trains.

        Args:
            progress: Called after every batch. An exception that it raises ends the training and passes through;
                `result` still gives the best result so far.
            after_epoch: Called after every epoch, when its validation has been measured. It may ask the network, by
                `probabilities` and `validate`. An exception that it raises ends the training as well.
            callbacks: Further callbacks of Keras, such as `vislib.callbacks.Explain`.

        Raises:
            TrainingError: If the run was started before, or the loss is no longer a finite number.
        """
        if self._started:
            raise TrainingError(text("A training run can be started only once; create another one."))
        from vislib.training.fitting import fit

        self._started = time.perf_counter()
        try:
            self._ended = fit(self, self._model, progress, after_epoch, callbacks)
        finally:
            self._seconds = time.perf_counter() - self._started
        return self.result()

    def result(self) -> TrainingResult:
        """The best network so far, also after `start` was cancelled or failed.

        Raises:
            TrainingError: If the weights are not finite and no epoch ended before.
        """
        weights = self._best_weights if self._best_weights is not None else self._model.get_weights()
        if not all(np.isfinite(values).all() for values in weights):
            raise TrainingError(text("This training has no result: no epoch ended with finite weights."))
        model = _uncompiled_copy(self._initial)
        model.set_weights(weights)
        return TrainingResult(
            model,
            self.dataset.labels,
            self.history,
            self._best_epoch,
            self.kernels,
            self._ended or "cancelled",
            self._seconds or self.elapsed,
            self.batch_losses,
            self.batch_accuracies,
        )

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """What the network answers now, in the middle of the training.

        Args:
            images: (n, h, w, c) uint8, of the data set's size.

        Returns:
            Probabilities (n, n_classes).

        Raises:
            DatasetError: If the images are not (n, h, w, c) uint8.
        """
        return probabilities(self._model, images, no_progress)

    def validate(self) -> Evaluation | None:
        """Evaluates the network as it is now on the validation images; None if there are none."""
        from vislib.training.fitting import split

        _, held_out = split(len(self.dataset.train_labels), self.options)
        if len(held_out) == 0:
            return None
        images, labels = self.dataset.train_images[held_out], self.dataset.train_labels[held_out]
        return evaluate(self._model, images, labels, no_progress)

    # -- called by `fitting.fit` -------------------------------------------------------------------

    @property
    def stop_asked(self) -> bool:
        return self._stop.is_set()

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self._started

    @property
    def has_convolution(self) -> bool:
        """Whether the network has a convolution, so that there are maps to explain."""
        return any(len(weight.shape) == 4 for weight in self._model.weights)

    def current_kernels(self) -> np.ndarray:
        """The first convolution's current kernels (k_h, k_w, c_in, c_out), also within an epoch."""
        return next(
            np.array(layer.kernel)
            for layer in self._model.layers
            if len(getattr(layer, "kernel", np.empty(0)).shape) == 4
        )

    def keep_kernels(self) -> None:
        """Takes a snapshot of the first convolution's kernels."""
        for layer in self._model.layers:
            kernel = getattr(layer, "kernel", None)
            if kernel is not None and len(kernel.shape) == 4:
                self._kernels.append(np.array(kernel))
                return

    def end_batch(self, loss: float, accuracy: float) -> None:
        """Records the loss and the accuracy of a batch."""
        self._losses.append(loss)
        self._accuracies.append(accuracy)

    def end_epoch(self, record: EpochRecord) -> bool:
        """Records an epoch and keeps its weights if they are the best; returns whether patience has run out."""
        self._history.append(record)
        self.keep_kernels()
        if self._best_weights is None or _rank(record) > _rank(self._history[self._best_epoch - 1]):
            self._best_epoch = record.epoch
            self._best_weights = self._model.get_weights()
            if self.checkpoint is not None:
                save_model(self.result().model, self.checkpoint)
        return self.options.patience is not None and record.epoch - self._best_epoch >= self.options.patience


def train(
    model: "str | keras.Model",
    dataset: Dataset,
    options: TrainingOptions | None = None,
    progress: BatchCallback = ignore_batches,
    *,
    network: NetworkOptions | None = None,
    checkpoint: str | Path | None = None,
) -> TrainingResult:
    """Trains a network on a data set and returns it with its history; see `TrainingRun` for arguments and errors.

    Example:
        >>> images = np.zeros((20, 28, 28, 1), np.uint8)
        >>> numbers = np.arange(20) % 2
        >>> data = vislib.training.Dataset("two", ("0", "1"), images, numbers, images[:4], numbers[:4])
        >>> options = vislib.training.TrainingOptions(epochs=1, batch_size=8)
        >>> result = vislib.training.train("lenet5", data, options)
        >>> result.best_epoch
        1
    """
    return TrainingRun(model, dataset, options, network=network, checkpoint=checkpoint).start(progress)


def _rank(record: EpochRecord) -> tuple[float, float]:
    """The rank of an epoch, higher is better: by validation accuracy, then by lower validation loss; without
    validation, the later epoch is better."""
    if record.validation_accuracy is None or record.validation_loss is None:
        return (float(record.epoch), 0.0)
    return (record.validation_accuracy, -record.validation_loss)


def _check_fits(model: "keras.Model", dataset: Dataset) -> None:
    wanted = (None, *dataset.image_shape)
    shape, outputs = tuple(getattr(model, "input_shape", ())), getattr(model, "output_shape", (None, 0))[-1]
    if len(shape) != 4 or any(have not in (None, want) for have, want in zip(shape[1:], wanted[1:], strict=True)):
        raise ModelError(
            text(
                "{name} takes input {shape}, but the images of {data} are {wanted}.",
                name=model.name,
                shape=shape,
                data=dataset.name,
                wanted=wanted,
            )
        )
    if outputs != len(dataset.labels):
        raise ModelError(
            text(
                "{name} has {outputs} classes, but {data} has {n}.",
                name=model.name,
                outputs=outputs,
                data=dataset.name,
                n=len(dataset.labels),
            )
        )


def _uncompiled_copy(model: "keras.Model") -> "keras.Model":
    """A copy with separate weights and without an optimiser, whose state would triple the size of a file."""
    copy = with_separate_weights(model)
    copy.compiled, copy.optimizer = False, None
    return copy
