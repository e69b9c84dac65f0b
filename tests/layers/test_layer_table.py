"""The layer table against Keras, TensorFlow's profiler and published figures."""

import csv
import io

import numpy as np
import pytest
from published_tables import published
from tiny_models import STYLES, layers, tiny

from vislib.backend import keras
from vislib.errors import ModelError
from vislib.layers.reading import layer_table

# name: (parameters, multiply-adds in millions, depth, receptive field and offset of the last maps)
PUBLISHED = {
    # Simonyan & Zisserman 2014; receptive fields: Araujo, Norris & Sim 2019
    "vgg16": (138_357_544, 15_470, 16, 212, -90),
    # He et al. 2015: 3.8 billion
    "resnet50": (25_636_712, 3_858, 50, 483, -241),
    # Sandler et al. 2018: 300 million
    "MobileNetV2": (3_538_984, 301, 53, 491, None),
    # Szegedy et al. 2015: 5 billion
    "InceptionV3": (23_851_784, 5_713, 48, 1311, -618),
    "densenet121": (8_062_504, 2_834, 121, 2071, None),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_figures(name):
    parameters, mega_macs, depth, field, offset = PUBLISHED[name]
    table, keras_parameters, _ = published(name, profiled=True)
    assert table.parameters == keras_parameters == parameters
    assert round(table.macs / 1e6) == mega_macs
    assert table.flops == 2 * table.macs
    assert table.depth == depth
    assert table.field.size == (field, field)
    assert table.field.stride == (32, 32)
    assert offset is None or table.field.offset == (offset, offset)
    assert table.uncounted == ()


@pytest.mark.parametrize("name", PUBLISHED)
def test_macs_agree_with_tensorflow_profiler(name):
    table, _, by_tensorflow = published(name, profiled=True)
    assert table.macs == by_tensorflow


def test_case_vgg16_receptive_field_196_after_conv5_3_and_212_after_pool5():
    table = published("vgg16", profiled=True)[0]
    assert table.row("block5_conv3").field.size == (196, 196)
    assert table.row("block5_pool").field.size == (212, 212)


def test_mobilenet_v2_receptive_field_added_up_by_hand():
    """1 + Σ (k − 1) · the stride before it, over the stem and 17 depthwise convolutions (Sandler et al., table 2)."""
    size, step = 1 + 2, 2
    for stride, repeats in ((1, 1), (2, 2), (2, 3), (2, 4), (1, 3), (2, 3), (1, 1)):
        for place in range(repeats):
            size += 2 * step
            step *= stride if place == 0 else 1
    assert published("MobileNetV2", profiled=True)[0].field.size == (size, size)
    assert step == 32


def test_rows_digit_cnn_by_hand():
    from vislib.training import build

    table = layer_table(build("digits"))
    rows = {row.name: (row.kind, row.output_shape, row.parameters, row.macs) for row in table.rows}
    assert rows["conv1"] == ("Conv2D", (26, 26, 32), 320, 26 * 26 * 9 * 32)
    assert rows["conv2"] == ("Conv2D", (24, 24, 64), 18_496, 24 * 24 * 9 * 32 * 64)
    assert rows["dense"] == ("Dense", (128,), 1_179_776, 9216 * 128)
    assert rows["predictions"] == ("Dense", (10,), 1_290, 1280)
    assert table.parameters == table.trainable == 1_199_882
    conv2 = table.row("conv2")
    assert conv2.inputs == ("conv1_activation",)
    assert table.row("conv1").inputs == ("",)
    assert conv2.activation_bytes == 24 * 24 * 64 * 4
    assert conv2.field.size == (5, 5)
    assert table.row("flatten").field is None
    assert conv2.parameters_formula == "(3·3·32 + 1)·64 = 18,496"
    assert table.activation_bytes == sum(4 * np.prod(row.output_shape) for row in table.rows)


@pytest.mark.parametrize("style", STYLES)
def test_parameters_every_style_of_model(style):
    classifier = tiny(style)
    table = layer_table(classifier)
    assert table.parameters == classifier.model.count_params()
    assert table.trainable == sum(int(np.prod(weight.shape)) for weight in classifier.model.trainable_weights)
    assert all(row.name for row in table.rows)
    assert table.uncounted == ()


def test_names_layer_that_lost_its_softmax_has_its_own_name():
    assert layer_table(tiny("conv_relu")).rows[-1].name == "scores"


def test_names_own_layer_called_logits_keeps_its_name():
    inputs = keras.Input((6, 6, 1))
    x = layers.Dense(3, name="my_logits")(layers.Flatten()(inputs))
    assert layer_table(keras.Model(inputs, layers.Softmax()(x))).rows[-1].name == "my_logits"


def test_layer_used_twice_parameters_once_macs_twice():
    inputs = keras.Input((6, 6, 4))
    conv = layers.Conv2D(4, 3, padding="same", name="shared")
    x = layers.GlobalAveragePooling2D()(conv(conv(inputs)))
    model = keras.Model(inputs, layers.Dense(2)(x))
    table = layer_table(model)
    first, second = table.row("shared"), table.row("shared:2")
    assert (first.parameters, second.parameters) == (148, 0)
    assert first.macs == second.macs > 0
    assert table.parameters == model.count_params()


def test_uncounted_products_of_tensors_are_named():
    inputs = keras.Input((4, 4, 8))
    x = layers.Reshape((16, 8))(inputs)
    x = keras.ops.matmul(x, keras.ops.transpose(x, (0, 2, 1)))
    model = keras.Model(inputs, layers.Dense(2)(layers.Flatten()(x)))
    assert [name.split("_")[0] for name in layer_table(model).uncounted] == ["matmul"]


def test_csv_one_line_a_layer_that_reads_back():
    table = layer_table(tiny("relu_layers"))
    lines = list(csv.DictReader(io.StringIO(table.csv())))
    assert [line["name"] for line in lines] == [row.name for row in table.rows]
    assert sum(int(line["parameters"]) for line in lines) == table.parameters
    by_name = {line["name"]: line for line in lines}
    assert by_name["conv1"]["output_shape"] == "10x10x6"
    assert by_name["conv1"]["inputs"] == "(input)"
    assert by_name["add"]["inputs"].split()[0] == "relu1"
    assert by_name["depthwise"]["receptive_field_h"] == "5"


def test_any_size_model_needs_a_classifier():
    inputs = keras.Input((None, None, 3))
    model = keras.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling2D()(inputs)))
    with pytest.raises(ModelError, match="images of any size"):
        layer_table(model)
    assert layer_table(tiny("any_size")).input_shape == (12, 12, 3)
