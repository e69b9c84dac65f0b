"""Blur IG: closed forms, completeness, and the path from blurred to sharp."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from tiny_models import SIDE, classifier_of, random_image, seeded, tiny

import vislib
from vislib.backend import keras


def blurred(sigma: float) -> np.ndarray:
    return gaussian_filter(random_image() / 255, (sigma, sigma, 0), mode="nearest")


def explain(classifier, class_index=0, **params):
    return vislib.explain("blur-ig", classifier, random_image(), class_index, **params)


def of_squares():
    """Logits Σ x² and −Σ x²."""
    inputs = keras.Input((SIDE, SIDE, 3))
    total = keras.ops.sum(inputs**2, axis=(1, 2, 3), keepdims=True)[:, 0, 0]
    return classifier_of(keras.Model(inputs, keras.ops.softmax(keras.ops.concatenate([total, -total], axis=-1))))


def test_linear_network_is_weight_times_what_blurring_takes():
    kernel = tiny("linear").model.get_weights()[0].reshape(SIDE, SIDE, 3, 3)[..., 1]
    for n_steps in (1, 7):
        values = explain(tiny("linear"), 1, n_steps=n_steps, max_sigma_px=2.0).values
        expected = (kernel * (random_image() / 255 - blurred(2.0))).sum(axis=-1)
        np.testing.assert_allclose(values, expected, rtol=1e-4, atol=1e-5)


def test_squares_are_exact_with_any_number_of_steps():
    """The trapezoid rule is exact for x²: every segment from u to v gives (v − u)(u + v) = v² − u²."""
    values = explain(of_squares(), n_steps=3, max_sigma_px=1.5).values
    expected = ((random_image() / 255) ** 2 - blurred(1.5) ** 2).sum(axis=-1)
    np.testing.assert_allclose(values, expected, rtol=1e-4, atol=1e-5)


def test_smooth_network_complete_and_the_error_told():
    inputs = keras.Input((SIDE, SIDE, 3))
    x = keras.layers.Conv2D(6, 3, activation="tanh")(inputs)
    x = keras.layers.Dense(3, activation="softmax")(keras.layers.GlobalAveragePooling2D()(x))
    classifier = classifier_of(seeded(keras.Model(inputs, x)))
    heatmap = explain(classifier, 2)
    assert heatmap.params["max_sigma_px"] == pytest.approx(SIDE * 50 / 224, abs=0.01)
    softest = blurred(heatmap.params["max_sigma_px"])[None].astype(np.float32)
    difference = heatmap.score - float(classifier.network.logits(softest)[0, 2])
    assert heatmap.values.sum() == pytest.approx(difference, rel=1e-2)
    assert heatmap.details["completeness_error"] < 1e-2
    assert "the blurred image's score" in heatmap.notes[0]


def test_image_of_one_colour_says_that_there_is_nothing_to_blur():
    flat = np.full((SIDE, SIDE, 3), 90, np.uint8)
    heatmap = vislib.explain("blur-ig", tiny("conv_relu"), flat, 0)
    assert "blurring changes nothing" in " ".join(heatmap.notes)
