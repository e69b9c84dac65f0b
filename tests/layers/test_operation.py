"""Every value shown by its numbers is the value that the network computed."""

import functools

import numpy as np
import pytest
from tiny_models import PLAIN, SIDE, STYLES, classifier_of, layers, random_image, seeded, tiny

from vislib.backend import keras, tf
from vislib.errors import LayerError
from vislib.layers.operation import operation_of, softmax_cell


def every_kind():
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(6, 3, 2, "same", activation="relu", name="conv")(inputs)
    x = layers.BatchNormalization(name="norm")(x)
    y = layers.Conv2D(6, (3, 2), padding="same", dilation_rate=2, groups=2, use_bias=False, name="grouped")(x)
    y = layers.LeakyReLU(0.3, name="leaky")(y)
    y = layers.BatchNormalization(scale=False, center=False, name="bare_norm")(y)
    x = layers.Add(name="add")([x, y])
    y = layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2, activation="tanh", name="depthwise")(x)
    y = layers.Conv2D(6, 1, activation="silu", name="mixed")(y)
    gate = layers.GlobalAveragePooling2D(keepdims=True, name="mean")(y)
    gate = layers.Dense(6, "sigmoid", name="gate")(gate)
    x = layers.Multiply(name="gated")([x, gate])
    x = layers.Concatenate(name="joined")([x, y])
    x = layers.ReLU(6.0, name="relu6")(x)
    x = layers.MaxPooling2D(3, 2, "same", name="max")(x)
    x = layers.AveragePooling2D(2, 1, "same", name="average")(x)
    x = layers.Dropout(0.5, name="dropout")(x)
    x = layers.Activation("elu", name="elu")(x)
    x = layers.Average(name="halved")([x, layers.Maximum(name="larger")([x, layers.Activation("gelu")(x)])])
    x = layers.GlobalMaxPooling2D(name="largest")(x)
    return keras.Model(inputs, layers.Dense(4, "softmax", name="scores")(x))


@pytest.fixture(scope="module")
def classifier():
    return classifier_of(seeded(every_kind()), preprocess=PLAIN)


def check(operation, cells=12, atol=2e-5):
    shape = operation.output.shape if operation.output.ndim == 3 else (1, 1, operation.output.shape[-1])
    random = np.random.default_rng(0)
    corners = [(0, 0, 0), tuple(size - 1 for size in shape)]
    for at in [*corners, *(tuple(int(random.integers(size)) for size in shape) for _ in range(cells))]:
        cell = operation.at(*at)
        assert cell.value == pytest.approx(float(operation.output.reshape(shape)[at]), abs=atol, rel=1e-4)
        assert cell.lines
        assert " = " in cell.lines[-1] or cell.lines[-1].startswith("unchanged: ")
        for place, rows, columns, channels in cell.sources:
            source = operation.inputs[place]
            assert channels.max() < source.shape[-1]
            height, width = source.shape[:2] if source.ndim == 3 else (1, 1)
            assert 0 <= rows.min() <= rows.max() < height
            assert 0 <= columns.min() <= columns.max() < width


NAMES = ("conv", "norm", "grouped", "leaky", "bare_norm", "add", "depthwise", "mixed", "mean", "gate", "gated", "joined",
         "relu6", "max", "average", "dropout", "elu", "halved", "larger", "largest", "scores")  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_value_shown_is_the_networks(classifier, name):
    operation = operation_of(classifier, random_image(), name)
    assert operation.can_be_shown
    check(operation)


@pytest.mark.parametrize("style", STYLES)
def test_value_shown_every_style_of_model(style):
    classifier = tiny(style)
    for node in classifier.network.graph.nodes:
        operation = operation_of(classifier, random_image(), node.name)
        if operation.can_be_shown:
            check(operation, cells=2)
        else:
            assert operation.kind in ("Flatten", "Mean", "GetItem"), operation.kind


class Dense(layers.Layer):
    """Somebody else's layer of a known name."""

    def call(self, x):
        return 2 * x


class Add(layers.Layer):
    """Somebody else's layer of a known name."""

    def call(self, x):
        return 3 * x


class ReLU(layers.Layer):
    """Somebody else's layer of a known name, with settings that Keras's has, too."""

    threshold, max_value, negative_slope = 0, None, 0

    def call(self, x):
        return keras.ops.tanh(x)


def relu(x):
    """Somebody else's function of a known name."""
    return keras.ops.tanh(x)


def last_operation(between):
    """That of the operations `between`, on maps (h, w, 3) from −1 to 1, as negative numbers tell activations apart."""
    inputs = keras.Input((SIDE, SIDE, 3))
    x = between(layers.Rescaling(2.0, -1.0, name="signed")(inputs))
    model = seeded(keras.Model(inputs, layers.Dense(3)(layers.Flatten()(x))))
    classifier = classifier_of(model)
    return operation_of(classifier, random_image(), classifier.network.graph.nodes[-3].name)


def with_activation(activation):
    return layers.Conv2D(3, 1, activation=activation)


PLACES = np.linspace(-2, 2, SIDE * SIDE, dtype=np.float32).reshape(SIDE, SIDE, 1)
ops = keras.ops


