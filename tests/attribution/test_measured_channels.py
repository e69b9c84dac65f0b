"""Score-CAM and Ablation-CAM channel by channel with plain Keras and NumPy; CAM in closed form."""

import numpy as np
import pytest
import tiny_models
from tiny_models import random_image, tiny

import vislib
from vislib import ModelError, ParameterError, Target
from vislib.attribution.base import upsample
from vislib.backend import keras

layers = keras.layers


def prepared(classifier):
    return classifier.preprocess_input(classifier.resize(random_image())[None])


def maps_of(style: str, layer: str) -> np.ndarray:
    classifier = tiny(style)
    tapped = keras.Model(classifier.model.inputs, classifier.model.get_layer(layer).output)
    return np.asarray(tapped(prepared(classifier)), np.float64)[0]


def score_cam_by_hand(style: str, layer: str, class_index: int) -> np.ndarray:
    classifier = tiny(style)
    inputs = prepared(classifier)
    nothing = np.asarray(classifier.model(inputs * 0))[0, class_index]
    maps = maps_of(style, layer)
    cells = np.zeros(maps.shape[:2])
    for k in range(maps.shape[2]):
        mask = upsample(maps[..., k], classifier.input_size).astype(np.float64)
        mask -= mask.min()
        if mask.max() > 0:
            mask /= mask.max()
        masked = (inputs[0] * mask[..., None])[None]
        cells += (np.asarray(classifier.model(masked))[0, class_index] - nothing) * maps[..., k]
    return np.maximum(cells, 0)


@pytest.mark.parametrize(("style", "layer"), [("sequential", "conv1"), ("conv_relu", "conv2")])
@pytest.mark.parametrize("class_index", [0, 1, 2])
def test_score_cam_by_hand_same(style, layer, class_index):
    expected = score_cam_by_hand(style, layer, class_index)
    heatmap = vislib.explain("score-cam", tiny(style), random_image(), class_index, layer=layer)
    np.testing.assert_allclose(heatmap.details["cells"], expected, rtol=1e-3, atol=1e-5)


def test_score_cam_one_sigmoid_knows_its_two_classes():
    """Where the softmax of the only output were taken, every weight would be 0 and so would the map."""
    one, other = (
        vislib.explain("score-cam", tiny("one_sigmoid"), random_image(), k).details["weights"] for k in (0, 1)
    )
    np.testing.assert_allclose(one, -other, atol=1e-6)
    assert np.abs(one).max() > 0.01


def test_score_cam_logit_weights_differ_from_probability():
    logit, probability = (
        vislib.explain("score-cam", tiny("conv_relu"), random_image(), 0, weights=score).details["weights"]
        for score in ("logit", "probability")
    )
    assert not np.allclose(logit, probability)


@pytest.mark.parametrize("method", ["score-cam", "ablation-cam"])
def test_fewer_channels_those_that_vary_most_and_says_so(method):
    maps = maps_of("conv_relu", "conv2")
    heatmap = vislib.explain(method, tiny("conv_relu"), random_image(), 0, layer="conv2", max_channels=3)
    assert set(heatmap.details["channels"]) == set(np.argsort(-maps.std(axis=(0, 1)))[:3])
    assert heatmap.notes == ("3 of 8 channels were measured, those whose maps vary most over positions.",)
    assert not vislib.explain(method, tiny("conv_relu"), random_image(), 0, layer="conv2").notes


def without_channel(model: keras.Model, layer: str, channel: int, inputs: np.ndarray) -> np.ndarray:
    """Outputs of a clone whose convolution cannot make that channel."""
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    kernel, bias = clone.get_layer(layer).get_weights()
    kernel[..., channel], bias[channel] = 0, 0
    clone.get_layer(layer).set_weights([kernel, bias])
    return np.asarray(clone(inputs))[0]


def branching():
    """A convolution with a shortcut around it, so that the rest of the network starts from two tensors."""
    inputs = keras.Input((12, 12, 3))
    x = layers.Conv2D(5, 3, padding="same", activation="relu", name="conv1")(inputs)
    y = layers.Conv2D(5, 3, padding="same", activation="relu", name="conv2")(x)
    x = layers.Concatenate()([layers.Add()([x, y]), inputs])
    return keras.Model(inputs, layers.Dense(3)(layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3)(x))))


@pytest.mark.parametrize("layer", ["conv1", "conv2"])
def test_ablation_cam_by_cloning_without_each_channel_same(layer):
    classifier = tiny_models.classifier_of(tiny_models.seeded(branching()))
    inputs = prepared(classifier)
    tapped = keras.Model(classifier.model.inputs, classifier.model.get_layer(layer).output)
    maps = np.asarray(tapped(inputs), np.float64)[0]
    whole = np.asarray(classifier.model(inputs))[0]
    weights = np.array([whole - without_channel(classifier.model, layer, k, inputs) for k in range(5)])
    for class_index in range(3):
        expected = np.maximum(maps @ weights[:, class_index], 0)
        heatmap = vislib.explain("ablation-cam", classifier, random_image(), class_index, layer=layer)
        np.testing.assert_allclose(heatmap.details["weights"], weights[:, class_index], rtol=1e-3, atol=1e-4)
        np.testing.assert_allclose(heatmap.details["cells"], expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("style", ["conv_relu", "softmax_layer", "many_sigmoids", "grey", "relu_layers"])
def test_cam_mean_and_bias_are_the_logit(style):
    classifier = tiny(style)
    bias = classifier.model.layers[-1].get_weights() or classifier.model.layers[-2].get_weights()
    for class_index, logit in enumerate(classifier.logits(random_image())):
        heatmap = vislib.explain("cam", classifier, random_image(), class_index)
        assert heatmap.details["cells"].mean() + bias[1][class_index] == pytest.approx(float(logit), rel=1e-4, abs=1e-5)


def test_cam_difference_of_classes_is_the_difference_of_maps():
    classifier = tiny("conv_relu")
    one, other = (vislib.explain("cam", classifier, random_image(), k).values for k in (0, 1))
    both = vislib.explain("cam", classifier, random_image(), Target(0, against=1))
    np.testing.assert_allclose(both.values, one - other, atol=1e-5)


@pytest.mark.parametrize("style", tiny_models.NOT_POOLED)
def test_cam_network_that_does_not_end_in_pooling_says_so(style):
    with pytest.raises(ModelError, match=r"global average pooling and one linear layer; .* does not"):
        vislib.explain("cam", tiny(style), random_image())


def test_max_channels_zero_refused():
    with pytest.raises(ParameterError, match="max_channels"):
        vislib.explain("score-cam", tiny("conv_relu"), random_image(), max_channels=0)


@pytest.mark.parametrize(("label", "half"), [("tiger cat", np.s_[:, :112]), ("espresso", np.s_[:, 112:])])
@pytest.mark.parametrize("method", ["score-cam", "ablation-cam", "cam"])
def test_collage_most_of_the_map_in_the_half_of_its_class(method, classifier, collage, label, half):
    values = np.maximum(vislib.explain(method, classifier, collage, classifier.class_index(label)).values, 0)
    assert values[half].sum() > 0.55 * values.sum()
