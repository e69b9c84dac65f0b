"""The network behind a layer, run on given maps: against Keras run on a model of that part."""

import numpy as np
import pytest
from tiny_models import SIDE, classifier_of, keras, layers, random_image, seeded, tiny

from vislib import LayerError, ParameterError, Target
from vislib.targets import Channel


def prepared(classifier, seed=0):
    return classifier.preprocess_input(classifier.resize(random_image(seed=seed))[None])


def test_layers_own_maps_give_the_networks_values():
    for style, layer in (("conv_relu", "conv1"), ("relu_layers", "relu1"), ("one_sigmoid", "conv1")):
        classifier = tiny(style)
        target = classifier.target(1)
        inputs = prepared(classifier)
        (maps,) = classifier.network.maps(inputs, [layer])
        found = classifier.network.values_of_maps(inputs, layer, maps, target)
        np.testing.assert_allclose(found, classifier.logits(random_image())[1:2], rtol=1e-4, atol=1e-5)


def test_given_maps_by_keras_same(monkeypatch):
    """Seven stacks of maps in batches of three, past a shortcut from before the layer."""
    inputs = keras.Input((SIDE, SIDE, 3))
    first = layers.Conv2D(6, 3, padding="same", activation="relu", name="first")(inputs)
    second = layers.Conv2D(6, 3, padding="same", activation="relu", name="second")(first)
    joined = layers.GlobalAveragePooling2D()(layers.Add()([first, second]))
    scores = layers.Dense(4, name="scores")(joined)
    classifier = classifier_of(seeded(keras.Model(inputs, scores)), task="classification")
    network, one = classifier.network, prepared(classifier)
    monkeypatch.setattr(network, "batch_size", 3)
    maps = np.random.default_rng(1).normal(0, 1, (7, SIDE, SIDE, 6)).astype(np.float32)
    found = network.values_of_maps(one, "second", maps, classifier.target(2))
    (shortcut,) = network.maps(one, ["first"])
    kernel, bias = (np.asarray(weight, np.float64) for weight in classifier.model.get_layer("scores").get_weights())
    expected = ((shortcut + maps).mean(axis=(1, 2)) @ kernel + bias)[:, 2]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    other = network.values_of_maps(prepared(classifier, 1), "second", maps, classifier.target(2))
    assert np.abs(other - found).min() > 1e-3, "the shortcut does not come from the input"


def test_given_maps_of_no_use_refused():
    classifier = tiny("conv_relu")
    one = prepared(classifier)
    with pytest.raises(ParameterError, match=r"have the shape \(\d+, \d+, 6\); not \(2, 2, 6\)"):
        classifier.network.values_of_maps(one, "conv1", np.zeros((1, 2, 2, 6), np.float32), classifier.target(0))
    (maps,) = classifier.network.maps(one, ["conv2"])
    with pytest.raises(LayerError, match="does not lie before"):
        classifier.network.values_of_maps(one, "conv2", maps, Channel("conv1", 0).resolved(classifier))
    assert classifier.network.values_of_maps(one, "conv2", maps[:0], Target(0)).shape == (0,)
