"""Guided and deconvnet gradients in closed form, for every way of writing a ReLU; the model shared and unchanged."""

import functools

import numpy as np
import pytest
import tiny_models
from famous_networks import in_a_new_head
from tiny_models import SIDE, layers, random_image, seeded, tiny

import vislib
from vislib import Target
from vislib.backend import keras, tf
from vislib.network.network import Network

RULES = ("guided", "deconvnet")
POINTS = np.array([-2.0, -0.5, 0.5, 2.0, 5.0, 10.0], np.float32)


def dense(activation):
    """A layer with weights of its own, set to leave the values as they are, and an activation."""
    return layers.Conv2D(1, 1, activation=activation, kernel_initializer="ones")


class Block(layers.Layer):
    """A layer of somebody's own that follows Keras's convention for its activation."""

    def __init__(self):
        super().__init__()
        self.activation = keras.activations.relu

    def call(self, inputs):
        return self.activation(inputs)


def nested(inputs):
    inner = keras.Input(inputs.shape[1:])
    return keras.Model(inner, layers.ReLU()(inner))(inputs)


def in_sequential(inputs):
    return keras.Sequential([keras.Input(inputs.shape[1:]), dense("relu")])(inputs)


# How it is written: (the operation, its slope below zero, where it begins, where it ends).
RELUS = {
    "activation=": (dense("relu"), 0, 0, np.inf),
    "activation= function": (dense(keras.activations.relu), 0, 0, np.inf),
    "activation= of TensorFlow": (dense(tf.nn.relu), 0, 0, np.inf),
    "activation= layer": (dense(layers.ReLU(6.0)), 0, 0, 6),
    "activation= partial": (dense(functools.partial(keras.ops.leaky_relu, negative_slope=0.1)), 0.1, 0, np.inf),
    "activation= leaky": (dense("leaky_relu"), 0.2, 0, np.inf),
    "depthwise": (layers.DepthwiseConv2D(1, activation="relu6", depthwise_initializer="ones"), 0, 0, 6),
    "Activation": (layers.Activation("relu"), 0, 0, np.inf),
    "ReLU": (layers.ReLU(), 0, 0, np.inf),
    "ReLU6": (layers.ReLU(max_value=6), 0, 0, 6),
    "ReLU capped": (layers.ReLU(max_value=3), 0, 0, 3),
    "ReLU leaky and capped": (layers.ReLU(max_value=3, negative_slope=0.5), 0.5, 0, 3),
    "ReLU threshold": (layers.ReLU(threshold=1), 0, 1, np.inf),
    "LeakyReLU": (layers.LeakyReLU(negative_slope=0.3), 0.3, 0, np.inf),
    "PReLU": (layers.PReLU(alpha_initializer=keras.initializers.Constant(0.4)), 0.4, 0, np.inf),
    "PReLU negative": (layers.PReLU(alpha_initializer=keras.initializers.Constant(-0.4)), -0.4, 0, np.inf),
    "ops.relu": (keras.ops.relu, 0, 0, np.inf),
    "ops.relu6": (keras.ops.relu6, 0, 0, 6),
    "ops.leaky_relu": (functools.partial(keras.ops.leaky_relu, negative_slope=0.1), 0.1, 0, np.inf),
    "activations.relu": (functools.partial(keras.activations.relu, max_value=3), 0, 0, 3),
    "custom layer": (Block(), 0, 0, np.inf),
    "nested": (nested, 0, 0, np.inf),
    "nested Sequential": (in_sequential, 0, 0, np.inf),
}


@functools.cache
def network_of(relu: str) -> Network:
    """The ReLU, squared and negated in the second row, one logit for each row: Σ f(x) and −Σ f(x)²."""
    inputs = keras.Input((2, len(POINTS), 1))
    values = RELUS[relu][0](inputs)
    up = keras.ops.sum(values[:, :1], axis=(1, 2))
    down = -keras.ops.sum(values[:, 1:] ** 2, axis=(1, 2))
    return Network(keras.Model(inputs, keras.ops.concatenate([up, down], axis=-1)), (2, len(POINTS), 1))


