"""Networks that people use, made cheap: only their beginnings, which have every kind of block, or without weights."""

import contextlib
from collections.abc import Iterator
from unittest import mock

import pytest

from vislib.backend import keras

layers = keras.layers


@contextlib.contextmanager
def weights_at_zero() -> Iterator[None]:
    """Networks built meanwhile start with zeros, where only their shapes count: to draw the 138 million random weights
    of a VGG-16 takes seconds."""

    def zeros(self, shape, dtype=None, **_):
        return keras.ops.zeros(shape, dtype)

    initializers = keras.initializers
    with (
        mock.patch.object(initializers.VarianceScaling, "__call__", zeros),
        mock.patch.object(initializers.RandomNormal, "__call__", zeros),
    ):
        yield


_LAST = {
    "ResNet50": "conv3_block2_out",
    "ResNet50V2": "conv3_block2_out",
    "DenseNet121": "conv3_block1_concat",
    "InceptionV3": "mixed4",
    "Xception": "block4_sepconv1_bn",
    "EfficientNetB0": "block3b_add",
    "MobileNet": "conv_pw_6_relu",
    "MobileNetV3Small": "expanded_conv_4_add",
    "VGG16": "block5_pool",
}


class _Reached(Exception):
    """The last layer that is wanted has been called."""


def with_classes(whole: keras.Model, last: str) -> keras.Model:
    """A network up to the layer `last`, with five classes behind that."""
    return _classified(whole.input, whole.get_layer(last).output)


def _classified(inputs, maps) -> keras.Model:
    return keras.Model(inputs, layers.Dense(5, activation="softmax")(layers.GlobalAveragePooling2D()(maps)))


def beginning(name: str, side: int, **options) -> keras.Model:
    """A network of `keras.applications` up to a layer in its middle, with five classes behind that; what follows is
    never built."""
    call = layers.Layer.__call__

    def until_the_last(layer, *args, **kwargs):
        output = call(layer, *args, **kwargs)
        if layer.name == _LAST[name]:
            raise _Reached(output)
        return output

    make = getattr(keras.applications, name)
    with mock.patch.object(layers.Layer, "__call__", until_the_last), pytest.raises(_Reached) as reached:
        make(weights=None, input_shape=(side, side, 3), include_top=False, **options)
    (maps,) = reached.value.args
    return _classified(keras.utils.get_source_inputs(maps)[0], maps)


def in_a_new_head(side: int) -> keras.Model:
    """A base below new layers, as for transfer learning: the first half of a narrow MobileNetV2, by the name
    "base", that ends in the ReLU "block_6_expand_relu" with maps of an eighth of the side."""
    whole = keras.applications.MobileNetV2(weights=None, input_shape=(side, side, 3), alpha=0.35, include_top=False)
    base = keras.Model(whole.input, whole.get_layer("block_6_expand_relu").output, name="base")
    inputs = keras.Input((side, side, 3))
    x = layers.GlobalAveragePooling2D()(base(layers.Rescaling(1 / 127.5, -1)(inputs)))
    return keras.Model(inputs, layers.Dense(5, activation="softmax")(layers.Dense(8, activation="relu")(x)))
