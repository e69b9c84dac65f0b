"""The maps and gradients of several layers in one pass equal those of one layer at a time."""

import numpy as np
import pytest
from tiny_models import random_image, seeded

import vislib
from vislib.backend import keras
from vislib.network.together import layers_together

LAYERS = ("conv1", "conv2", "conv3")


def classifier(rounded: bool = False) -> vislib.Classifier:
    inputs = x = keras.Input((12, 12, 3))
    for number, name in enumerate(LAYERS):
        x = keras.layers.Conv2D(4, 3, activation="relu", name=name)(x)
        if rounded and number == 0:
            x = keras.ops.round(x)
    x = keras.layers.Dense(3, activation="softmax")(keras.layers.GlobalAveragePooling2D()(x))
    return vislib.load_classifier(seeded(keras.Model(inputs, x)), preprocess="0..1")


@pytest.mark.parametrize("method", ["grad-cam", "grad-cam++", "layer-cam", "guided-grad-cam"])
def test_same_maps_as_one_layer_at_a_time(method, traced):
    network = classifier()
    images = [random_image(12, 12, seed) for seed in (0, 1)]
    asked = [(image, target, layer) for image in images for target in (0, 2) for layer in LAYERS]
    alone = [vislib.explain(method, network, image, target, layer=layer) for image, target, layer in asked]
    traced.clear()
    with layers_together(LAYERS):
        found = [vislib.explain(method, network, image, target, layer=layer) for image, target, layer in asked]
    for one, other in zip(found, alone, strict=True):
        np.testing.assert_allclose(one.values, other.values, rtol=1e-5, atol=1e-7)
        assert one.score == other.score
    assert len(traced) == 1


def test_layer_without_a_gradient_does_not_keep_the_others_from_theirs():
    network, image = classifier(rounded=True), random_image()
    alone = vislib.explain("grad-cam", network, image, 0, layer="conv3")
    with layers_together(LAYERS):
        np.testing.assert_array_equal(vislib.explain("grad-cam", network, image, 0, layer="conv3").values, alone.values)
        with pytest.raises(vislib.ModelError, match="no gradient"):
            vislib.explain("grad-cam", network, image, 0, layer="conv1")


def test_other_layers_are_asked_for_as_usual():
    network, image = classifier(), random_image()
    alone = vislib.explain("grad-cam", network, image, 0, layer="conv1")
    with layers_together(["conv2", "conv3"]):
        np.testing.assert_array_equal(vislib.explain("grad-cam", network, image, 0, layer="conv1").values, alone.values)