@pytest.mark.parametrize(
    "between",
    [
        lambda x: x + 3.0,
        lambda x: x * np.array([2.0, 3.0, 4.0], np.float32),
        lambda x: ops.multiply(PLACES[None], x),
        lambda x: ops.maximum(0.5, x),
        lambda x: x * layers.Conv2D(1, 1)(x),
        lambda x: x + layers.GlobalAveragePooling2D(keepdims=True)(x),
        lambda x: layers.ReLU(6.0)(x + 3.0) * (1.0 / 6.0),  # the hard sigmoid of MobileNetV3
        lambda x: ops.elu(x, 0.5),
        lambda x: ops.gelu(4 * x),
        lambda x: ops.gelu(4 * x, approximate=False),
        lambda x: ops.leaky_relu(x, 0.4),
        lambda x: keras.activations.relu(x, negative_slope=0.4),
        layers.ELU(0.5),
        layers.Activation(layers.LeakyReLU(0.3)),
        layers.Activation(tf.nn.swish),
        lambda x: x - layers.Conv2D(1, 1)(x),
        lambda x: 1.0 - x,
        lambda x: ops.divide(x, 3.0 + x),
        lambda x: x / PLACES[None],
        lambda x: layers.Subtract()([x, layers.Activation("relu")(x)]),
        lambda x: layers.Minimum()([x, layers.Activation("tanh")(x)]),
        layers.Rescaling(0.5, 2.0),
        layers.Rescaling([0.5, 1.0, 2.0], offset=[0.0, -1.0, 3.0]),
        layers.Normalization(mean=[0.1, 0.2, 0.3], variance=[0.5, 1.0, 2.0]),
        layers.Normalization(mean=0.1, variance=0.5),
        layers.Normalization(mean=0.1, variance=0.5, invert=True),
        layers.Normalization(axis=1, mean=np.linspace(0, 1, SIDE), variance=np.linspace(1, 2, SIDE)),
        layers.Rescaling(np.linspace(1, 2, SIDE).reshape(SIDE, 1, 1)),
        layers.PReLU("uniform"),
        layers.PReLU("uniform", shared_axes=[1, 2]),
        layers.ZeroPadding2D(((1, 2), (0, 3))),
        layers.UpSampling2D((2, 3)),
        layers.Activation("hard_silu"),
        lambda x: ops.hard_swish(4 * x),
        lambda x: ops.hard_silu(4 * x),
        with_activation(layers.LeakyReLU(0.3)),
        with_activation(layers.Dropout(0.3)),
        with_activation(functools.partial(ops.leaky_relu, negative_slope=0.4)),
        with_activation(functools.partial(tf.nn.leaky_relu, alpha=0.4)),
        with_activation(functools.partial(keras.activations.relu, max_value=6)),
        with_activation(tf.nn.elu),
    ],
)
def test_value_with_constants_and_settings_is_the_networks(between):
    operation = last_operation(between)
    assert operation.can_be_shown
    assert operation.output.std() > 0.01
    check(operation, atol=1e-6)


@pytest.mark.parametrize(
    "between",
    [
        Dense(),
        Add(),
        ReLU(),
        with_activation(relu),
        with_activation(layers.PReLU()),
        with_activation(functools.partial(keras.activations.relu, max_value=3)),
        layers.Activation(relu),
        lambda x: ops.average(x, axis=-1),
        layers.UpSampling2D(2, interpolation="bilinear"),
        lambda x: layers.Reshape((SIDE * SIDE, 3))(x),
        layers.BatchNormalization(axis=1),
        lambda x: ops.concatenate([x, np.ones((1, SIDE, SIDE, 2), np.float32)], axis=-1),
    ],
)
def test_value_without_a_formula_is_refused(between):
    operation = last_operation(between)
    with pytest.raises(LayerError, match=r"cannot be shown with its numbers; (choose another layer|.* can)\."):
        operation.at(0, 0, 0)


def test_input_of_the_first_layer_is_the_prepared_image(classifier):
    operation = operation_of(classifier, random_image(), "conv")
    np.testing.assert_array_equal(
        operation.inputs[0], classifier.preprocess_input(classifier.resize(random_image())[None])[0]
    )
    assert operation.sources == ("",)
    assert operation_of(classifier, random_image(), "add").sources == ("norm", "bare_norm")


def test_lines_sum_first_then_the_activation(classifier):
    operation = operation_of(classifier, random_image(), "conv")
    row, column, channel = np.argwhere(operation.output == 0)[0]
    cell = operation.at(row, column, channel)
    assert cell.step.value < 0
    assert cell.lines[1].startswith("max(0, −")
    assert cell.lines[1].endswith(") = 0")


def test_sources_at_the_corner_leave_the_padding_out(classifier):
    [(_, rows, columns, channels)] = operation_of(classifier, random_image(), "grouped").at(0, 0, 5).sources
    assert rows.tolist() == [0, 2]
    assert columns.tolist() == [1]
    assert channels.tolist() == [3, 4, 5]


def test_softmax_cell_is_the_probability(classifier):
    logits = classifier.logits(random_image())
    expected = classifier.network.probabilities(logits)
    for index in range(4):
        cell = softmax_cell(logits, index)
        assert cell.value == pytest.approx(float(expected[index]))
        assert "over 4 classes" in cell.lines[0]


def test_operation_bad_request_is_explained(classifier):
    with pytest.raises(LayerError, match=r"layer 'conv9' is not in .*conv, norm"):
        operation_of(classifier, random_image(), "conv9")
    with pytest.raises(LayerError, match=r"conv has 6 × 6 cells of 6 channels: none at \(6, 0, 0\)"):
        operation_of(classifier, random_image(), "conv").at(6, 0, 0)
    flat = next(node.name for node in tiny("sequential").network.graph.nodes if "flatten" in node.name)
    operation = operation_of(tiny("sequential"), random_image(), flat)
    with pytest.raises(LayerError, match=r"flatten.* \(Flatten\) cannot be shown with its numbers; Conv2D"):
        operation.at(0, 0, 0)
