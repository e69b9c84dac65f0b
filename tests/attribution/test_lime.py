"""LIME against a weighted ridge regression by its normal equations, and a closed form."""

import numpy as np
import pytest
from tiny_models import keras_logits, random_image, tiny

import vislib
from vislib.attribution.lime import Lime
from vislib.language import written


def explain(classifier, image, class_index=1, **params):
    return vislib.explain("lime", classifier, image, class_index, segmentation="grid", **params)


def weighted_ridge(coalitions, scores, weights, ridge):
    """(w, b, R²) that minimise Σ π (f − b − w·z)² + λ|w|²: (ZᵀΠZ + λI₀)(b, w) = ZᵀΠf, Z with a first column of ones."""
    z = np.hstack([np.ones((len(coalitions), 1)), coalitions])
    penalty = ridge * np.diag([0.0] + [1.0] * coalitions.shape[1])
    intercept, *coefficients = np.linalg.solve(z.T @ (weights[:, None] * z) + penalty, z.T @ (weights * scores))
    mean = (weights * scores).sum() / weights.sum()
    left = weights @ (scores - z @ [intercept, *coefficients]) ** 2
    return np.array(coefficients), intercept, 1 - left / (weights @ (scores - mean) ** 2)


def kernel(coalition, width):
    """√exp(−D² / σ²) with D the cosine distance to the whole image, worked out as an angle between vectors."""
    whole, z = np.ones(len(coalition)), coalition.astype(float)
    cosine = z @ whole / (np.linalg.norm(z) * np.linalg.norm(whole)) if z.any() else 0.0
    return np.sqrt(np.exp(-((1 - cosine) ** 2) / width**2))


@pytest.mark.parametrize(
    ("n_segments", "n_samples", "width", "ridge"),
    [(12, 100, 0.25, 1.0), (12, 30, 0.1, 0.01), (40, 20, 0.25, 2.0), (8, 256, 0.25, 1.0), (8, 2560, 0.5, 10.0)],
)
def test_tiny_network_weighted_ridge_same(n_segments, n_samples, width, ridge):
    classifier, image = tiny("conv_relu"), random_image()
    params = {"n_samples": n_samples, "kernel_width": width, "ridge": ridge, "seed": 2}
    heatmap = explain(classifier, image, n_segments=n_segments, **params)
    labels = heatmap.details["superpixels"]
    n = labels.max() + 1
    coalitions = Lime(**params).coalitions(n)
    pictures = [np.where(np.isin(labels, np.flatnonzero(z))[..., None], image, 127) for z in coalitions]
    scores = keras_logits(classifier, pictures)[:, 1]
    weights = np.array([kernel(z, width) for z in coalitions]) * max(1, n_samples / len(coalitions))
    coefficients, intercept, r2 = weighted_ridge(coalitions, scores, weights, ridge)
    np.testing.assert_allclose(heatmap.details["superpixel_values"], coefficients, atol=1e-5)
    assert heatmap.details["intercept"] == pytest.approx(intercept, abs=1e-5)
    assert heatmap.details["r2"] == pytest.approx(r2, abs=1e-4)
    assert f"R² = {written(r2, '.2f')}" in heatmap.notes[0]


def test_linear_network_coefficient_is_weights_times_difference():
    classifier, image = tiny("linear"), random_image()
    weights = classifier.model.get_weights()[0].reshape(12, 12, 3, 3)[..., 2]
    added = (weights * (image / 255 - 127 / 255)).sum(axis=-1)
    heatmap = explain(classifier, image, 2, n_segments=12, n_samples=400, ridge=0.01)
    expected = added.reshape(3, 4, 4, 3).sum(axis=(1, 3)).ravel()
    np.testing.assert_allclose(heatmap.details["superpixel_values"], expected, atol=2e-3 * np.abs(expected).max())
    assert heatmap.details["r2"] == pytest.approx(1, abs=1e-4)


def test_coalitions_whole_image_first_then_each_shown_half_the_time():
    coalitions = Lime(n_samples=10000).coalitions(20)
    assert coalitions.shape == (10000, 20)
    assert coalitions[0].all()
    np.testing.assert_allclose(coalitions.mean(axis=0), 0.5, atol=0.02)


def test_coalitions_few_superpixels_each_once():
    coalitions = Lime(n_samples=300).coalitions(8)
    assert coalitions[0].all()
    assert len(np.unique(coalitions, axis=0)) == len(coalitions) == 256


def test_stronger_ridge_smaller_coefficients():
    sizes = [
        np.abs(explain(tiny("conv_relu"), random_image(), n_segments=9, ridge=ridge).values).sum()
        for ridge in (0.01, 1.0, 10.0)
    ]
    assert sizes == sorted(sizes, reverse=True)


def test_score_that_never_changes_zero_map_explained_in_full():
    """An image that is the fill already: there is nothing to explain."""
    heatmap = explain(tiny("conv_relu"), np.full((12, 12, 3), 127, np.uint8), n_segments=9)
    np.testing.assert_allclose(heatmap.values, 0, atol=1e-6)
    assert heatmap.details["r2"] == 1


@pytest.mark.parametrize("n_segments", [4, 12])
def test_narrow_kernel_finite(n_segments):
    heatmap = explain(tiny("conv_relu"), random_image(), n_segments=n_segments, kernel_width=0.01, n_samples=40)
    assert np.isfinite(heatmap.values).all()
