"""Gradients that go back through convolutions as convolutions are those that TensorFlow computes by itself."""

import numpy as np
import pytest
import tiny_models
from famous_networks import beginning
from tiny_models import tiny

from vislib import Target, load_classifier
from vislib.backend import keras, tf
from vislib.speed.batch_norm import FoldBatchNorm
from vislib.speed.conv_gradient import FlippedKernelGradients

layers = keras.layers


def every_way_back():
    """Kernels, strides, paddings and sizes that do not fit each other; a layer that is used twice, a shortcut."""
    inputs = keras.Input((37, 41, 3))
    x = layers.Conv2D(6, 3, strides=2, padding="same", activation="relu")(inputs)
    x = layers.Conv2D(8, (3, 5), padding="same", use_bias=False)(x)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Add()([x, layers.Conv2D(8, 1, activation="tanh")(x)])
    x = layers.Conv2D(6, 3, padding="valid", activation="relu")(x)
    twice = layers.Conv2D(6, 3, padding="same", activation="tanh")
    x = twice(twice(x))
    x = layers.Conv2D(8, (2, 4), padding="same")(x)
    x = layers.Conv2D(8, 1, strides=2, padding="valid", activation="relu")(x)
    x = layers.Conv2D(8, 3, dilation_rate=2, padding="same", activation="relu")(x)
    x = layers.Conv2D(8, 3, groups=2, padding="same", activation="relu")(x)
    x = layers.Conv2D(4, 1, strides=(1, 3), padding="same", activation="relu")(x)
    return keras.Model(inputs, layers.Dense(3)(layers.Flatten()(x)))


@pytest.fixture(scope="module")
def every_way():
    """The network with every way back."""
    return load_classifier(tiny_models.seeded(every_way_back()), preprocess="-1..1").network


def assert_same_as_tensorflow(network, rule=None, seed=0, fold_batch_norm=False):
    inputs = np.random.default_rng(seed).normal(0, 1, (2, *network.input_shape)).astype(np.float32)
    graph = network.graph_with_rule(rule)
    with tf.GradientTape() as tape:
        tape.watch(given := tf.constant(inputs))
        units = keras.Model(graph.input, graph.logits)(given, training=False)
        score = units[:, 0] * (1 if units.shape[1] > 1 else -1)
    expected = tape.gradient(score, given).numpy()
    assert np.abs(expected).max() > 0
    gradients = network.gradients(inputs, Target(0), rule, fold_batch_norm)[0]
    np.testing.assert_allclose(gradients, expected, rtol=0, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("rule", [None, "guided", "deconvnet"])
def test_gradient_any_convolution_same_as_tensorflow(rule, every_way):
    assert_same_as_tensorflow(every_way, rule)


def test_gradient_first_layer_used_twice_same_as_tensorflow():
    inputs = keras.Input((9, 9, 3))
    twice = layers.Conv2D(3, 3, padding="same", activation="tanh")
    model = keras.Model(inputs, layers.Dense(3)(layers.Flatten()(twice(twice(inputs)))))
    assert_same_as_tensorflow(load_classifier(tiny_models.seeded(model), preprocess="-1..1").network)


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize(
    ("kernel", "stride", "size", "channels"),
    [
        (7, 2, (32, 35), 3),
        (3, 2, (16, 17), 1),
        (3, 2, (16, 17), 3),
        ((4, 3), 3, (17, 19), 3),
        (2, 2, (9, 8), 1),
        ((5, 2), 4, (33, 34), 3),
    ],
)
def test_gradient_first_layer_with_a_stride_same_as_tensorflow(kernel, stride, size, padding, channels):
    inputs = keras.Input((*size, channels))
    x = layers.Conv2D(5, kernel, strides=stride, padding=padding, use_bias=False)(inputs)
    x = layers.Activation("tanh")(layers.BatchNormalization()(x))
    model = keras.Model(inputs, layers.Dense(3)(layers.Flatten()(x)))
    network = load_classifier(tiny_models.seeded(model), preprocess="-1..1").network
    assert_same_as_tensorflow(network)
    assert_same_as_tensorflow(network, fold_batch_norm=True)


@pytest.mark.parametrize("style", sorted(tiny_models.STYLES))
def test_gradient_any_way_of_writing_same_as_tensorflow(style):
    assert_same_as_tensorflow(tiny(style).network)


@pytest.mark.parametrize("network", ["ResNet50", "DenseNet121", "InceptionV3", "Xception"])
def test_gradient_known_networks_same_as_tensorflow(network):
    keras.utils.set_random_seed(0)
    assert_same_as_tensorflow(load_classifier(beginning(network, 97), preprocess="-1..1").network)


def test_gradient_weights_changed_afterwards_count():
    model = tiny_models.seeded(every_way_back())
    network = load_classifier(model, preprocess="-1..1").network
    for seed in (1, 2):
        assert_same_as_tensorflow(network)
        assert_same_as_tensorflow(network, fold_batch_norm=True)
        tiny_models.seeded(model, seed=seed)
    assert_same_as_tensorflow(network)
    assert_same_as_tensorflow(network, fold_batch_norm=True)


def test_most_convolutions_of_a_network_are_turned():
    """Where none were, all of the above would hold, slowly; folded norms leave those with a stride."""
    keras.utils.set_random_seed(0)
    graph = load_classifier(beginning("ResNet50", 64), preprocess="-1..1").network.graph
    assert (n_flipped_kernels(graph), n_flipped_kernels(FoldBatchNorm(graph).graph())) == (18, 3)


def n_flipped_kernels(graph) -> int:
    nodes = zip(FlippedKernelGradients(graph).graph().nodes, graph.nodes, strict=True)
    return sum(node.operation is not plain.operation for node, plain in nodes)
