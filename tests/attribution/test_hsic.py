"""HSIC: a closed form, the definition with explicit matrices, and cells that do not matter."""

import numpy as np
import pytest
from tiny_models import SIDE, classifier_of

import vislib
from vislib.attribution.hsic import Hsic, dependences
from vislib.backend import keras


def by_definition(shown, scores):
    """tr(K H L H) / (n − 1)², with matrices written out."""
    n = len(scores)
    apart = np.array([abs(scores[a] - scores[b]) for a in range(n) for b in range(a + 1, n)])
    width = np.median(apart)
    centre = np.eye(n) - 1 / n
    alike = np.array([[np.exp(-((a - b) ** 2) / (2 * width**2)) for a in scores] for b in scores])
    found = []
    for cell in shown.T:
        same = np.array([[0.5 if a == b else -0.5 for a in cell] for b in cell])
        found.append(np.trace(same @ centre @ alike @ centre) / (n - 1) ** 2)
    return np.array(found), width


def test_against_the_definition():
    shown = Hsic(n_cells=3, n_masks=40, seed=4).masks()
    scores = np.sin(shown @ np.arange(9)) + shown[:, 2]
    found, width = dependences(shown, scores)
    expected, expected_width = by_definition(shown, scores)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
    assert width == pytest.approx(expected_width)


def test_score_of_one_cell_has_its_closed_form():
    """L = (1 + e)/2 · 1 1ᵀ + (1 − e)/2 · s sᵀ with e = exp(−½), as the median distance is that of unlike masks."""
    n = 60
    shown = Hsic(n_cells=2, n_masks=n).masks()
    found, width = dependences(shown, 7 * shown[:, 1])
    assert width == 7
    assert found[1] == pytest.approx((1 - np.exp(-0.5)) / 4 * n**2 / (n - 1) ** 2)
    assert np.delete(found, 1).max() < found[1] / 5


def test_masks_show_each_cell_in_half_of_them():
    shown = Hsic(n_cells=3, n_masks=20).masks()
    np.testing.assert_array_equal(shown.sum(axis=0), 10)
    assert len(np.unique(shown, axis=1).T) > 1


def test_equal_scores_depend_on_nothing():
    found, width = dependences(Hsic(n_cells=2, n_masks=8).masks(), np.full(8, 3.0))
    np.testing.assert_array_equal(found, 0)
    assert width == 0


def test_network_that_reads_one_corner_has_its_cell():
    inputs = keras.Input((SIDE, SIDE, 3))
    corner = keras.ops.mean(inputs[:, :4, 8:], axis=(1, 2, 3))[:, None]
    model = keras.Model(inputs, keras.ops.softmax(keras.ops.concatenate([corner, -corner], axis=-1)))
    heatmap = vislib.explain("hsic", classifier_of(model), np.full((SIDE, SIDE, 3), 255, np.uint8), 0, n_cells=3)
    cells = heatmap.details["cells"]
    assert np.unravel_index(cells.argmax(), cells.shape) == (0, 2)
    assert cells[0, 2] > 3 * np.sort(cells.ravel())[-2]
    assert heatmap.values.argmax() in [row * SIDE + column for row in range(4) for column in range(8, 12)]
