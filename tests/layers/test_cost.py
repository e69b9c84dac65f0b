"""Parameters and multiply-adds: the texts' cases, and Keras over random configurations."""

from functools import partial

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from quick import quick

from vislib.backend import keras
from vislib.graph.graph import Node
from vislib.layers import cost
from vislib.layers.layer_cost import layer_cost

layers = keras.layers


def node_of(layer, shape):
    inputs = keras.Input(shape)
    return Node(layer.name, layer, (inputs,), layer(inputs))


def test_case_3_by_3_by_3_to_10_filters_280_parameters():
    assert cost.convolution((3, 3), 3, 10).parameters == 280
    assert cost.convolution((3, 3), 3, 10).parameters_formula == "(3·3·3 + 1)·10 = 280"


def test_case_8_by_8_by_3_to_2_maps_56_parameters():
    assert cost.convolution((3, 3), 3, 2, (8, 8)).parameters == 56


def test_case_fully_connected_256_by_256_by_3_to_1000_units():
    assert cost.dense(256 * 256 * 3, 1000).parameters == 196_609_000
    assert cost.dense(256 * 256 * 3, 1000).macs == 196_608_000


def test_case_flops_twice_the_macs_without_bias():
    with_bias, without = (cost.convolution((3, 3), 1, 32, (26, 26), bias=bias) for bias in (True, False))
    assert with_bias.macs == without.macs == 26 * 26 * 3 * 3 * 1 * 32
    assert with_bias.flops == 2 * with_bias.macs
    assert with_bias.macs_formula == "26·26 · 3·3·1·32 = 194,688"


def test_case_batch_norm_4_parameters_a_channel_2_not_trained():
    assert (cost.batch_norm(16).parameters, cost.batch_norm(16).not_trained) == (64, 32)


def test_three_3_by_3_cost_less_than_one_7_by_7():
    """The argument of VGG's authors: 27·C² weights against 49·C²."""
    small, large = (cost.convolution((k, k), 64, 64, bias=False).parameters for k in (3, 7))
    assert (3 * small, large) == (27 * 64**2, 49 * 64**2)


KINDS = (
    "Conv2D",
    "grouped",
    "DepthwiseConv2D",
    "SeparableConv2D",
    "Conv2DTranspose",
    "Dense",
    "Conv1D",
    "BatchNormalization",
)
few = settings(quick, max_examples=8)


@st.composite
def random_layers(draw, kind):
    """What makes a layer of a kind, with weights, and the shape of its input."""
    small = st.integers(1, 4)
    bias, channels, units = draw(st.booleans()), draw(small), draw(small)
    shape = (draw(st.integers(4, 9)), draw(st.integers(4, 9)), channels)
    stride, dilation = (draw(st.integers(1, 3)), 1) if draw(st.booleans()) else (1, draw(st.integers(1, 2)))
    window = {"padding": draw(st.sampled_from(["valid", "same"])), "strides": stride, "dilation_rate": dilation}
    kernel = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    assume(window["padding"] == "same" or all(dilation * (k - 1) < n for k, n in zip(kernel, shape, strict=False)))
    if kind == "Dense":
        return partial(layers.Dense, units, use_bias=bias), shape
    if kind == "BatchNormalization":
        return partial(layers.BatchNormalization, scale=bias, center=draw(st.booleans())), shape
    if kind == "DepthwiseConv2D":
        return partial(layers.DepthwiseConv2D, kernel, depth_multiplier=units, use_bias=bias, **window), shape
    if kind == "SeparableConv2D":
        multiplier = draw(small)
        return partial(
            layers.SeparableConv2D, units, kernel, depth_multiplier=multiplier, use_bias=bias, **window
        ), shape
    if kind == "Conv2DTranspose":
        return partial(layers.Conv2DTranspose, units, kernel, stride, window["padding"], use_bias=bias), shape
    if kind == "Conv1D":
        return partial(layers.Conv1D, units, kernel[0], use_bias=bias, **window), shape[1:]
    groups = channels if kind == "grouped" else 1
    return partial(layers.Conv2D, units * groups, kernel, groups=groups, use_bias=bias, **window), shape


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@few
def test_case_parameters_agree_with_keras(kind, data):
    make, shape = data.draw(random_layers(kind))
    layer = make()
    reckoned = layer_cost(node_of(layer, shape))
    assert reckoned.parameters == layer.count_params()
    assert reckoned.not_trained == sum(int(np.prod(weight.shape)) for weight in layer.non_trainable_weights)
    for formula, value in ((reckoned.parameters_formula, reckoned.parameters), (reckoned.macs_formula, reckoned.macs)):
        if formula:
            left, right = formula.split(" = ")
            assert right == f"{value:,}"
            assert eval(left.replace("·", "*")) == value


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("SeparableConv2D", "BatchNormalization")])
@given(data=st.data())
@few
def test_macs_are_the_sum_of_a_layer_of_ones(kind, data):
    """With ones everywhere and no padding each multiply-add adds one to the output, however the layer is made.

    Left out are the kinds that are two layers in one, or count no multiply-adds.
    """
    make, shape = data.draw(random_layers(kind))
    layer = make()
    assume(getattr(layer, "padding", "valid") == "valid")
    node = node_of(layer, shape)
    for weight in layer.weights:
        weight.assign(np.zeros(weight.shape) if "bias" in weight.name else np.ones(weight.shape))
    assert float(np.sum(layer(np.ones((1, *shape), np.float32)))) == layer_cost(node).macs


def test_separable_costs_its_two_halves():
    both = cost.separable((3, 3), 8, 2, 5, (6, 7))
    spread = cost.depthwise((3, 3), 8, 2, (6, 7), bias=False)
    mixed = cost.convolution((1, 1), 16, 5, (6, 7))
    assert both.parameters == spread.parameters + mixed.parameters
    assert both.macs == spread.macs + mixed.macs


@pytest.mark.parametrize("layer", [layers.ReLU(), layers.MaxPooling2D(), layers.Dropout(0.5), layers.PReLU()])
def test_layer_cost_nothing_counted(layer):
    assert layer_cost(node_of(layer, (4, 4, 3))) is None
