"""Models that cannot be looked into are refused in a sentence, never explained wrongly."""

import numpy as np
import pytest
import tiny_models
from tiny_models import SIDE, classifier_of, layers, of_flat, seeded

from vislib import ModelError
from vislib.backend import keras
from vislib.graph.flatten import flatten

SHAPE = (SIDE, SIDE, 3)


class HiddenSoftmax(layers.Layer):
    def call(self, inputs):
        return keras.ops.softmax(inputs)


def divided(scores):
    powers = keras.ops.exp(layers.Dense(3)(scores))
    return powers / keras.ops.sum(powers, axis=-1, keepdims=True)


@pytest.mark.parametrize("head", [lambda x: HiddenSoftmax()(layers.Dense(3)(x)), divided], ids=["layer", "division"])
def test_softmax_hidden_refused_not_explained_as_logits(head):
    with pytest.raises(ModelError, match="ends in probabilities, but its softmax"):
        classifier_of(seeded(of_flat(head)))


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(3, activation="softmax")

    def call(self, inputs):
        return self.dense(keras.ops.reshape(inputs, (-1, SIDE * SIDE * 3)))


def two_inputs():
    first, second = keras.Input(SHAPE), keras.Input(SHAPE)
    return keras.Model([first, second], layers.Dense(3)(layers.Flatten()(first) + layers.Flatten()(second)))


def two_outputs():
    inputs = keras.Input(SHAPE)
    return keras.Model(inputs, [layers.Dense(3)(layers.Flatten()(inputs)) for _ in range(2)])


def segmentation():
    inputs = keras.Input(SHAPE)
    return keras.Model(inputs, layers.Conv2D(3, 1, activation="softmax")(inputs))


def size_of_output_unknown():
    inputs = keras.Input((None, None, 3))
    return keras.Model(inputs, layers.Flatten()(layers.Conv2D(3, 1)(inputs)))


def called(model):
    model(np.zeros((1, *SHAPE), np.float32))
    return model


@pytest.mark.parametrize(
    "build",
    [
        Subclassed, lambda: called(Subclassed()), two_inputs, two_outputs, segmentation,
        lambda: keras.Sequential([layers.Flatten(), layers.Dense(3)]),
    ],
    ids=["subclassed", "subclassed and called", "two inputs", "two outputs", "segmentation", "never built"],
)  # fmt: skip
def test_model_that_cannot_be_looked_into_refused(build):
    with pytest.raises(ModelError, match=r"\.$"):
        classifier_of(build())


def test_model_with_subclassed_part_refused_naming_it():
    inputs = keras.Input(SHAPE)
    with pytest.raises(ModelError, match="subclassed"):
        flatten(called(Subclassed()), SHAPE)
    part = Subclassed()
    with pytest.raises(ModelError, match="subclassed"):
        classifier_of(keras.Model(inputs, part(inputs)))


def test_model_with_any_size_and_flatten_works_or_is_refused_in_a_sentence():
    """Its outputs can be counted once the size is known, whether labels are given or not."""
    assert classifier_of(size_of_output_unknown(), labels=[str(i) for i in range(432)]).network.n_classes == 432
    assert classifier_of(size_of_output_unknown()).network.n_classes == 432


def test_flatten_input_of_wrong_channels_refused():
    with pytest.raises(ModelError, match=r"cannot take an input of shape \(12, 12, 1\)"):
        flatten(tiny_models.any_size(), (12, 12, 1))
