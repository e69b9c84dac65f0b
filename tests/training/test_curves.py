"""Learning curves: each batch's own values, their moving mean, and what a callback may ask after an epoch."""

import numpy as np
import pytest

from vislib.backend import keras
from vislib.errors import ParameterError
from vislib.training import Dataset, TrainingOptions, TrainingRun, moving_mean
from vislib.training.batches import Batches
from vislib.training.fitting import split

OPTIONS = TrainingOptions(epochs=2, batch_size=50, optimizer="sgd", learning_rate=1e-7, validation_share=0.25, seed=3)
"""A learning rate at which the weights stay as they are, so that each batch's values can be computed afterwards."""


@pytest.fixture(scope="module")
def run(stripes: Dataset):
    seen = []
    training = TrainingRun("cifar-small", stripes, OPTIONS)
    training.start(lambda now: seen.append((now.loss, now.accuracy)))
    return training, np.array(seen)


def by_hand(training: TrainingRun) -> list[tuple[float, float, int]]:
    """Loss, accuracy and size of every batch, from the probabilities of the network that did not learn."""
    chosen, _ = split(len(training.dataset.train_labels), OPTIONS)
    batches = Batches(
        training.dataset.train_images[chosen], training.dataset.train_labels[chosen], OPTIONS.batch_size, OPTIONS
    )
    values = []
    for epoch in range(OPTIONS.epochs):
        batches.start_epoch(epoch + 1)  # Keras looks at a batch before the first epoch, and counts that as one
        for number in range(len(batches)):
            images, labels = batches[number]
            shares = training.probabilities(np.rint(images * 255).astype(np.uint8))
            of_true = shares[np.arange(len(labels)), labels]
            values.append((-np.log(of_true).mean(), np.mean(shares.argmax(axis=1) == labels), len(labels)))
    return values


def test_progress_and_result_have_the_values_of_each_batch_alone(run):
    training, seen = run
    wanted = np.array(by_hand(training))
    np.testing.assert_allclose(seen, wanted[:, :2], atol=1e-4)
    result = training.result()
    np.testing.assert_array_equal(np.stack([result.batch_losses, result.batch_accuracies], axis=1), seen)


def test_epoch_has_the_mean_over_its_images(run):
    training, _ = run
    wanted = np.array(by_hand(training))
    n = len(wanted) // 2
    assert wanted[n - 1, 2] < wanted[0, 2], "the last batch is smaller, so it counts less"
    for record, of_epoch in zip(training.history, (wanted[:n], wanted[n:]), strict=True):
        assert record.loss == pytest.approx(np.average(of_epoch[:, 0], weights=of_epoch[:, 2]), abs=1e-4)
        assert record.accuracy == pytest.approx(np.average(of_epoch[:, 1], weights=of_epoch[:, 2]), abs=1e-6)


def test_epoch_values_are_those_of_keras(stripes):
    """Without the moving parts of vislib: Keras's own running mean over an epoch."""
    options = TrainingOptions(epochs=1, batch_size=32, validation_share=0.25, seed=3)
    training = TrainingRun("cifar-small", stripes, options)
    start = keras.models.clone_model(training._initial)
    start.set_weights(training._initial.get_weights())
    start.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"], jit_compile=False)
    chosen, _ = split(len(stripes.train_labels), options)
    batches = Batches(stripes.train_images[chosen], stripes.train_labels[chosen], 32, options)
    history = start.fit(batches, shuffle=False, verbose=0).history
    record = training.start().history[0]
    assert record.loss == pytest.approx(history["loss"][0], rel=1e-3)
    assert record.accuracy == pytest.approx(history["accuracy"][0], abs=1e-6)


def test_after_epoch_comes_once_an_epoch_and_may_ask_the_network(stripes):
    training = TrainingRun("cifar-small", stripes, TrainingOptions(epochs=2, batch_size=32, validation_share=0.25))
    seen = []

    def after_epoch(record):
        evaluation = training.validate()
        seen.append((record.epoch, evaluation.accuracy, record.validation_accuracy, evaluation.confusion.sum()))
        assert training.probabilities(stripes.test_images[:2]).shape == (2, 3)

    training.start(after_epoch=after_epoch)
    assert [epoch for epoch, *_ in seen] == [1, 2]
    for _, here, of_keras, n in seen:
        assert here == pytest.approx(of_keras, abs=1e-6)
        assert n == 60


def test_validate_without_validation_images_is_none(stripes):
    assert TrainingRun("cifar-small", stripes, TrainingOptions(validation_share=0.0)).validate() is None


@pytest.mark.parametrize(
    ("window", "wanted"),
    [(1, [4, 2, 6, 0]), (2, [4, 3, 4, 3]), (3, [4, 3, 4, 8 / 3]), (9, [4, 3, 4, 3])],
)
def test_moving_mean_is_that_of_the_last_values(window, wanted):
    np.testing.assert_allclose(moving_mean(np.array([4.0, 2, 6, 0]), window), wanted)


def test_moving_mean_of_nothing_is_nothing_and_window_0_is_refused():
    assert moving_mean(np.array([]), 5).shape == (0,)
    with pytest.raises(ParameterError, match="at least 1"):
        moving_mean(np.array([1.0]), 0)
