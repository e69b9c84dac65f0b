"""The part of training that needs Keras: `model.fit` with a callback at every batch."""

import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from vislib.backend import keras
from vislib.errors import TrainingError
from vislib.language import text
from vislib.training.batches import Batches
from vislib.training.dataset import Dataset
from vislib.training.options import TrainingOptions
from vislib.training.records import BatchCallback, EpochCallback, EpochRecord, TrainingProgress

_VALIDATION_BATCH = 256


class Run(Protocol):
    """What `fit` reads from a training run and calls on it; see `TrainingRun`."""

    options: TrainingOptions
    dataset: Dataset

    @property
    def history(self) -> tuple[EpochRecord, ...]: ...

    @property
    def stop_asked(self) -> bool: ...

    @property
    def elapsed(self) -> float: ...

    def keep_kernels(self) -> None: ...

    def end_batch(self, loss: float, accuracy: float, /) -> None: ...

    def end_epoch(self, record: EpochRecord, /) -> bool: ...


def fit(
    run: Run,
    model: keras.Model,
    on_batch: BatchCallback,
    on_epoch: EpochCallback,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> str:
    """Trains `model` in place with the run's options; returns how it ended (see `TrainingResult.ended`)."""
    options, dataset = run.options, run.dataset
    chosen, held_out = split(len(dataset.train_labels), options)
    training = Batches(dataset.train_images[chosen], dataset.train_labels[chosen], options.batch_size, options)
    validation = None
    if len(held_out):
        validation = Batches(dataset.train_images[held_out], dataset.train_labels[held_out], _VALIDATION_BATCH)
    # XLA's convolutions take two to five times as long on a CPU as oneDNN's.
    model.compile(
        optimizer(options, len(training)),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,
    )
    watch = _Watch(run, training, on_batch, on_epoch)
    try:
        model.fit(
            training,
            epochs=options.epochs,
            validation_data=validation,
            shuffle=False,  # Batches shuffles, with the options' seed
            verbose=0,
            callbacks=[watch, *callbacks],
        )
    except _Stopped:
        return "stopped"
    return watch.ended


def split(n_images: int, options: TrainingOptions) -> tuple[np.ndarray, np.ndarray]:
    """Disjoint indices of the training and the validation images, drawn with the options' seed.

    Raises:
        TrainingError: If no image is left to train on.
    """
    order = np.random.default_rng([options.seed, 1_000_003]).permutation(n_images)[: options.n_images]
    n_held_out = round(len(order) * options.validation_share)
    if n_held_out >= len(order):
        share = f"{options.validation_share * 100:.0f} %"
        raise TrainingError(text("{n} images are too few to keep {share} for validation.", n=len(order), share=share))
    return order[n_held_out:], order[:n_held_out]


def optimizer(options: TrainingOptions, n_batches: int) -> keras.optimizers.Optimizer:
    """The optimiser with its learning rate or schedule."""
    rate: Any = options.learning_rate
    if options.schedule == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(options.learning_rate, options.epochs * n_batches)
    if options.optimizer == "sgd":
        return keras.optimizers.SGD(rate, momentum=0.9)
    return {"adam": keras.optimizers.Adam, "rmsprop": keras.optimizers.RMSprop}[options.optimizer](rate)


class _Stopped(Exception):
    """Ends `model.fit` after `TrainingRun.stop`."""


class _Watch(keras.callbacks.Callback):
    """Reports every batch, ends the training on a stop or a loss that is not finite, and records every epoch."""

    def __init__(self, run: Run, batches: Batches, on_batch: BatchCallback, on_epoch: EpochCallback):
        super().__init__()
        self.run, self.n_batches, self.sizes = run, len(batches), batches.sizes
        self.on_batch, self.on_epoch = on_batch, on_epoch
        self.ended = "finished"
        self.epoch, self.epoch_start = 1, 0.0
        self.losses: list[float] = []
        self.accuracies: list[float] = []

    def on_train_begin(self, logs=None) -> None:
        self.run.keep_kernels()

    def on_epoch_begin(self, epoch: int, logs=None) -> None:
        self.epoch, self.epoch_start = epoch + 1, self.run.elapsed
        self.losses, self.accuracies = [], []

    def on_train_batch_end(self, batch: int, logs=None) -> None:
        loss, accuracy = float(logs["loss"]), float(logs["accuracy"])
        self.model.reset_metrics()  # otherwise Keras reports the mean of the epoch so far
        if not math.isfinite(loss):
            raise TrainingError(_exploded(self.run.options.learning_rate, self.epoch, batch + 1))
        self.losses.append(loss)
        self.accuracies.append(accuracy)
        self.run.end_batch(loss, accuracy)
        self.on_batch(
            TrainingProgress(
                self.epoch,
                self.run.options.epochs,
                batch + 1,
                self.n_batches,
                loss,
                accuracy,
                self.run.elapsed,
                self.run.history,
            )
        )
        self._look_for_stop()

    def on_test_batch_end(self, batch: int, logs=None) -> None:
        self._look_for_stop()

    def on_epoch_end(self, epoch: int, logs=None) -> None:
        has_validation = "val_loss" in logs
        if has_validation and not math.isfinite(logs["val_loss"]):
            raise TrainingError(_exploded(self.run.options.learning_rate, self.epoch, self.n_batches))
        record = EpochRecord(
            self.epoch,
            float(np.average(self.losses, weights=self.sizes)),
            float(np.average(self.accuracies, weights=self.sizes)),
            float(logs["val_loss"]) if has_validation else None,
            float(logs["val_accuracy"]) if has_validation else None,
            self.run.elapsed - self.epoch_start,
        )
        patience_is_over = self.run.end_epoch(record)
        self.on_epoch(record)
        if patience_is_over and self.epoch < self.run.options.epochs:
            self.ended = "stopped early"
            self.model.stop_training = True

    def _look_for_stop(self) -> None:
        if self.run.stop_asked:
            raise _Stopped


def _exploded(learning_rate: float, epoch: int, batch: int) -> str:
    return text(
        "The loss is no longer a number at batch {batch} of epoch {epoch}: the gradients have "
        "exploded. Try a learning rate well below {learning_rate:g}, or batch normalization.",
        batch=batch,
        epoch=epoch,
        learning_rate=learning_rate,
    )
