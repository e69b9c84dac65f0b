"""Norms that are folded or prepared leave every value as the model's own, whatever their weights become."""

import numpy as np
import pytest

from vislib import Target, load_classifier
from vislib.backend import keras
from vislib.speed.batch_norm import FoldBatchNorm, FoldedConvolution, FreezeBatchNorm, FrozenBatchNorm

layers = keras.layers


def norms_everywhere():
    """Behind convolutions that can take one in and others that cannot; with scale and shift, and without."""
    inputs = keras.Input((11, 9, 3))
    x = layers.BatchNormalization(name="of_the_image")(inputs)
    x = layers.Conv2D(4, 3, name="conv1")(x)
    x = layers.BatchNormalization(scale=False, name="folded")(x)
    y = layers.Conv2D(4, 3, padding="same", activation="relu", name="conv2")(x)
    y = layers.BatchNormalization(center=False, name="behind_relu")(y)
    x = layers.Add(name="add")([x, y])
    x = layers.BatchNormalization(axis=3, name="behind_add")(x)
    x = layers.DepthwiseConv2D(3, depth_multiplier=2, use_bias=False, name="depthwise")(x)
    x = layers.BatchNormalization(name="folded_too")(x)
    x = layers.BatchNormalization(axis=1, name="of_rows")(x)
    x = layers.Dense(6, name="dense")(layers.Flatten(name="flat")(x))
    x = layers.BatchNormalization(scale=False, center=False, name="of_a_vector")(x)
    return keras.Model(inputs, layers.Dense(3, name="scores")(layers.ReLU(name="relu")(x)))


def stirred(model, seed):
    """With weights under which no norm is without effect, and variances are positive."""
    random = np.random.default_rng(seed)
    model.set_weights([random.uniform(0.3, 1, weights.shape) * random.choice([1, 1, 2]) for weights in model.weights])
    return model


@pytest.fixture
def model():
    return stirred(norms_everywhere(), 0)


@pytest.fixture
def network(model):
    return load_classifier(model, preprocess="-1..1").network


def close(values, expected):
    np.testing.assert_allclose(values, expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())


def test_every_value_any_weights_same_as_keras(model, network):
    inputs = np.random.default_rng(1).normal(0, 1, (2, 11, 9, 3)).astype(np.float32)
    names = network.map_layers
    whole = keras.Model(model.input, [*[model.get_layer(name).output for name in names], model.output])
    for seed in (0, 1, 2):
        stirred(model, seed)
        *maps, scores = [np.asarray(each) for each in whole(inputs, training=False)]
        for values, expected in zip(network.maps(inputs, names), maps, strict=True):
            close(values, expected)
        close(network.logits(inputs), scores)
        close(network.gradients(inputs, Target(0), fold_batch_norm=True)[0], network.gradients(inputs, Target(0))[0])


def test_each_norm_folded_or_prepared_where_it_can_be(network):
    """Where none were, all of the above would hold, slowly."""
    graph = FreezeBatchNorm(FoldBatchNorm(network.graph).graph()).graph()
    kinds = {node.name: type(node.operation) for node in graph.nodes}
    assert {name for name, kind in kinds.items() if kind is FoldedConvolution} == {"folded", "folded_too"}
    prepared = {"of_the_image", "behind_relu", "behind_add", "of_a_vector"}
    assert {name for name, kind in kinds.items() if kind is FrozenBatchNorm} == prepared
    assert kinds["of_rows"] is layers.BatchNormalization


def linear(x):
    """It is not linear, whatever its name."""
    return keras.ops.square(x)


def test_norm_behind_a_function_called_linear_is_not_folded():
    inputs = keras.Input((5, 5, 3))
    x = layers.BatchNormalization(name="norm")(layers.Conv2D(2, 3, activation=linear)(inputs))
    model = stirred(keras.Model(inputs, layers.Dense(2)(layers.Flatten()(x))), 0)
    images = np.random.default_rng(1).normal(0, 1, (2, 5, 5, 3)).astype(np.float32)
    close(load_classifier(model, preprocess="-1..1").network.logits(images), np.asarray(model(images)))


def test_graph_without_norms_is_left_as_it_is():
    inputs = keras.Input((5, 5, 3))
    model = keras.Model(inputs, layers.Dense(2)(layers.Flatten()(layers.Conv2D(2, 3)(inputs))))
    graph = load_classifier(model, preprocess="-1..1").network.graph
    assert FoldBatchNorm(graph).graph() is FreezeBatchNorm(graph).graph() is graph
