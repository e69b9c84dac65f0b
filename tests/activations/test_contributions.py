"""Contributions against a convolution written out by hand."""

import keras
import numpy as np
import pytest
from keras import layers
from tiny_models import SIDE, classifier_of, random_image, seeded

import vislib
from vislib import LayerError
from vislib.activations.contributions import contributions
from vislib.targets import Neuron


@pytest.fixture(scope="module")
def two_convolutions():
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(4, 3, padding="same", activation="relu", name="first")(inputs)
    x = layers.Conv2D(5, 3, name="second", bias_initializer="ones")(x)
    model = keras.Model(inputs, layers.Dense(2, activation="softmax")(layers.GlobalAveragePooling2D()(x)))
    return classifier_of(seeded(model))


def test_contributions_are_weight_times_activation_and_add_up_to_the_unit(two_convolutions):
    image = random_image()
    kernel, bias = (np.asarray(one) for one in two_convolutions.model.get_layer("second").weights)
    before = vislib.feature_maps(two_convolutions, image, "first")
    unit = vislib.feature_maps(two_convolutions, image, "second")[2, 3, 1]
    found = contributions(two_convolutions, image, Neuron("second", 1, 2, 3), "first")
    by_hand = (before[2:5, 3:6] * kernel[..., 1]).sum(axis=(0, 1))
    np.testing.assert_allclose(found, by_hand, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found.sum() + bias[1], unit, rtol=1e-4, atol=1e-5)


def test_contributions_of_a_layer_behind_the_unit_refused(two_convolutions):
    with pytest.raises(LayerError, match="second"):
        contributions(two_convolutions, random_image(), Neuron("first", 0, 1, 1), "second")
