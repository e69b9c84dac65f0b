"""Batch normalization against Keras."""

import numpy as np
import pytest

from vislib.arithmetic.normalization import BatchNorm
from vislib.backend import keras


@pytest.fixture(scope="module")
def maps():
    return np.random.default_rng(0).normal(3, 2, (4, 5, 6, 3)).astype(np.float32)


def test_case_4_parameters_a_channel_2_trainable_2_not(maps):
    layer = keras.layers.BatchNormalization()
    layer.build(maps.shape)
    assert layer.count_params() == 4 * 3
    assert sum(np.prod(weight.shape) for weight in layer.trainable_weights) == 2 * 3


def test_case_dropout_no_parameters_and_nothing_at_prediction_time(maps):
    layer = keras.layers.Dropout(0.5)
    np.testing.assert_array_equal(layer(maps, training=False), maps)
    assert layer.count_params() == 0


def test_forward_agrees_with_keras_at_prediction_time(maps):
    random = np.random.default_rng(1)
    gamma, beta, mean = random.normal(size=(3, 3))
    variance = random.uniform(0.5, 2, 3)
    layer = keras.layers.BatchNormalization()
    layer.build(maps.shape)
    layer.set_weights([gamma, beta, mean, variance])
    ours = BatchNorm(mean, variance, gamma, beta).forward(maps)
    np.testing.assert_allclose(ours, layer(maps, training=False), atol=1e-5)


def test_of_batch_agrees_with_keras_in_training(maps):
    layer = keras.layers.BatchNormalization()
    np.testing.assert_allclose(BatchNorm.of_batch(maps).forward(maps), layer(maps, training=True), atol=1e-4)


def test_formula_gives_the_value_of_forward():
    norm = BatchNorm(np.array([2.0]), np.array([3.999]), np.array([3.0]), np.array([-1.0]))
    assert norm.formula(4.0, 0) == "3·(4 − 2) / √(3.999 + 0.001) + (−1) = 2"
    assert norm.forward(np.array([[4.0]])).item() == pytest.approx(2)
