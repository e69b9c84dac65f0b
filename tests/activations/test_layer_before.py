"""The layer whose channels a channel is mixed from, by the shape of the network."""

import keras
import pytest
from keras import layers
from tiny_models import SIDE, classifier_of, seeded, tiny

from vislib import layer_before


@pytest.mark.parametrize(
    ("style", "layer", "channel", "expected"),
    [
        ("conv_relu", "conv2", 0, "conv1"),
        ("conv_relu", "conv1", 0, None),
        ("activation_layers", "act2", 3, "max_pooling2d"),
        ("relu_layers", "add", 2, None),  # the depthwise layer mixes no channels
    ],
)
def test_input_of_the_last_layer_that_mixes_channels(style, layer, channel, expected):
    found = layer_before(tiny(style), layer, channel)
    assert found == expected or (expected == "max_pooling2d" and found.startswith(expected))


@pytest.fixture(scope="module")
def branches():
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(4, 3, padding="same", name="stem")(inputs)
    left = layers.Conv2D(3, 1, name="left")(layers.ReLU(name="left_in")(x))
    right = layers.Conv2D(5, 1, name="right")(layers.MaxPooling2D(1, name="right_in")(x))
    joined = layers.Concatenate(name="joined")([left, right])
    gate = layers.Dense(8, name="gate")(layers.GlobalAveragePooling2D(keepdims=True)(joined))
    gated = layers.Multiply(name="gated")([joined, gate])
    model = keras.Model(inputs, layers.Dense(2, activation="softmax")(layers.GlobalAveragePooling2D()(gated)))
    return classifier_of(seeded(model))


@pytest.mark.parametrize(
    ("layer", "channel", "expected"),
    [("joined", 2, "left_in"), ("joined", 3, "right_in"), ("gated", 0, "left_in"), ("gated", 7, "right_in")],
)
def test_part_of_a_concatenation_with_the_channel_and_never_a_gate(branches, layer, channel, expected):
    assert layer_before(branches, layer, channel) == expected


class Mixing(layers.Layer):
    """Somebody else's layer that mixes channels and names its factor as a depthwise convolution does."""

    depth_multiplier = 2

    def call(self, x):
        return keras.ops.flip(x, axis=-1)


def test_layer_of_somebody_else_is_not_taken_for_a_depthwise_convolution():
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(4, 3, name="mixed_from")(layers.Conv2D(4, 3, name="first")(inputs))
    model = keras.Model(inputs, layers.Dense(2)(layers.Flatten()(Mixing(name="mixing")(x))))
    assert layer_before(classifier_of(seeded(model)), "mixing", 1) == "mixed_from"