@pytest.mark.parametrize("relu", RELUS)
def test_gradient_each_kind_of_relu_is_closed_form(relu):
    """The incoming gradient is 1 in the first row and −2 f(x) in the second."""
    _, slope, begin, end = RELUS[relu]
    inside, below = (begin < POINTS) & (end > POINTS), begin > POINTS
    derivative = inside + slope * below
    network = network_of(relu)
    images = np.stack([POINTS, POINTS])[None, ..., None]
    values = np.where(below, slope * (POINTS - begin), np.where(inside, POINTS, end))
    np.testing.assert_allclose(network.logits(images)[0], [values.sum(), -(values**2).sum()], rtol=1e-5)

    plain, guided, deconvnet = (network.gradients(images, Target(0), rule)[0][0, 0, :, 0] for rule in (None, *RULES))
    np.testing.assert_allclose(plain, derivative, atol=1e-6)
    np.testing.assert_allclose(guided, inside, atol=1e-6)
    np.testing.assert_allclose(deconvnet, np.ones(len(POINTS)))

    plain, guided, deconvnet = (network.gradients(images, Target(1), rule)[0][0, 1, :, 0] for rule in (None, *RULES))
    np.testing.assert_allclose(plain, -2 * values * derivative, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(guided, np.maximum(-2 * values, 0) * inside)
    np.testing.assert_allclose(deconvnet, np.maximum(-2 * values, 0), atol=1e-6)


def test_gradient_of_minus_square_behind_relu_guided_is_zero():
    """−ReLU(x)² at 5 and 10: the gradient is −10 and −20, and nothing positive is there to pass."""
    network, images = network_of("activation="), np.stack([POINTS, POINTS])[None, ..., None]
    np.testing.assert_array_equal(network.gradients(images, Target(1))[0][0, 1, -2:, 0], [-10, -20])
    np.testing.assert_array_equal(network.gradients(images, Target(1), "guided")[0], np.zeros_like(images))


@pytest.mark.parametrize("rule", RULES)
def test_gradient_layers_after_layers_run_by_hand_same(rule):
    """Convolution, pooling and two dense layers, with the rule written out between TensorFlow's own gradients."""
    conv, pool, flatten, hidden, scores = tiny("sequential").model.layers
    inputs = tf.constant(random_image()[None] / 255, tf.float32)
    convolved = keras.ops.conv(inputs, conv.kernel) + conv.bias
    row = flatten(pool(tf.nn.relu(convolved)))
    before = row @ hidden.kernel + hidden.bias
    for class_index in range(3):
        arriving = np.maximum(scores.kernel.numpy()[:, class_index], 0)[None]
        arriving = arriving * (before.numpy() > 0) if rule == "guided" else arriving
        arriving = tf.constant(arriving @ hidden.kernel.numpy().T)
        with tf.GradientTape() as tape:
            maps = tf.nn.relu(convolved)
            tape.watch(maps)
            pooled = flatten(pool(maps))
        arriving = np.maximum(tape.gradient(pooled, maps, arriving), 0)
        arriving = arriving * (convolved.numpy() > 0) if rule == "guided" else arriving
        expected = tf.nn.conv2d_transpose(arriving.astype(np.float32), conv.kernel, inputs.shape, 1, "VALID")
        gradient = tiny("sequential").network.gradients(inputs.numpy(), Target(class_index), rule)[0]
        np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("style", sorted(tiny_models.STYLES))
def test_graph_under_rule_any_style_shares_weights_and_values(style, rule):
    network, model = tiny(style).network, tiny(style).model
    before = model.to_json()
    graph = network.graph_with_rule(rule)
    assert graph.modified_relus
    assert graph.notes == ()
    assert [node.name for node in graph.nodes] == [node.name for node in network.graph.nodes]
    for ruled, plain in zip(graph.nodes, network.graph.nodes, strict=True):
        ours, theirs = (getattr(node.operation, "variables", []) for node in (ruled, plain))
        assert {id(variable) for variable in ours} <= {id(variable) for variable in theirs}
    probes = np.random.default_rng(2).random((3, *network.input_shape), np.float32)
    same = keras.Model(graph.input, graph.logits)(probes, training=False)
    assert model.to_json() == before
    logits = network.logits(probes)[:, -same.shape[1] :]
    np.testing.assert_allclose(same, logits, rtol=1e-5, atol=1e-5)


def test_graph_under_rule_relu_layer_used_twice_ruled_at_both():
    inputs = keras.Input((SIDE, SIDE, 3))
    relu, convolution = layers.ReLU(name="relu"), layers.Conv2D(3, 3, padding="same", activation="relu", name="conv")
    x = relu(convolution(relu(convolution(inputs))))
    model = seeded(keras.Model(inputs, layers.Dense(3)(layers.GlobalAveragePooling2D()(x))))
    network = Network(model, (SIDE, SIDE, 3))
    assert network.graph_with_rule("guided").modified_relus == {"conv", "conv:2", "relu", "relu:2"}
    assert network.gradients(np.ones((1, SIDE, SIDE, 3), np.float32), Target(0), "guided")[0].shape == (
        1,
        SIDE,
        SIDE,
        3,
    )


def test_guided_mobilenet_v2_all_its_relus_and_not_the_vanilla_gradient():
    """Thirteen of the base, and that of the dense layer behind it."""
    classifier = vislib.load_classifier(seeded(in_a_new_head(32)), preprocess="-1..1")
    assert len(classifier.network.graph_with_rule("guided").modified_relus) == 14
    vanilla, guided = (
        vislib.explain(name, classifier, random_image()).values for name in ("saliency", "guided-backprop")
    )
    assert np.corrcoef(vanilla.ravel(), guided.ravel())[0, 1] < 0.9
    assert guided.max() > 0
