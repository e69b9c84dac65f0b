"""The training itself: what it learns, that it repeats, that it stops, and what it keeps."""

import math
from dataclasses import replace

import numpy as np
import pytest

from vislib.backend import keras
from vislib.errors import ModelError, ParameterError, TrainingError
from vislib.training import NetworkOptions, TrainingOptions, TrainingRun, build, train

SHORT = TrainingOptions(epochs=2, batch_size=32, learning_rate=5e-3, validation_share=0.25, seed=3)
N_BATCHES = 6  # 240 images, a quarter held out, 32 a batch: 180 / 32, rounded up


class Cancelled(Exception):
    """What a page raises to cancel."""


def same(first, second) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(first.get_weights(), second.get_weights(), strict=True))


@pytest.fixture(scope="module")
def trained(stripes):
    seen = []
    result = train("cifar-small", stripes, SHORT, seen.append)
    return result, seen


def test_progress_comes_for_every_batch(trained):
    _, seen = trained
    assert [(step.epoch, step.batch) for step in seen] == [(e, b) for e in (1, 2) for b in range(1, N_BATCHES + 1)]
    assert {(step.n_epochs, step.n_batches) for step in seen} == {(2, N_BATCHES)}
    assert [len(step.history) for step in seen] == [0] * N_BATCHES + [1] * N_BATCHES
    seconds = [step.seconds for step in seen]
    assert seconds == sorted(seconds)
    assert all(math.isfinite(step.loss) and 0 <= step.accuracy <= 1 for step in seen)


def test_result_has_history_kernels_and_best_epoch(trained):
    result, _ = trained
    assert [record.epoch for record in result.history] == [1, 2]
    best = max(result.history, key=lambda record: (record.validation_accuracy, -record.validation_loss))
    assert result.best_epoch == best.epoch
    assert [kernels.shape for kernels in result.kernels] == [(4, 4, 1, 10)] * 3
    assert not np.array_equal(result.kernels[0], result.kernels[1])
    assert result.ended == "finished"


def test_training_learns_stripes(stripes):
    result = train("cifar-small", stripes, TrainingOptions(epochs=8, batch_size=16, learning_rate=1e-2))
    classifier = result.classifier("stripes")
    told = [classifier.predict(np.repeat(image, 3, axis=2), 1)[0].index for image in stripes.test_images]
    assert np.mean(np.array(told) == stripes.test_labels) > 0.9
    assert classifier.labels == stripes.labels


def test_same_seed_same_weights_other_seed_others(stripes):
    values = {"epochs": 1, "batch_size": 32, "flip": True, "shift_px": 2, "schedule": "cosine", "optimizer": "sgd"}
    network = NetworkOptions(dropout=True)  # which is random as well
    first, again, other = (
        train("cifar-small", stripes, TrainingOptions(**values, seed=s), network=replace(network, seed=s)).model
        for s in (5, 5, 99)
    )
    assert same(first, again)
    assert not same(first, other)


def test_seed_leaves_the_global_generators_alone(stripes):
    np.random.seed(1)  # noqa: NPY002 - what must not be touched
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    train("cifar-small", stripes, TrainingOptions(epochs=1))
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_stop_ends_at_that_batch_and_keeps_the_best(stripes):
    run = TrainingRun("cifar-small", stripes, TrainingOptions(epochs=50, batch_size=32, validation_share=0.25, seed=3))
    batches = []

    def progress(step):
        batches.append((step.epoch, step.batch))
        if (step.epoch, step.batch) == (3, 2):
            run.stop()

    result = run.start(progress)
    assert batches[-1] == (3, 2)
    assert result.ended == "stopped"
    assert len(result.history) == 2
    assert result.best_epoch in (1, 2)


def test_stop_in_the_first_epoch_keeps_the_weights_of_its_last_batch(stripes):
    run = TrainingRun("cifar-small", stripes, SHORT)
    result = run.start(lambda step: run.stop())
    assert (result.best_epoch, result.history) == (0, ())
    assert not same(result.model, build("cifar-small", stripes.image_shape, 3))


