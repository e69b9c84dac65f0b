"""Accuracy, confusion matrix and mistakes, against a plain loop over a network whose answers are known."""

import numpy as np
import pytest

from vislib.backend import keras
from vislib.errors import ModelError
from vislib.training import evaluate


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
