"""The total Sobol index against closed forms, and on a network whose rest is linear."""

import numpy as np
import pytest
from tiny_models import random_image, tiny

from vislib.concepts.factors import factor
from vislib.concepts.importance import contributions_of_image, sobol_of_image, total_sobol


def test_total_index_of_a_sum_is_its_share_of_the_variance():
    weights = np.array([1.0, 2.0, 3.0, 0.0])
    found = total_sobol(lambda inputs: 5 + inputs @ weights, 4, 512, 0)
    np.testing.assert_allclose(found, weights**2 / (weights**2).sum(), atol=0.02)


def test_total_index_of_a_product_counts_the_interaction():
    """f = x y on the unit square: V = 7/144 and S_T = E[y²]/12 / V = 4/7 for both."""
    found = total_sobol(lambda inputs: inputs[:, 0] * inputs[:, 1], 2, 1024, 0)
    np.testing.assert_allclose(found, [4 / 7, 4 / 7], atol=0.02)


def test_total_index_of_a_constant_is_zero():
    np.testing.assert_array_equal(total_sobol(lambda inputs: np.full(len(inputs), 3.3), 3, 16, 0), 0)


def test_function_runs_once_on_all_masks():
    asked = []
    total_sobol(lambda inputs: asked.append(inputs.shape) or inputs[:, 0], 5, 32, 0)
    assert asked == [(32 * (5 + 2), 5)]


def test_index_of_concepts_before_a_linear_rest_by_their_contributions():
    classifier = tiny("conv_relu")
    target = classifier.target(2)
    inputs = classifier.preprocess_input(random_image()[None])
    maps, gradients, _ = classifier.network.maps_and_gradients(inputs, "conv2", target)
    found = factor(maps.reshape(-1, maps.shape[3]), 4)
    shares = contributions_of_image(gradients[0], found.coefficients, found.vectors)
    seen = []
    sobol = sobol_of_image(
        classifier, inputs, "conv2", maps, found.coefficients, found.vectors, target, n_designs=128, seed=0,
        progress=lambda *_: seen.append(1),
    )  # fmt: skip
    np.testing.assert_allclose(sobol, shares**2 / (shares**2).sum(), atol=0.05)
    assert seen


def test_all_concepts_kept_give_the_networks_own_score(monkeypatch):
    from vislib.concepts import importance

    classifier = tiny("activation_layers")
    target = classifier.target(1)
    inputs = classifier.preprocess_input(random_image()[None])
    maps, _, values = classifier.network.maps_and_gradients(inputs, "conv1", target)
    found = factor(maps.reshape(-1, maps.shape[3]), 3)
    asked = {}

    def total(values_of, n, n_designs, seed):
        asked["own"], asked["none"] = values_of(np.stack([np.ones(n), np.zeros(n)]))
        return np.zeros(n)

    monkeypatch.setattr(importance, "total_sobol", total)
    sobol_of_image(classifier, inputs, "conv1", maps, found.coefficients, found.vectors, target, n_designs=16, seed=0)
    assert asked["own"] == pytest.approx(float(values[0]), rel=1e-4)
    left = maps - (found.coefficients @ found.vectors).reshape(maps.shape)
    assert asked["none"] == pytest.approx(
        float(classifier.network.values_of_maps(inputs, "conv1", left, target)[0]), rel=1e-4
    )
