"""Saliency against gradients taken directly from the Keras model, and against a closed form."""

import numpy as np
import pytest
from tiny_models import SIDE, random_image, tiny

import vislib
from vislib.backend import keras, tf


def gradient_of(logit, inputs: np.ndarray) -> np.ndarray:
    """∂ logit / ∂ inputs for a batch of one, (h, w, c)."""
    inputs = tf.constant(inputs)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        score = logit(inputs)
    return tape.gradient(score, inputs).numpy()[0]


def logit_by_hand(model, class_index):
    """The logit of a model that ends in a Dense layer with softmax: its features times the weights."""
    features = keras.Model(model.input, model.layers[-1].input)
    kernel, bias = model.layers[-1].get_weights()
    return lambda inputs: (
        tf.tensordot(features(inputs, training=False)[0], kernel[:, class_index], 1) + bias[class_index]
    )


@pytest.mark.parametrize("style", ["conv_relu", "relu_layers"])
def test_saliency_tiny_network_is_gradient_of_logit(style):
    inputs = random_image()[None].astype(np.float32) / 255
    for class_index in range(4):
        expected = np.abs(gradient_of(logit_by_hand(tiny(style).model, class_index), inputs)).max(axis=-1)
        values = vislib.explain("saliency", tiny(style), random_image(), class_index).values
        np.testing.assert_allclose(values, expected, atol=1e-5 * expected.max(), rtol=0)


def test_saliency_cat_is_gradient_of_logit(classifier, cat):
    tabby = classifier.class_index("tabby")
    inputs = (classifier.resize(cat)[None].astype(np.float32) - 127) / 128
    expected = np.abs(gradient_of(logit_by_hand(classifier.model, tabby), inputs)).max(axis=-1)
    values = vislib.explain("saliency", classifier, cat, tabby).values
    np.testing.assert_allclose(values, expected, atol=1e-5 * expected.max(), rtol=0)


def test_saliency_linear_network_is_its_weights():
    kernel = tiny("linear").model.get_weights()[0].reshape(SIDE, SIDE, 3, 3)
    for class_index in range(3):
        expected = np.abs(kernel[..., class_index]).max(axis=-1)
        values = vislib.explain("saliency", tiny("linear"), random_image(), class_index).values
        np.testing.assert_allclose(values, expected, rtol=1e-6)


def test_saliency_one_sigmoid_same_for_both_classes():
    """The logits of the two classes are z and −z, so that their gradients differ in sign only."""
    no, yes = (vislib.explain("saliency", tiny("one_sigmoid"), random_image(), index) for index in (0, 1))
    np.testing.assert_array_equal(no.values, yes.values)
    assert no.score == -yes.score


def test_saliency_saturated_network_not_zero():
    """The logit's gradient stays where the probability is 1 and its gradient has vanished."""
    classifier = tiny("linear")
    confident = keras.models.clone_model(classifier.model)
    confident.set_weights([weights * 1e4 for weights in classifier.model.get_weights()])
    classifier = vislib.load_classifier(confident, preprocess=classifier.preprocess)
    assert classifier.predict(random_image(), top=1)[0].probability == 1
    assert vislib.explain("saliency", classifier, random_image()).values.max() > 100
