"""Names beside the points of a chart do not cover each other, as far as there is room."""

import pytest

from pages._ui.architectures.names import sides


def test_first_side_with_room_is_right_and_left_at_the_right_edge():
    assert sides(["one", "other"], [0, 1], [0, 1]) == ["right", "left"]


def test_names_of_neighbours_stand_on_different_sides():
    close = sides(["ResNet-50", "DenseNet-121", "far"], [0.5, 0.52, 1], [0.5, 0.5, 0], False, False)
    assert close[0] != close[1]


@pytest.mark.parametrize("is_log", [False, True])
def test_distance_is_that_of_the_axis(is_log):
    """On a logarithmic axis the first two are far apart, on a linear one the second would cover the first's name."""
    found = sides(["a long name here", "b", "end"], [1, 30, 1000], [1, 1, 2], is_log, False)
    assert (found[1] == "right") is is_log


def test_all_at_one_place_take_all_four_sides():
    found = sides(["start", "end", "a", "b", "c", "d"], [0, 2, 1, 1, 1, 1], [0, 2, 1, 1, 1, 1])
    assert set(found[2:]) == {"right", "left", "above", "below"}
