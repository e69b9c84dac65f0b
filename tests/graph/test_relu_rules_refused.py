"""What a rule for ReLUs does not reach is named: in an error where a ReLU is meant, else in a note."""

import numpy as np
import pytest
import tiny_models
from tiny_models import SIDE, layers, random_image, seeded, tiny

import vislib
from vislib import ModelError
from vislib.backend import keras, tf

METHODS = ("guided-backprop", "deconvnet", "guided-grad-cam")


class Block(layers.Layer):
    """Somebody's own, with a function inside that nobody sees."""

    def __init__(self, function, **options):
        super().__init__(**options)
        self.function = function

    def call(self, inputs):
        return self.function(inputs)

    def get_config(self):
        return super().get_config()  # the function is left out; no test needs the layer back from it


class TwoActivations(layers.Layer):
    """Its `activation` can be seen, the other one not."""

    def __init__(self, **options):
        super().__init__(**options)
        self.activation = keras.activations.relu

    def call(self, inputs):
        return self.activation(tf.nn.relu(inputs) - 1)


def positive_part(x):
    return tf.nn.relu(x)


def bent(x):
    return keras.ops.tanh(x)


def relu(x):
    """It is no ReLU, whatever its name."""
    return x * keras.ops.sigmoid(x)


def gelu(x):
    """It has a ReLU inside, which no GELU has."""
    return keras.ops.relu(x) - 0.1 * keras.ops.tanh(x)


def classifier_with(*between):
    """A convolution without activation, then these layers."""
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(4, 3, name="conv1")(inputs)
    for layer in between:
        x = layer(x)
    x = layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    return tiny_models.classifier_of(seeded(keras.Model(inputs, x)))


def inner_relu():
    return keras.Sequential([keras.Input((10, 4)), layers.Dense(4, activation="relu")])


@pytest.mark.parametrize("method", METHODS)
def test_network_with_other_activations_only_refused_naming_them(method):
    classifier = classifier_with(
        layers.Activation("silu", name="swish"), layers.Conv2D(4, 1, activation="gelu", name="c2")
    )
    with pytest.raises(ModelError, match=r"no ReLU was found in [^;]*; it has silu \(swish\); gelu \(c2\)\."):
        vislib.explain(method, classifier, random_image())


@pytest.mark.parametrize("method", METHODS[:2])
def test_network_without_activations_refused(method):
    with pytest.raises(ModelError, match=r"no ReLU was found in [^;]*\.$"):
        vislib.explain(method, tiny("linear"), random_image())


@pytest.mark.parametrize(
    ("hiding", "kind"),
    [
        (lambda: Block(keras.ops.relu, name="hiding"), "Block"),
        (lambda: Block(tf.function(lambda x: tf.nn.relu6(x)), name="hiding"), "Block"),
        (lambda: Block(layers.LeakyReLU(), name="hiding"), "Block"),
        (lambda: layers.Activation(positive_part, name="hiding"), "Activation"),
        (lambda: layers.Conv2D(4, 1, activation=positive_part, name="hiding"), "Conv2D"),
        (lambda: layers.Activation(gelu, name="hiding"), "Activation"),
        (lambda: TwoActivations(name="hiding"), "TwoActivations"),
        (lambda: layers.Lambda(lambda x: keras.ops.relu(x), name="hiding"), "Lambda"),
        (lambda: layers.TimeDistributed(layers.Dense(4, activation="relu"), name="hiding"), "TimeDistributed"),
        (lambda: layers.TimeDistributed(inner_relu(), name="hiding"), "TimeDistributed"),
    ],
    ids=[
        "ops",
        "inside a tf.function",
        "layer",
        "own function",
        "own function of a layer",
        "own function of a known name",
        "beside its activation",
        "Lambda",
        "wrapper",
        "wrapped model",
    ],
)
def test_relu_out_of_reach_refused_naming_the_layer(hiding, kind):
    classifier = classifier_with(layers.ReLU(), hiding())
    for method in METHODS[:2]:
        with pytest.raises(ModelError, match=rf"a ReLU inside hiding \({kind}\)"):
            vislib.explain(method, classifier, random_image())
    assert np.isfinite(vislib.explain("saliency", classifier, random_image()).values).all()


def test_maximum_with_zero_alone_refused_naming_it():
    classifier = classifier_with(lambda x: keras.ops.maximum(x, 0.0))
    with pytest.raises(ModelError, match=r"it has Maximum \(maximum"):
        vislib.explain("guided-backprop", classifier, random_image())


@pytest.mark.parametrize("method", METHODS)
def test_other_activations_beside_relus_left_plain_and_named(method):
    classifier = classifier_with(
        layers.ReLU(),
        layers.Activation("silu", name="swish"),
        Block(keras.ops.tanh, name="own"),
        layers.Activation(bent, name="function"),
        layers.Activation(relu, name="named"),
        layers.Activation("linear"),
    )
    heatmap = vislib.explain(method, classifier, random_image())
    assert heatmap.notes == (
        "Not changed, because the rule applies to ReLUs only: silu (swish); unknown inside Block (own); "
        "bent (function); relu (named).",
    )
    assert vislib.explain("saliency", classifier, random_image()).notes == ()
