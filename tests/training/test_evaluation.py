"""Accuracy, confusion matrix and mistakes, against a plain loop over a network whose answers are known."""

import numpy as np
import pytest

from vislib.backend import keras
from vislib.errors import DatasetError, ModelError
from vislib.training import Dataset, TrainingOptions, TrainingRun, evaluate


@pytest.fixture(scope="module")
def brightness():
    """Tells three classes apart by which channel of its single pixel is brightest."""
    inputs = keras.Input((1, 1, 3))
    outputs = keras.layers.Softmax()(keras.layers.Flatten()(inputs) * 4.0)
    return keras.Model(inputs, outputs)


def test_evaluation_equals_a_plain_loop(brightness):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (700, 1, 1, 3), np.uint8)
    labels = rng.integers(0, 3, 700)
    evaluation = evaluate(brightness, images, labels)
    confusion, losses = np.zeros((3, 3), int), []
    for image, label in zip(images, labels, strict=True):
        logits = image.ravel() / 255 * 4
        confusion[label, logits.argmax()] += 1
        losses.append(np.log(np.exp(logits).sum()) - logits[label])
    assert np.array_equal(evaluation.confusion, confusion)
    assert evaluation.accuracy == pytest.approx(np.trace(confusion) / 700)
    assert evaluation.loss == pytest.approx(np.mean(losses), rel=1e-4)
    assert len(evaluation.mistakes) == 700 - np.trace(confusion)


def test_mistakes_come_with_the_most_confident_first(brightness):
    images = np.array([[0, 255, 0], [0, 100, 0], [255, 0, 0]], np.uint8).reshape(3, 1, 1, 3)
    mistakes = evaluate(brightness, images, np.array([0, 0, 0])).mistakes
    assert [(mistake.index, mistake.predicted, mistake.true) for mistake in mistakes] == [(0, 1, 0), (1, 1, 0)]
    assert mistakes[0].probability == pytest.approx(np.exp(4) / (np.exp(4) + 2), rel=1e-4)


def test_evaluation_without_images_is_refused(brightness):
    with pytest.raises(ModelError, match="as many labels as images; not 0 for 0"):
        evaluate(brightness, np.zeros((0, 1, 1, 3), np.uint8), np.zeros(0, int))


@pytest.fixture(scope="module")
def position():
    """Tells 20 classes apart by which of its 20 pixels is brightest."""
    inputs = keras.Input((1, 20, 1))
    return keras.Model(inputs, keras.layers.Softmax()(keras.layers.Flatten()(inputs) * 9.0))


POSITIONS = (np.eye(20) * 255).astype(np.uint8).reshape(20, 1, 20, 1)


@pytest.mark.parametrize("kind", ["uint8", "int8", "uint16", "int64"])
def test_labels_may_be_whole_numbers_of_any_type(position, kind):
    evaluation = evaluate(position, POSITIONS, np.arange(20).astype(kind))
    assert np.array_equal(evaluation.confusion, np.eye(20))
    assert evaluation.accuracy == 1


def test_a_training_validates_with_labels_of_8_bits(position):
    numbers = np.arange(20).astype(np.uint8)
    data = Dataset("positions", tuple(map(str, range(20))), POSITIONS, numbers, POSITIONS, numbers)
    found = TrainingRun(position, data, TrainingOptions(validation_share=0.5)).validate()
    assert np.trace(found.confusion) == found.confusion.sum() == 10


def test_labels_may_be_a_column(position):
    assert evaluate(position, POSITIONS, np.arange(20)[:, None]).accuracy == 1


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        (np.eye(20, dtype=int), r"whole numbers \(n,\) or \(n, 1\).*; not \(20, 20\)"),
        (np.arange(20.0), r"not \(20,\) float64"),
        (np.arange(20) - 1, "from -1 to 18; the network has 20 classes, so they must be from 0 to 19"),
        (np.arange(20) + 1, "from 1 to 20"),
    ],
)
def test_labels_that_are_no_classes_are_refused(position, labels, says):
    with pytest.raises(DatasetError, match=says):
        evaluate(position, POSITIONS, labels)


@pytest.mark.parametrize("images", [POSITIONS / 255, POSITIONS[..., 0]])
def test_images_of_another_form_are_refused(position, images):
    with pytest.raises(DatasetError, match=r"must be \(n, h, w, c\) uint8, as they are divided by 255"):
        evaluate(position, images, np.arange(20))
