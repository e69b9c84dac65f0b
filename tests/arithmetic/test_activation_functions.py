"""Activation functions and their derivatives, against Keras and against each other."""

import numpy as np
import pytest

from vislib.arithmetic.activation_functions import APPROXIMATE_GELU, FUNCTIONS, elu, leaky_relu, softmax
from vislib.backend import keras, tf

X = np.concatenate([np.linspace(-8, 8, 161), [-100.0, 100.0]])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_case_value_and_derivative_agree_with_keras(name):
    @tf.function
    def run(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = keras.activations.get(name)(x)
        return y, tape.gradient(y, x)

    value, slope = run(tf.constant(X, tf.float64))
    np.testing.assert_allclose(FUNCTIONS[name](X), value, atol=1e-6)
    at_kink = np.isin(X, {"relu6": (0, 6), "hard_sigmoid": (-3, 3), "leaky_relu": (0,), "selu": (0,)}.get(name, ()))
    np.testing.assert_allclose(FUNCTIONS[name].derivative(X)[~at_kink], slope[~at_kink], atol=1e-6)


SLOPES = {**FUNCTIONS, "elu with α": elu(0.3), "approximate GELU": APPROXIMATE_GELU}


@pytest.mark.parametrize("name", SLOPES)
def test_derivative_is_the_slope_of_the_value(name):
    function, h = SLOPES[name], 1e-6
    x = np.random.default_rng(0).uniform(-7, 7, 200)
    np.testing.assert_allclose(function.derivative(x), (function(x + h) - function(x - h)) / (2 * h), atol=1e-4)


def test_case_relu_and_sigmoid_by_hand():
    np.testing.assert_array_equal(FUNCTIONS["relu"]([-2, 0, 3]), [0, 0, 3])
    np.testing.assert_array_equal(FUNCTIONS["relu"].derivative(np.array([-2.0, 0, 3])), [0, 0, 1])
    assert FUNCTIONS["sigmoid"](0) == 0.5
    assert FUNCTIONS["sigmoid"].derivative(np.array(0.0)) == 0.25
    assert FUNCTIONS["sigmoid"](-1000) == 0


def test_leaky_relu_lets_its_share_through():
    np.testing.assert_allclose(leaky_relu(0.3)([-2, 2]), [-0.6, 2])
    np.testing.assert_allclose(leaky_relu(0.3).derivative(np.array([-2, 2])), [0.3, 1])


def test_softmax_large_scores_no_overflow():
    np.testing.assert_allclose(softmax(np.array([1000.0, 1000.0])), [0.5, 0.5])
    scores = np.random.default_rng(0).normal(size=(3, 5))
    np.testing.assert_allclose(softmax(scores), keras.ops.softmax(scores), atol=1e-6)
