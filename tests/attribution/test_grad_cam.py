"""Grad-CAM against a few lines of NumPy, a closed form, and which layer it looks at by default."""

import numpy as np
import pytest
from any_networks import unet
from famous_networks import in_a_new_head, weights_at_zero
from tiny_models import SIDE, classifier_of, random_image, seeded, tiny

import vislib
from vislib.attribution.base import upsample
from vislib.backend import keras, tf
from vislib.network.network import Network

# One for each kind of end: an activation behind a norm, a concatenation, a shortcut, a convolution before a pooling.
# name: (input side; large enough for the last maps to have more than one cell, the layer)
LAST_LAYERS = {
    "MobileNetV2": (64, "out_relu"),
    "InceptionV3": (139, "mixed10"),
    "ResNet50": (64, "conv5_block3_out"),
    "VGG16": (64, "block5_conv3"),
}


def test_grad_cam_layers_run_by_hand_same_map():
    """The network cut in two by the test itself, at a layer with a hidden dense layer behind it."""
    conv, pool, flatten, hidden, scores = tiny("sequential").model.layers
    kernel, bias = scores.get_weights()
    maps = conv(random_image()[None].astype(np.float32) / 255)
    for class_index in range(3):
        with tf.GradientTape() as tape:
            tape.watch(maps)
            score = tf.tensordot(hidden(flatten(pool(maps)))[0], kernel[:, class_index], 1) + bias[class_index]
        weights = tape.gradient(score, maps).numpy()[0].mean(axis=(0, 1))
        expected = np.maximum((maps.numpy()[0] * weights).sum(axis=-1), 0)

        heatmap = vislib.explain("grad-cam", tiny("sequential"), random_image(), class_index, layer="conv1")
        np.testing.assert_allclose(heatmap.details["cells"], expected, atol=1e-5 * max(expected.max(), 1e-3))
        np.testing.assert_allclose(heatmap.details["weights"], weights, rtol=1e-4, atol=1e-6)
        np.testing.assert_array_equal(heatmap.values, upsample(heatmap.details["cells"], (SIDE, SIDE)))


def test_grad_cam_pooling_and_one_dense_layer_is_class_activation_map():
    """There ∂ logit / ∂ A_k is the dense weight divided by the number of cells, at every position."""
    model = tiny("conv_relu").model
    maps = keras.Model(model.input, model.get_layer("conv2").output)(random_image()[None] / np.float32(255))[0].numpy()
    dense = model.get_layer("scores").get_weights()[0]
    for class_index in range(4):
        expected = np.maximum(maps @ dense[:, class_index], 0) / (maps.shape[0] * maps.shape[1])
        heatmap = vislib.explain("grad-cam", tiny("conv_relu"), random_image(), class_index)
        assert heatmap.layer == heatmap.params["layer"] == "conv2"
        np.testing.assert_allclose(heatmap.details["cells"], expected, rtol=1e-4, atol=1e-6)


def test_grad_cam_layer_of_nested_base_same_as_of_flat_copy():
    """The same layers, once in a nested base and once written out flat."""
    nested = tiny("nested").model
    inputs = keras.Input((SIDE, SIDE, 3))
    x = inputs
    for layer in [*nested.get_layer("base").layers[1:], *nested.layers[2:]]:
        x = type(layer).from_config(layer.get_config())(x)
    flat = keras.Model(inputs, x)
    flat.set_weights(nested.get_weights())
    inside = vislib.explain("grad-cam", tiny("nested"), random_image(), 0, layer="base/relu2")
    outside = vislib.explain("grad-cam", classifier_of(flat), random_image(), 0, layer="relu2")
    assert inside.values.max() > 0
    np.testing.assert_allclose(inside.values, outside.values, rtol=1e-5)


@pytest.mark.parametrize(
    ("style", "layer"),
    [
        ("nested", "base/relu2"),
        ("nested_head", "base/relu2"),
        ("activation_layers", "act2"),
        ("relu_layers", "add"),
        ("sequential", "conv1"),
    ],
)
def test_default_layer_tiny_network_last_before_pooling(style, layer):
    assert vislib.explain("grad-cam", tiny(style), random_image()).layer == layer


@pytest.mark.parametrize("name", LAST_LAYERS)
def test_default_layer_keras_application_last_before_pooling(name):
    side, layer = LAST_LAYERS[name]
    with weights_at_zero():
        model = getattr(keras.applications, name)(weights=None, input_shape=(side, side, 3), classes=10)
    assert Network(model, (side, side, 3)).last_map_layer == layer


def test_default_layer_nested_keras_application_inside_it():
    classifier = vislib.load_classifier(seeded(in_a_new_head(64)), preprocess="0..255")
    heatmap = vislib.explain("grad-cam", classifier, random_image(64, 64))
    assert heatmap.layer == "base/block_6_expand_relu"
    assert heatmap.details["cells"].shape == (8, 8)


def test_default_layer_segmentation_last_of_its_narrowest_part():
    classifier = vislib.load_classifier(seeded(unet()()), preprocess="0..255")
    assert classifier.network.last_map_layer == "conv"


def test_default_layer_network_without_maps_refused():
    with pytest.raises(vislib.LayerError, match="no layer with feature maps"):
        vislib.explain("grad-cam", tiny("linear"), random_image())


def share(values, half):
    return values[half].sum() / values.sum()


@pytest.mark.parametrize(("label", "half"), [("tiger cat", np.s_[:, :112]), ("espresso", np.s_[:, 112:])])
def test_grad_cam_collage_map_in_the_half_of_its_class(classifier, collage, label, half):
    heatmap = vislib.explain("grad-cam", classifier, collage, classifier.class_index(label))
    assert heatmap.layer == "head_relu"
    assert share(heatmap.values, half) >= 0.7
