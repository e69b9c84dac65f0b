"""The unit that Feature maps frames before one is chosen."""

import numpy as np

from pages._ui.results.feature_maps import _usual_unit
from vislib.layers.receptive_field import ReceptiveField, Span

SIZE = (5, 5)
THREE = ReceptiveField(Span(1, (-1,), (1,)), Span(1, (-1,), (1,)))
"""Of a 3 × 3 convolution with padding: the border cuts it at the outermost units."""


def test_strongest_that_the_border_does_not_cut():
    values = np.zeros(SIZE)
    values[0, 0], values[2, 3], values[1, 1] = 9, -5, 4
    assert _usual_unit(values, THREE, SIZE) == (2, 3)


def test_strongest_of_all_where_each_is_cut_alike():
    values = np.zeros((2, 2))
    values[1, 0] = 3
    seven = ReceptiveField(Span(4, (-3,), (3,)), Span(4, (-3,), (3,)))
    assert _usual_unit(values, seven, SIZE) == (1, 0)
