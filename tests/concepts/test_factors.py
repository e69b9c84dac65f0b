"""Non-negative factors: an exact case, the stated error, the fit by SciPy's least squares, and what is refused."""

import numpy as np
import pytest
from scipy.optimize import nnls

from vislib import LayerError, ParameterError
from vislib.concepts.factors import coefficients_of, factor

RANDOM = np.random.default_rng(0)


def test_factors_of_separate_parts_found_exactly():
    coefficients, vectors = np.zeros((30, 3)), np.zeros((3, 12))
    for k in range(3):
        coefficients[10 * k : 10 * k + 10, k] = RANDOM.uniform(1, 2, 10)
        vectors[k, 4 * k : 4 * k + 4] = RANDOM.uniform(1, 2, 4)
    found = factor(coefficients @ vectors, 3)
    assert found.error < 1e-4
    assert found.lost == 0
    expected = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    order = np.argmax(found.vectors @ expected.T, axis=0)
    np.testing.assert_allclose(found.vectors[order], expected, atol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1, rtol=1e-5)


def test_stated_error_and_loss_by_numpy_same():
    activations = RANDOM.normal(0.5, 1, (40, 9))
    found = factor(activations, 4)
    positive = np.where(activations > 0, activations, 0)
    left = positive - found.coefficients.astype(float) @ found.vectors.astype(float)
    assert found.error == pytest.approx(np.sqrt((left**2).sum() / (positive**2).sum()), rel=1e-5)
    assert found.lost == pytest.approx(-activations[activations < 0].sum() / np.abs(activations).sum(), rel=1e-5)
    assert 0.1 < found.error < factor(activations, 1).error
    assert (found.coefficients >= 0).all()
    assert (found.vectors >= 0).all()


def test_same_seed_same_factors():
    activations = RANDOM.uniform(0, 1, (25, 8))
    one, other = factor(activations, 3, seed=7), factor(activations, 3, seed=7)
    np.testing.assert_array_equal(one.vectors, other.vectors)
    np.testing.assert_array_equal(one.coefficients, other.coefficients)


def test_coefficients_by_scipy_same():
    vectors = RANDOM.uniform(0, 1, (3, 10))
    activations = RANDOM.normal(0.4, 0.5, (20, 10))
    expected = np.stack([nnls(vectors.T, np.maximum(row, 0))[0] for row in activations])
    np.testing.assert_allclose(coefficients_of(activations, vectors), expected, atol=2e-3)
    assert not coefficients_of(-np.ones((4, 10)), vectors).any()


def test_what_has_no_factors_refused():
    with pytest.raises(LayerError, match="No activation of the layer is positive"):
        factor(-np.ones((5, 4)), 2)
    with pytest.raises(LayerError, match="NaN or infinite"):
        factor(np.full((5, 4), np.nan), 2)
    for n in (0, 5, True, 2.0):
        with pytest.raises(ParameterError, match=r"5 places \(or crops\) with 4 channels have 1 to 4 factors; not"):
            factor(np.ones((5, 4)), n)