def test_exception_in_progress_passes_through_and_the_best_is_kept(stripes):
    run = TrainingRun("cifar-small", stripes, SHORT)

    def progress(step):
        if step.epoch == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        run.start(progress)
    result = run.result()
    assert (result.best_epoch, result.ended) == (1, "cancelled")
    assert same(result.model, train("cifar-small", stripes, replace(SHORT, epochs=1)).model)


def test_exploding_loss_is_explained_and_leaves_nothing_to_keep(stripes):
    options = TrainingOptions(epochs=50, batch_size=32, optimizer="sgd", learning_rate=100.0)
    run = TrainingRun(_deep_linear(stripes), stripes, options)
    with pytest.raises(TrainingError, match=r"no longer a number at batch \d+ of epoch 1: the gradients .* below 100"):
        run.start()
    with pytest.raises(TrainingError, match="This training has no result"):
        run.result()


def test_loss_that_becomes_nan_later_keeps_the_best_so_far(stripes):
    run = TrainingRun("cifar-small", stripes, SHORT)

    def progress(step):
        if (step.epoch, step.batch) == (2, 1):
            run._model.set_weights([weights * np.nan for weights in run._model.get_weights()])

    with pytest.raises(TrainingError, match="at batch 2 of epoch 2"):
        run.start(progress)
    result = run.result()
    assert result.best_epoch == 1
    assert all(np.isfinite(weights).all() for weights in result.model.get_weights())


def _deep_linear(dataset):
    """Twelve linear layers: the product of large weights soon exceeds float32."""
    layers = [keras.layers.Dense(16) for _ in range(12)]
    head = [keras.layers.Flatten(), *layers, keras.layers.Dense(len(dataset.labels), "softmax")]
    return keras.Sequential([keras.Input(dataset.image_shape), *head])


def test_patience_stops_early_with_the_best_epoch(stripes):
    # So large a learning rate never settles: two epochs without a better one come soon.
    options = TrainingOptions(epochs=40, batch_size=64, learning_rate=0.5, patience=2, seed=1)
    result = train("cifar-small", stripes, options)
    assert result.ended == "stopped early"
    assert len(result.history) == result.best_epoch + 2


def test_without_validation_the_last_epoch_is_kept(stripes):
    options = TrainingOptions(epochs=2, validation_share=0.0)
    result = train("cifar-small", stripes, options)
    assert result.best_epoch == 2
    assert result.history[0].validation_accuracy is None


def test_given_model_stays_as_it_was(stripes):
    model = build("cifar-small", stripes.image_shape, 3)
    before = [weights.copy() for weights in model.get_weights()]
    result = train(model, stripes, TrainingOptions(epochs=1))
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))
    assert not same(result.model, model)


def test_model_that_does_not_fit_the_data_is_refused(stripes):
    with pytest.raises(ModelError, match="but the images of stripes are"):
        TrainingRun(build("cifar-small", (16, 16, 3), 3), stripes)
    with pytest.raises(ModelError, match="has 4 classes, but stripes has 3"):
        TrainingRun(build("cifar-small", stripes.image_shape, 4), stripes)
    with pytest.raises(ParameterError, match="no network 'resnet'"):
        TrainingRun("resnet", stripes)


def test_run_starts_only_once(stripes):
    run = TrainingRun("cifar-small", stripes, SHORT)
    run.start(lambda step: run.stop())
    with pytest.raises(TrainingError, match="only once"):
        run.start()


def test_too_few_images_for_validation_is_explained(stripes):
    with pytest.raises(TrainingError, match="1 images are too few"):
        train("cifar-small", stripes, TrainingOptions(n_images=1, validation_share=0.9))


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"epochs": 0}, "`epochs` parameter of `TrainingOptions` must be a whole number from 1 to 1000; not 0"),
        ({"batch_size": 1.5}, "`batch_size`.*whole number"),
        ({"learning_rate": float("nan")}, "`learning_rate`.*nan"),
        ({"optimizer": "adamw"}, "must be one of adam, sgd, rmsprop; not 'adamw'"),
        ({"flip": "no"}, "`flip`.*True or False"),
        ({"patience": 0}, "`patience`"),
        ({"seed": -1}, "`seed`"),
    ],
)
def test_bad_option_is_explained(values, says):
    with pytest.raises(ParameterError, match=says):
        TrainingOptions(**values)
