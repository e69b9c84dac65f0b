"""DeepLIFT: the rescale rule by hand and by NumPy, and completeness wherever every layer has a rule."""

import numpy as np
import pytest
from tiny_models import SIDE, STYLES, classifier_of, layers, random_image, seeded, tiny

import vislib
from vislib.attribution.integrated_gradients import BASELINES, baseline_image
from vislib.backend import keras
from vislib.network.network import Network
from vislib.targets import ClassScore, Output
from vislib.tasks import Task


def explain(classifier, target=0, **params):
    return vislib.explain("deeplift", classifier, random_image(), target, **params)


def difference(classifier, heatmap, baseline="black"):
    inputs = classifier.preprocess_input(np.stack([random_image(), baseline_image(random_image(), baseline)]))
    now, before = classifier.network.values(inputs, heatmap.target).astype(np.float64)
    return now - before


def contributions(build, x, x0):
    """x, x0 and the result: (numbers,). `build` makes the output of a symbolic (1, numbers, 1)."""
    inputs = keras.Input((1, len(x), 1))
    network = Network(keras.Model(inputs, layers.Flatten()(build(inputs))), (1, len(x), 1), task=Task.REGRESSION)
    given = [np.array(each, np.float32).reshape(1, 1, -1, 1) for each in (x, x0)]
    multipliers, values, before = network.rescaled_gradients(*given, Output(0))
    return ((given[0] - given[1]) * multipliers).ravel(), float(values[0] - before[0])


def summed(tensor):
    return keras.ops.sum(tensor, axis=(1, 2, 3))[:, None]


@pytest.mark.parametrize("pool", [layers.GlobalMaxPooling2D(), layers.MaxPooling2D((1, 2))])
@pytest.mark.parametrize(
    ("x", "x0", "expected"),
    [
        ([1, 3], [2, 0], [0, 1]),  # the maximum rises from 2 to 3 at the second place
        ([1, 0], [0, 3], [0, -2]),  # it falls from 3 to 1, because the second place falls
        ([5, 1], [2, 0], [3, 0]),
        ([1, 2], [1, 2], [0, 0]),
    ],
)
def test_max_pooling_by_hand(pool, x, x0, expected):
    found, _ = contributions(pool, x, x0)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_product_by_hand():
    """f = (x₀ + x₁) · x₁ is a product of 3 and 2, from 1 and 1: each factor has the mean of the other."""

    def build(inputs):
        both = keras.ops.sum(inputs, axis=2, keepdims=True)
        return layers.Multiply()([both, inputs[:, :, 1:]])

    found, changed = contributions(build, [1, 2], [0, 1])
    np.testing.assert_allclose(found, [1.5, 1.5 + 2], atol=1e-6)  # (2 + 1) / 2 each; (3 + 1) / 2 for x₁ itself
    assert changed == pytest.approx(5)


@pytest.mark.parametrize("name", ["relu", "tanh", "sigmoid", "swish", "gelu", "elu", "softplus", "relu6", "leaky_relu"])
def test_function_has_its_whole_change(name):
    x, x0 = [-3.0, 0.4, 2.0, 8.0, 1.0], [1.0, 0.4, -2.0, 0.5, 1.0 + 1e-7]
    found, _ = contributions(lambda inputs: summed(layers.Activation(name)(inputs)), x, x0)
    function = keras.activations.get(name)
    after, before = (np.array(function(keras.ops.convert_to_tensor(each)), np.float64) for each in (x, x0))
    np.testing.assert_allclose(found, after - before, rtol=1e-5, atol=1e-6)


