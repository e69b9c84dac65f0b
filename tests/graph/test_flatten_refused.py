"""Models that vislib cannot run are refused in a sentence; what the sentence advises works."""

import numpy as np
import pytest
import tiny_models
from tiny_models import PLAIN, SIDE, classifier_of, layers

from vislib import ModelError, load_classifier
from vislib.backend import keras
from vislib.graph.flatten import flatten

SHAPE = (SIDE, SIDE, 3)


class Subclassed(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(3, activation="softmax", name="scores")

    def call(self, inputs):
        return self.dense(keras.ops.reshape(inputs, (-1, SIDE * SIDE * 3)))


def two_inputs():
    first, second = keras.Input(SHAPE, name="first"), keras.Input(SHAPE, name="second")
    return keras.Model([first, second], layers.Dense(3)(layers.Flatten()(first) + layers.Flatten()(second)))


def two_outputs():
    inputs = keras.Input(SHAPE)
    return keras.Model(inputs, [layers.Dense(3)(layers.Flatten()(inputs)) for _ in range(2)])


def volume():
    inputs = keras.Input(SHAPE)
    return keras.Model(inputs, layers.Reshape((SIDE, SIDE, 3, 1))(inputs))


class Failing(keras.Model):
    def call(self, inputs):
        raise RuntimeError("the inside is not ready")


def size_of_output_unknown():
    inputs = keras.Input((None, None, 3))
    return keras.Model(inputs, layers.Flatten()(layers.Conv2D(3, 1)(inputs)))


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        (Subclassed, r"give their shape with `input_size`, \(height, width, channels\)"),
        (two_inputs, "has 2 inputs: .* give the values of the others"),
        (two_outputs, "has 2 outputs: .* Choose one with `output`"),
        (volume, r"its output has shape \(None, 12, 12, 3, 1\)"),
        (lambda: keras.Sequential([layers.Flatten(), layers.Dense(3)]), "has not been built"),
    ],
    ids=["subclassed", "two inputs", "two outputs", "volume", "never built"],
)
def test_model_that_needs_an_argument_is_refused_with_a_way_on(build, reason):
    settings = {} if build is Subclassed else {"input_size": (SIDE, SIDE)}
    with pytest.raises(ModelError, match=reason):
        load_classifier(build(), preprocess=PLAIN, **settings)


@pytest.mark.parametrize(
    ("build", "settings"),
    [
        (Subclassed, {"input_size": SHAPE}),
        (two_inputs, {"inputs": {"second": np.ones(SHAPE)}}),
        (two_outputs, {"output": 1}),
    ],
    ids=["subclassed", "two inputs", "two outputs"],
)
def test_way_on_of_a_refusal_works(build, settings):
    assert len(load_classifier(build(), preprocess=PLAIN, **settings).labels) == 3


def test_subclassed_model_that_fails_gives_its_reason():
    with pytest.raises(ModelError, match=r"cannot be called on images of shape .* the inside is not ready"):
        flatten(Failing(), SHAPE)


def test_subclassed_part_is_opened():
    inputs = keras.Input(SHAPE)
    graph = flatten(keras.Model(inputs, Subclassed(name="part")(inputs)), SHAPE)
    assert [node.name for node in graph.nodes][-1] == "part/scores"


def test_model_with_any_size_and_flatten_works_or_is_refused_in_a_sentence():
    """Its outputs can be counted once the size is known, whether labels are given or not."""
    assert classifier_of(size_of_output_unknown(), labels=[str(i) for i in range(432)]).network.n_classes == 432
    assert classifier_of(size_of_output_unknown()).network.n_classes == 432


def test_flatten_input_of_wrong_channels_refused():
    with pytest.raises(ModelError, match=r"cannot take an input of shape \(12, 12, 1\)"):
        flatten(tiny_models.any_size(), (12, 12, 1))
