"""A drawn digit made like those of MNIST."""

import numpy as np
import pytest

from vislib.errors import ImageError
from vislib.images.digits import centre_digit


def canvas(height=280, width=280) -> np.ndarray:
    return np.zeros((height, width), np.uint8)


def mass_centre(picture: np.ndarray) -> np.ndarray:
    grey = picture[..., 0].astype(float)
    return np.array([np.average(np.arange(28), weights=grey.sum(axis=axis)) for axis in (1, 0)])


def test_tall_stroke_is_20_pixels_tall_keeps_its_proportions_and_is_centred():
    drawing = canvas()
    drawing[20:220, 200:240] = 255  # 200 × 40, far from the centre
    digit = centre_digit(drawing)
    assert digit.shape == (28, 28, 3)
    assert digit.dtype == np.uint8
    rows, columns = np.nonzero(digit[..., 0])
    assert np.ptp(rows) + 1 == 20
    assert np.ptp(columns) + 1 == 4
    assert np.abs(mass_centre(digit) - 13.5).max() <= 0.5


def test_wide_stroke_is_20_pixels_wide():
    drawing = canvas(100, 300)
    drawing[40:60, 50:250] = 255
    _, columns = np.nonzero(centre_digit(drawing)[..., 0])
    assert np.ptp(columns) + 1 == 20


def test_centre_of_mass_not_of_the_box_is_centred():
    drawing = canvas()
    drawing[40:240, 40:60] = 255
    drawing[200:240, 40:180] = 255  # an L: heavy at the lower left
    digit = centre_digit(drawing)
    assert np.abs(mass_centre(digit) - 13.5).max() <= 0.5
    _rows, columns = np.nonzero(digit[..., 0])
    assert (columns.min() + columns.max()) / 2 > 14.5


def test_slanted_stroke_has_grey_levels():
    drawing = canvas()
    for step in range(200):
        drawing[40 + step, 40 + step // 2 : 60 + step // 2] = 255
    values = np.unique(centre_digit(drawing))
    assert len(values) >= 6
    assert values.max() == 255


def test_dark_on_light_equals_light_on_dark():
    drawing = canvas()
    drawing[60:200, 100:130] = 255
    assert np.array_equal(centre_digit(drawing), centre_digit(255 - drawing))
    assert np.array_equal(centre_digit(drawing), centre_digit(np.repeat(drawing[..., None], 3, axis=2)))


@pytest.mark.parametrize("stroke", [0, 255])
def test_strokes_on_a_transparent_canvas_count_whatever_their_colour(stroke):
    drawing = np.zeros((280, 280, 4), np.uint8)
    drawing[60:200, 100:130] = (stroke, stroke, stroke, 255)
    plain = canvas()
    plain[60:200, 100:130] = 255
    assert np.array_equal(centre_digit(drawing), centre_digit(plain))


def test_small_drawing_is_enlarged():
    drawing = canvas(28, 28)
    drawing[10:15, 12:14] = 255
    rows, _ = np.nonzero(centre_digit(drawing)[..., 0])
    assert np.ptp(rows) + 1 == 20


def test_stroke_that_touches_the_border_is_read():
    drawing = canvas()
    drawing[:, 130:150] = 255
    rows, _ = np.nonzero(centre_digit(drawing)[..., 0])
    assert np.ptp(rows) + 1 == 20


@pytest.mark.parametrize("blank", [canvas(), canvas() + 255, np.zeros((50, 50, 4), np.uint8)])
def test_blank_drawing_is_refused(blank):
    with pytest.raises(ImageError, match="Nothing is drawn"):
        centre_digit(blank)


@pytest.mark.parametrize("bad", [np.zeros((5,)), np.zeros((0, 4)), np.zeros((3, 3, 2)), np.array([["a"]])])
def test_no_drawing_is_refused(bad):
    with pytest.raises(ImageError, match="A drawing must have shape"):
        centre_digit(bad)