def test_two_dense_layers_by_numpy():
    def head(x):
        return layers.Dense(3, activation="softmax")(layers.Dense(5, activation="tanh")(x))

    inputs = keras.Input((SIDE, SIDE, 3))
    classifier = classifier_of(seeded(keras.Model(inputs, head(layers.Flatten()(inputs)))))
    w1, b1, w2, _ = (weight.astype(np.float64) for weight in classifier.model.get_weights())
    x = random_image().ravel() / 255.0
    after, before = x @ w1 + b1, b1
    slope = (np.tanh(after) - np.tanh(before)) / (after - before)
    expected = (x * (w1 @ (slope * w2[:, 2]))).reshape(SIDE, SIDE, 3).sum(axis=-1)
    np.testing.assert_allclose(explain(classifier, 2).values, expected, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("style", sorted(STYLES))
def test_complete_on_every_way_of_writing_a_network(style):
    heatmap = explain(tiny(style), 1)
    assert heatmap.values.sum() == pytest.approx(difference(tiny(style), heatmap), rel=1e-3, abs=1e-5)


@pytest.mark.parametrize("baseline", BASELINES)
def test_complete_for_every_baseline_and_a_contrast(baseline):
    heatmap = explain(tiny("relu_layers"), ClassScore(2, against=1), baseline=baseline)
    changed = difference(tiny("relu_layers"), heatmap, baseline)
    assert heatmap.values.sum() == pytest.approx(changed, rel=1e-3, abs=1e-5)
    assert heatmap.details["completeness_error"] == pytest.approx(0, abs=2e-6 / abs(changed) + 1e-4)


def test_complete_with_gates_and_swish_and_no_layer_named():
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Rescaling(2.0, offset=-1.0)(inputs)
    x = layers.Activation("swish")(layers.BatchNormalization()(layers.Conv2D(6, 3, use_bias=False)(x)))
    gate = layers.GlobalAveragePooling2D(keepdims=True)(x)
    gate = layers.Conv2D(6, 1, activation="sigmoid")(layers.Conv2D(2, 1, activation="gelu")(gate))
    x = layers.Concatenate()([layers.Multiply()([x, gate]), layers.MaxPooling2D(3, 1, "same")(x)])
    x = layers.Dense(3, activation="softmax")(layers.GlobalMaxPooling2D()(x))
    classifier = classifier_of(seeded(keras.Model(inputs, x)))
    heatmap = explain(classifier, 1)
    assert heatmap.values.sum() == pytest.approx(difference(classifier, heatmap), rel=1e-3)
    assert len(heatmap.notes) == 1
    assert heatmap.score == pytest.approx(float(classifier.logits(random_image())[1]), rel=1e-5)


def test_layer_without_a_rule_is_named():
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.LayerNormalization(name="norm")(layers.Conv2D(6, 3, activation="relu")(inputs))
    x = layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    heatmap = explain(classifier_of(seeded(keras.Model(inputs, x))))
    assert heatmap.notes[1] == "The gradient is used for layers without a rule: norm."


def test_product_of_three_has_no_rule_and_is_named():
    inputs = keras.Input((SIDE, SIDE, 3))
    parts = [layers.Conv2D(2, 1, bias_initializer="ones")(inputs) for _ in range(3)]
    x = layers.GlobalAveragePooling2D()(layers.Multiply(name="of_three")(parts))
    classifier = classifier_of(seeded(keras.Model(inputs, layers.Dense(3, "softmax")(x))))
    heatmap = explain(classifier, 1)
    assert np.ptp(heatmap.values) > 0
    assert heatmap.notes[1] == "The gradient is used for layers without a rule: of_three."


JOINS = {
    "subtract": lambda a, b: layers.Subtract()([a, b]),
    "average": lambda a, b: layers.Average()([a, b]),
    "average of three": lambda a, b: layers.Average()([a, b, a]),
    "minus": lambda a, b: a - b,
    "mean": lambda a, b: a + keras.ops.mean(b, axis=(1, 2), keepdims=True),
    "sum": lambda a, b: keras.ops.sum(a, axis=-1, keepdims=True) + b,
}


@pytest.mark.parametrize("join", JOINS)
def test_complete_with_linear_joins_and_no_layer_named(join):
    inputs = keras.Input((SIDE, SIDE, 3))
    a, b = (layers.Conv2D(4, 3, activation="relu")(inputs) for _ in range(2))
    x = layers.ReLU()(JOINS[join](a, b))
    x = layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    classifier = classifier_of(seeded(keras.Model(inputs, x)))
    heatmap = explain(classifier, 1)
    assert heatmap.values.sum() == pytest.approx(difference(classifier, heatmap), rel=1e-3)
    assert len(heatmap.notes) == 1, "a linear layer is named as one without a rule"
