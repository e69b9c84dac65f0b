"""MaCo: the magnitudes of the spectrum are held, and the objective rises all the same."""

import dataclasses

import numpy as np
import pytest
from tiny_models import SIDE, random_image, tiny

from vislib import activation_maximization as am
from vislib.activation_maximization import Phase
from vislib.activation_maximization.parametrizations import _colours


@pytest.mark.parametrize(("size", "channels"), [((12, 12), 3), ((11, 13), 1), ((10, 14), 3)])
def test_magnitudes_of_any_phases_are_the_power_law(size, channels):
    way = Phase(contrast=0.1)
    phases = way.noise(np.random.default_rng(0), (*size, channels))[None]
    pixels = np.asarray(way.unclipped(phases, size), np.float64)[0] - 0.5
    colours = pixels @ np.linalg.inv(_colours(way.decorrelated, channels).astype(np.float64)).T
    found = np.abs(np.fft.fft2(colours.transpose(2, 0, 1)))
    frequency = np.hypot(np.fft.fftfreq(size[0])[:, None], np.fft.fftfreq(size[1])[None])
    times = found * np.maximum(frequency, 1 / max(size))
    held = times[:, frequency > 0]
    np.testing.assert_allclose(held, held.mean(), rtol=1e-4)
    np.testing.assert_allclose(found[:, 0, 0], 0, atol=1e-4)
    assert np.sqrt((pixels**2).mean()) == pytest.approx(0.1, rel=1e-2)


def test_phases_of_a_picture_are_its_own():
    image, way = random_image(11, 13).astype(np.float32)[..., :1] / 255, Phase()
    again = np.asarray(way.unclipped(way.variables_of(image)[None], (11, 13)), np.float64)[0, ..., 0] - 0.5
    of_image, of_again = (np.fft.rfft2(each).ravel()[1:] for each in (image[..., 0] - 0.5, again))
    np.testing.assert_allclose(of_image / np.abs(of_image), of_again / np.abs(of_again), atol=1e-3)


def test_objective_rises_and_magnitudes_stay():
    way = am.PARAMETRIZATIONS["maco"] | {"parametrization": Phase(contrast=0.05)}
    result = am.maximize(tiny("conv_relu"), 1, steps=24, transforms=(), **way)
    assert result.values[-1, 0] > result.values[0, 0]
    parametrization = result.params["parametrization"]
    pixels = np.asarray(parametrization.unclipped(result.state.variables, (SIDE, SIDE)), np.float64)[0] - 0.5
    colours = pixels @ np.linalg.inv(_colours(parametrization.decorrelated, 3).astype(np.float64)).T
    found = np.abs(np.fft.rfft2(colours.transpose(2, 0, 1)))
    expected = np.broadcast_to(parametrization.magnitude((SIDE, SIDE), 3), found.shape)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)


def test_faded_picture_is_white_where_the_gradient_is_small():
    result = am.maximize(tiny("conv_relu"), 1, steps=2)
    assert result.slopes.shape == (1, SIDE, SIDE)
    slopes = np.ones((1, SIDE, SIDE), np.float32)
    slopes[0, :2] = 0
    faded = dataclasses.replace(result, slopes=slopes).faded
    assert (faded.pictures[0, :2] == 255).all()
    np.testing.assert_array_equal(faded.pictures[0, 2:], result.pictures[0, 2:])


def test_slopes_of_a_continued_result_are_those_of_all_steps():
    one = am.maximize(tiny("conv_relu"), 1, steps=2)
    both = am.maximize(tiny("conv_relu"), 1, one, steps=2)
    whole = am.maximize(tiny("conv_relu"), 1, steps=4)
    np.testing.assert_allclose(both.slopes, whole.slopes, rtol=1e-4)
