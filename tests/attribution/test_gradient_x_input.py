"""Gradient × input: closed forms on networks that are linear, or homogeneous, in their input."""

import numpy as np
import pytest
from tiny_models import SIDE, random_image, tiny

import vislib
from vislib.backend import keras


def test_gradient_x_input_linear_network_is_weight_times_pixel():
    kernel = tiny("linear").model.get_weights()[0].reshape(SIDE, SIDE, 3, 3)
    for class_index in range(3):
        expected = (kernel[..., class_index] * random_image() / 255).sum(axis=-1)
        values = vislib.explain("gradient-x-input", tiny("linear"), random_image(), class_index).values
        np.testing.assert_allclose(values, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("style", ["sequential", "activation_layers"])
def test_gradient_x_input_network_without_biases_adds_up_to_the_logit(style):
    model = keras.models.clone_model(tiny(style).model)
    model.set_weights([weights * (weights.ndim > 1) for weights in tiny(style).model.get_weights()])
    classifier = vislib.load_classifier(model, preprocess=tiny(style).preprocess)
    heatmap = vislib.explain("gradient-x-input", classifier, random_image(), 1)
    assert heatmap.signed
    assert heatmap.values.min() < 0 < heatmap.values.max()
    assert heatmap.values.sum() == pytest.approx(heatmap.score, rel=1e-4)
