"""FullGrad: all terms add up to the score, and the map against Keras and NumPy."""

import numpy as np
import pytest
from tiny_models import SIDE, STYLES, classifier_of, layers, random_image, seeded, tiny

import vislib
from vislib.attribution.base import upsample
from vislib.backend import keras, tf
from vislib.targets import ClassScore


def explain(classifier, target=0):
    return vislib.explain("fullgrad", classifier, random_image(), target)


@pytest.mark.parametrize("style", sorted(STYLES))
def test_terms_add_up_to_the_score_on_every_way_of_writing_a_network(style):
    network = tiny(style).network
    inputs = tiny(style).preprocess_input(random_image()[None])
    terms = network.bias_terms(inputs, ClassScore(1))
    assert terms.values[0] == pytest.approx(float(network.logits(inputs)[0, 1]), rel=1e-5)
    assert terms.totals[0] == pytest.approx(terms.values[0], rel=1e-4, abs=1e-5)


def test_terms_add_up_with_curved_activations_and_gates():
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Rescaling(2.0, offset=-1.0)(inputs)
    x = layers.Activation("swish")(layers.BatchNormalization()(layers.Conv2D(6, 3)(x)))
    gate = layers.Conv2D(6, 1, activation="sigmoid")(layers.GlobalAveragePooling2D(keepdims=True)(x))
    x = layers.MaxPooling2D()(layers.Multiply()([x, gate]))
    x = layers.Dense(3, activation="softmax")(layers.Dense(4, activation="tanh")(layers.Flatten()(x)))
    heatmap = explain(classifier_of(seeded(keras.Model(inputs, x))), 2)
    assert heatmap.details["completeness_error"] < 1e-4
    assert len(heatmap.notes) == 1


def test_terms_of_relu_network_are_keras_gradients_by_its_biases():
    """Σ over places of ∂f/∂z · b is b · ∂f/∂b, which Keras computes by itself."""
    model, image = tiny("activation_layers").model, tf.constant(random_image()[None] / 255.0, tf.float32)
    logits = keras.Model(model.input, model.layers[-1].input)
    biases = [weight for weight in model.trainable_weights if weight.name == "bias"]
    with tf.GradientTape() as tape:
        tape.watch(image)
        score = logits(image)[0, 1]
    by_image, *by_bias = tape.gradient(score, [image, *(bias.value for bias in biases)])
    expected = float(tf.reduce_sum(by_image * image)) + sum(
        float(np.sum(np.asarray(slope) * np.asarray(bias))) for slope, bias in zip(by_bias, biases, strict=True)
    )
    classifier = tiny("activation_layers")
    terms = classifier.network.bias_terms(classifier.preprocess_input(random_image()[None]), ClassScore(1))
    assert terms.totals[0] == pytest.approx(expected, rel=1e-4)


def test_map_of_one_convolution_by_numpy():
    classifier = tiny("softmax_layer")
    model, image = classifier.model, random_image()[None] / 255.0
    kernel, bias, head, _ = (weight.astype(np.float64) for weight in model.get_weights())
    active = np.asarray(model.layers[1](image.astype(np.float32)))[0] > 0
    slope = active * head[:, 1] / active[..., 0].size
    windows = np.lib.stride_tricks.sliding_window_view(np.zeros((SIDE, SIDE, 3)), (3, 3), axis=(0, 1))
    assert windows.shape[:2] == slope.shape[:2]
    by_image = np.zeros((SIDE, SIDE, 3))
    for row in range(3):
        for column in range(3):
            places = (slice(row, row + slope.shape[0]), slice(column, column + slope.shape[1]))
            by_image[places] += slope @ kernel[row, column].T

    def scaled(term):
        return ((np.abs(term) - np.abs(term).min()) / np.ptp(np.abs(term))).sum(axis=-1)

    # The convolution's layer, and that of its ReLU, whose bias is 0.
    expected = scaled(by_image * image[0]) + upsample(scaled(slope * bias), (SIDE, SIDE))
    np.testing.assert_allclose(explain(classifier, 1).values, expected, rtol=1e-3, atol=1e-4)


def test_layer_of_unknown_bias_is_named():
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.LayerNormalization(name="norm")(layers.Conv2D(6, 3, activation="relu")(inputs))
    x = layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    heatmap = explain(classifier_of(seeded(keras.Model(inputs, x))))
    assert heatmap.notes[1] == "Layers whose bias is not known are left out: norm."
    assert "error of" in heatmap.notes[0]
