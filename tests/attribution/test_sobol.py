"""Sobol indices: additive functions whose indices are known, a product, and a plain loop."""

import numpy as np
import pytest
from tiny_models import SIDE, random_image, tiny

import vislib
from vislib.attribution.base import enlargement
from vislib.attribution.sobol import Sobol, exchanged, total_indices
from vislib.language import written

DESIGNS = Sobol(n_cells=2, n_designs=1024).designs()  # four cells


def indices_of(function):
    scores = np.array([[function(mask) for mask in exchanged(a, b)] for a, b in DESIGNS])
    return total_indices(scores)[0]


def test_additive_function_has_the_squares_of_its_weights():
    """Var Σ w u = Σ w² / 12, and each cell takes part in its own part alone."""
    weights = np.array([3.0, -2.0, 1.0, 0.0])
    np.testing.assert_allclose(indices_of(lambda u: weights @ u), weights**2 / (weights**2).sum(), atol=0.01)


def test_product_counts_for_both_factors():
    """Var(u·v) = 1/9 − 1/16 = 7/144; without u, E Var(u·v | v) = E v² / 12 = 1/36, which is 4/7 of it."""
    np.testing.assert_allclose(indices_of(lambda u: u[0] * u[1]), [4 / 7, 4 / 7, 0, 0], atol=0.02)


def test_constant_function_has_none():
    np.testing.assert_array_equal(indices_of(lambda u: 5.0), 0)


def test_designs_are_uniform_independent_and_as_many_as_asked():
    assert DESIGNS.shape == (1024, 2, 4)
    np.testing.assert_allclose(DESIGNS.mean(axis=0), 0.5, atol=0.01)
    np.testing.assert_allclose(np.corrcoef(DESIGNS.reshape(1024, 8).T), np.eye(8), atol=0.05)
    assert Sobol(n_cells=3, n_designs=5).designs().shape == (5, 2, 9)


def test_linear_network_has_the_squares_of_what_each_cell_adds():
    """The logit is linear in the mask, Σ_i m_i s_i with s_i the weights under the enlarged cell i."""
    classifier, n = tiny("linear"), 3
    heatmap = vislib.explain("sobol", classifier, random_image(), 1, n_cells=n, n_designs=256, fill="grey")
    kernel = classifier.model.get_weights()[0].reshape(SIDE, SIDE, 3, 3)[..., 1]
    by_pixel = (kernel * (random_image() - 127.0) / 255).sum(axis=-1)
    rows = enlargement(n, SIDE)
    added = rows.T @ by_pixel @ rows
    np.testing.assert_allclose(heatmap.details["cells"], added**2 / (added**2).sum(), atol=0.02)
    assert heatmap.details["variance"] == pytest.approx((added**2).sum() / 12, rel=0.05)
    total = written(heatmap.details["cells"].sum(), ".2f")
    assert heatmap.notes == (f"From {256 * 11:,} masks of 3 × 3 cells; the indices add up to {total}.",)


def test_grid_finer_than_the_image_refused():
    with pytest.raises(vislib.ParameterError, match="`n_cells` parameter of `Sobol` must be at most 12"):
        vislib.explain("sobol", tiny("conv_relu"), random_image(), n_cells=13)
