"""GradientSHAP: closed forms, and a plain loop over the same draws."""

import numpy as np
import pytest
from tiny_models import SIDE, random_image, tiny

import vislib
from vislib.attribution.integrated_gradients import BASELINES, baseline_image
from vislib.language import written


def explain(style="linear", class_index=1, **params):
    return vislib.explain("gradient-shap", tiny(style), random_image(), class_index, **params)


def linear_expected(baselines):
    kernel = tiny("linear").model.get_weights()[0].reshape(SIDE, SIDE, 3, 3)[..., 1]
    return (kernel * (random_image() / 255.0 - np.mean(baselines, axis=0))).sum(axis=-1)


@pytest.mark.parametrize("baseline", BASELINES)
def test_linear_network_without_noise_is_weight_times_way(baseline):
    expected = linear_expected([baseline_image(random_image(), baseline) / 255])
    np.testing.assert_allclose(
        explain(baseline=baseline, noise=0.0, n_samples=3).values, expected, rtol=1e-4, atol=1e-5
    )


def test_linear_network_all_baselines_is_weight_times_way_from_their_mean():
    expected = linear_expected([baseline_image(random_image(), each) / 255 for each in BASELINES])
    np.testing.assert_allclose(explain(noise=0.0, n_samples=8).values, expected, rtol=1e-4, atol=1e-5)


def test_noise_averages_out_in_a_linear_network():
    """The mean of 4,000 draws of σ = 0.1 is off by about 0.1 / √4000, times the weights of three channels."""
    expected = linear_expected([np.zeros((SIDE, SIDE, 3))])
    values = explain(baseline="black", noise=0.1, n_samples=4000).values
    assert np.abs(values - expected).max() > 1e-5
    np.testing.assert_allclose(values, expected, atol=5 * 0.1 / np.sqrt(4000))


def test_without_noise_it_comes_near_integrated_gradients():
    """Without noise it is the same integral, by another rule."""
    near = explain("conv_relu", baseline="black", noise=0.0, n_samples=2000)
    integral = vislib.explain("integrated-gradients", tiny("conv_relu"), random_image(), 1, n_steps=512)
    np.testing.assert_allclose(near.values, integral.values, atol=0.02 * np.abs(integral.values).max())
    assert near.details["completeness_error"] < 0.02


def test_seed_decides_and_the_error_is_told():
    first, same, other = (explain("conv_relu", seed=seed, n_samples=8) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.values, same.values)
    assert not np.array_equal(first.values, other.values)
    assert "the baselines' mean score" in first.notes[0]
    assert f"{written(first.details['completeness_error'], '.1%')}" in first.notes[0]
