"""Kernels and feature maps against what Keras itself gives."""

import contextlib

import numpy as np
import pytest
from tiny_models import SIDE, classifier_of, layers, random_image, seeded, tiny

import vislib
from vislib import LayerError
from vislib.activations.maps import (
    dead_filters,
    filter_norms,
    is_depthwise,
    most_varied_channels,
    reads_image,
    stages,
    strongest_channels,
)
from vislib.backend import keras
from vislib.network import function_cache
from vislib.output import figures


def inputs():
    return random_image()[None].astype(np.float32) / 255


def test_filters_convolution_its_weights():
    kernel = tiny("conv_relu").model.get_layer("conv2").get_weights()[0]
    np.testing.assert_array_equal(vislib.filters(tiny("conv_relu"), "conv2"), kernel)


def test_filters_written_to_model_unchanged():
    before = tiny("conv_relu").model.get_layer("conv1").get_weights()[0]
    with contextlib.suppress(ValueError):  # read-only is as good
        vislib.filters(tiny("conv_relu"), "conv1")[...] = 0
    np.testing.assert_array_equal(tiny("conv_relu").model.get_layer("conv1").get_weights()[0], before)


def test_filters_nested_base_found_by_path():
    kernel = tiny("nested").model.get_layer("base").get_layer("conv2").get_weights()[0]
    np.testing.assert_array_equal(vislib.filters(tiny("nested"), "base/conv2"), kernel)
    assert vislib.filter_layers(tiny("nested")) == ("base/conv1", "base/conv2")


def test_filters_depthwise_and_separable_depthwise_kernel():
    model = keras.Input((SIDE, SIDE, 3))
    x = layers.DepthwiseConv2D(3, depth_multiplier=2, name="depthwise")(model)
    x = layers.SeparableConv2D(7, (5, 1), name="separable")(x)
    x = layers.Conv2DTranspose(2, 3, name="transposed")(x)
    x = layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    classifier = classifier_of(seeded(keras.Model(model, x)))
    assert vislib.filter_layers(classifier) == ("depthwise", "separable")
    for name, shape in (("depthwise", (3, 3, 3, 2)), ("separable", (5, 1, 6, 1))):
        kernel = classifier.model.get_layer(name).get_weights()[0]
        assert vislib.filters(classifier, name).shape == shape
        np.testing.assert_array_equal(vislib.filters(classifier, name), kernel)


def test_filters_are_counted_and_measured_by_what_the_layer_is():
    """One filter over eight channels; sixteen kernels of a depthwise convolution of eight, one of them dead."""
    image = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(8, 3, padding="same", name="eight")(image)
    x = layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same", name="depthwise")(x)
    x = layers.SeparableConv2D(8, 3, padding="same", name="separable")(x)
    x = layers.Conv2D(1, 3, padding="same", name="mask")(x)
    classifier = classifier_of(seeded(keras.Model(image, layers.Dense(3)(layers.Flatten(name="flat")(x)))))
    depthwise = classifier.model.get_layer("depthwise")
    kernel, bias = depthwise.get_weights()
    kernel[:, :, 2, 1] = 0
    depthwise.set_weights([kernel, bias])
    assert [is_depthwise(classifier, name) for name in ("eight", "depthwise", "separable", "mask")] == [0, 1, 1, 0]
    one = vislib.filters(classifier, "mask")
    np.testing.assert_allclose(filter_norms(one), [np.linalg.norm(one)], rtol=1e-6)
    assert len(figures.figure(one).axes[0].images) == 1
    norms = filter_norms(kernel, depthwise=True)
    assert norms.shape == (16,)
    np.testing.assert_allclose(norms[2 * 3 + 1], np.linalg.norm(kernel[:, :, 3, 1]), rtol=1e-6)
    assert np.flatnonzero(dead_filters(kernel, depthwise=True)).tolist() == [2 * 2 + 1]
    cells = [axes for axes in figures.figure(kernel, depthwise=True).axes if axes.get_title()]
    assert len(cells) == 16
    with pytest.raises(LayerError, match="has no kernels"):
        is_depthwise(classifier, "flat")


def test_filters_as_rgb_only_where_the_image_is_read_in_the_other_order():
    """A first kernel that sees red alone, in a network that takes blue, green, red behind a padding and a rescaling."""
    image = keras.Input((SIDE, SIDE, 3))
    x = layers.ZeroPadding2D(1)(layers.Rescaling(0.1, name="scaled")(image))
    x = layers.Conv2D(3, 3, name="first")(x)
    x = layers.Conv2D(2, 3, name="second")(x)
    model = seeded(keras.Model(image, layers.Dense(3)(layers.Flatten()(x))))
    kernel = np.zeros((3, 3, 3, 3), np.float32)
    kernel[:, :, 2] = 1
    model.get_layer("first").set_weights([kernel, np.zeros(3)])
    bgr, rgb = classifier_of(model, preprocess="caffe bgr"), classifier_of(model, preprocess="0..1")
    assert vislib.filters(bgr, "first", rgb=True)[0, 0, :, 0].tolist() == [1, 0, 0]
    assert vislib.filters(bgr, "first")[0, 0, :, 0].tolist() == [0, 0, 1]
    assert vislib.filters(rgb, "first", rgb=True)[0, 0, :, 0].tolist() == [0, 0, 1]
    np.testing.assert_array_equal(vislib.filters(bgr, "second", rgb=True), vislib.filters(bgr, "second"))
    assert [reads_image(bgr, name) for name in ("first", "second")] == [True, False]


