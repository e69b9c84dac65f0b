"""The cheap figures of maps, against closed forms."""

import numpy as np
import pytest
from scipy import stats

from vislib.batch.measures import agreement, map_measures, plain_background


def test_border_of_a_constant_map_is_its_area():
    figures = map_measures(np.ones((20, 30)), None)
    assert figures.border == pytest.approx(1 - 16 * 24 / 600)
    assert figures.sparseness == pytest.approx(0, abs=1e-9)
    assert figures.background is None


def test_border_counts_both_signs():
    values = np.zeros((20, 20))
    values[0, 0], values[10, 10] = -3, 1
    figures = map_measures(values, None)
    assert figures.border == pytest.approx(0.75)
    assert figures.reach == 3


def test_zeros_have_no_share_anywhere():
    figures = map_measures(np.zeros((5, 5)), np.ones((5, 5), bool))
    assert (figures.reach, figures.border, figures.background, figures.sparseness) == (0, 0, 0, 0)


def test_background_is_the_colour_of_the_edge():
    picture = np.full((10, 10, 3), 20, np.uint8)
    picture[4:6, 4:6] = 200
    background = plain_background(picture)
    assert background.sum() == 96
    values = np.zeros((10, 10))
    values[4, 4], values[0, 0] = 3, 1
    assert map_measures(values, background).background == pytest.approx(0.25)


def test_photograph_has_no_plain_background():
    assert plain_background(np.random.default_rng(0).integers(0, 256, (20, 20, 3))) is None


def test_agreement_is_spearmans():
    random = np.random.default_rng(1)
    one, other = random.integers(0, 9, (7, 7)).astype(float), random.normal(size=(7, 7))
    other += one / 4
    assert agreement(one, other) == pytest.approx(stats.spearmanr(one.ravel(), other.ravel()).statistic)
    assert agreement(one, -one) == pytest.approx(-1)
    assert agreement(one, np.ones((7, 7))) is None
