"""The strongest channels at a place, against sorting by hand."""

import numpy as np
import pytest
from tiny_models import random_image, tiny

import vislib
from vislib import LayerError, ParameterError, strongest_at
from vislib.activations.strongest import strongest_of


def test_strongest_are_the_largest_numbers_of_the_map_there():
    image = random_image()
    maps = vislib.feature_maps(tiny("conv_relu"), image, "conv2")
    expected = sorted(((-value, channel) for channel, value in enumerate(maps[1, 3].tolist())))[:3]
    found = strongest_at(tiny("conv_relu"), image, "conv2", 1, 3, n=3)
    assert [(one.channel, one.value) for one in found] == [(channel, -value) for value, channel in expected]


def test_all_channels_where_fewer_and_the_first_of_equal_ones():
    assert [one.channel for one in strongest_of(np.array([1.0, 3.0, 3.0, -2.0]), 9)] == [1, 2, 0, 3]


@pytest.mark.parametrize(
    ("row", "column", "n", "error", "words"),
    [
        (5, 0, 1, LayerError, "Rows of layer 'conv2' go from 0 to 3; not 5"),
        (0, -1, 1, LayerError, "Columns of layer 'conv2' go from 0 to 3; not -1"),
        (0, 0, 0, ParameterError, "at least 1; not 0"),
    ],
)
def test_no_such_place_a_sentence(row, column, n, error, words):
    with pytest.raises(error, match=words):
        strongest_at(tiny("conv_relu"), random_image(), "conv2", row, column, n)