def test_filters_efficientnet_every_layer_four_axes(classifier):
    names = vislib.filter_layers(classifier)
    assert len(names) == 49
    assert vislib.filters(classifier, "stem_conv").shape == (3, 3, 3, 32)
    assert vislib.filters(classifier, "block0_depthwise_conv").shape == (3, 3, 32, 1)


@pytest.mark.parametrize("layer", ["conv9", "relu1", "dense", ""])
def test_filters_layer_without_kernels_named(layer):
    with pytest.raises(LayerError, match=rf"'{layer}'.*Layers with kernels: conv1, depthwise"):
        vislib.filters(tiny("relu_layers"), layer)


@pytest.mark.parametrize("style", ["conv_relu", "activation_layers", "relu_layers", "sequential"])
def test_feature_maps_any_layer_same_as_keras_submodel(style):
    model = tiny(style).model
    names = tiny(style).network.map_layers
    assert names
    for name in names:
        expected = keras.Model(model.inputs, model.get_layer(name).output)(inputs(), training=False)[0]
        maps = vislib.feature_maps(tiny(style), random_image(), name)
        assert maps.dtype == np.float32
        np.testing.assert_allclose(maps, expected, atol=1e-5)


def test_feature_maps_nested_same_as_of_the_base():
    base = tiny("nested_in_sequential").model.get_layer("base")
    maps = vislib.feature_maps(tiny("nested_in_sequential"), random_image(), "base/relu2")
    np.testing.assert_allclose(maps, base(inputs())[0], atol=1e-5)


def test_feature_maps_of_several_layers_one_pass(monkeypatch):
    asked, passes = tiny("conv_relu").network, []
    maps = asked.maps
    monkeypatch.setattr(asked, "maps", lambda *arguments: passes.append(1) or maps(*arguments))
    found = vislib.feature_maps_of(tiny("conv_relu"), random_image(), ["conv2", "conv1"])
    assert len(passes) == 1
    assert list(found) == ["conv2", "conv1"]
    for name, values in found.items():
        np.testing.assert_array_equal(values, vislib.feature_maps(tiny("conv_relu"), random_image(), name))


def test_feature_maps_many_layers_asked_earlier_ones_still_right(monkeypatch):
    """More layers than traced functions are kept."""
    monkeypatch.setattr(function_cache, "MAX_BYTES", 1)
    inputs = x = keras.Input((SIDE, SIDE, 3))
    for index in range(4):
        x = layers.Conv2D(2, 1, name=f"conv{index}")(x)
    x = layers.Dense(2, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    classifier = classifier_of(seeded(keras.Model(inputs, x)))
    first = vislib.feature_maps(classifier, random_image(), "conv0")
    for index in range(4):
        vislib.feature_maps(classifier, random_image(), f"conv{index}")
    np.testing.assert_array_equal(vislib.feature_maps(classifier, random_image(), "conv0"), first)


@pytest.mark.parametrize(("layer", "problem"), [("conv9", "is not in"), ("scores", r"no feature maps.*\(None, 4\)")])
def test_feature_maps_layer_without_maps_named(layer, problem):
    with pytest.raises(LayerError, match=rf"'{layer}' .*{problem}.*conv1, conv2"):
        vislib.feature_maps(tiny("conv_relu"), random_image(), layer)


def test_feature_maps_of_no_layers_empty():
    assert vislib.feature_maps_of(tiny("conv_relu"), random_image(), []) == {}


def test_strongest_channels_by_mean_magnitude():
    maps = np.zeros((2, 2, 4), np.float32)
    maps[..., 1], maps[..., 2], maps[0, 0, 3] = -3, 2, 10
    np.testing.assert_array_equal(strongest_channels(maps), [1, 3, 2, 0])


def test_most_varied_channels_by_deviation_then_by_magnitude():
    maps = np.zeros((2, 2, 4), np.float32)
    maps[..., 1], maps[..., 2], maps[0, 0, 3] = -3, 2, 10
    np.testing.assert_array_equal(most_varied_channels(maps), [3, 1, 2, 0])


def test_stages_padding_dropout_and_scaling_stand_for_none():
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.RandomFlip()(layers.Rescaling(1 / 255)(inputs))
    x = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu", name="first")(x)
    x = layers.ZeroPadding2D(1)(layers.Dropout(0.5)(x))
    x = layers.Dropout(0.5)(layers.Conv2D(4, 3, strides=2, activation="relu", name="second")(x))
    model = keras.Model(inputs, layers.Dense(2, activation="softmax")(layers.GlobalAveragePooling2D()(x)))
    assert stages(classifier_of(seeded(model))) == ("first", "second")


def test_stages_last_layer_of_each_size(classifier):
    found = stages(classifier)
    sizes = [classifier.network.map_node(name).output.shape[1] for name in found]
    assert sizes == [112, 56, 28, 14, 7]
    assert found[-1] == "head_relu"


def test_stages_of_a_unet_go_down_and_up():
    inputs = keras.Input((SIDE, SIDE, 3))
    fine = layers.Conv2D(4, 3, padding="same", name="fine")(inputs)
    low = layers.Conv2D(4, 3, padding="same", name="low")(layers.MaxPooling2D()(fine))
    x = layers.Concatenate(name="skip")([fine, layers.Conv2DTranspose(4, 2, 2)(low)])
    model = keras.Model(inputs, layers.Conv2D(3, 1, activation="softmax", name="classes")(x))
    assert stages(classifier_of(seeded(model))) == ("fine", "low", "classes")
