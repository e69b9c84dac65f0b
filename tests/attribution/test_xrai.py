"""XRAI: the ranking by hand and against a plain loop, and planted regions."""

import numpy as np
import pytest
from tiny_models import SIDE, random_image, tiny

import vislib
from vislib.attribution.xrai import ranked, segments


def test_ranking_by_hand():
    pixels = np.array([[5.0, 1.0, 1.0, -2.0]])
    masks = np.array([[1, 1, 0, 0], [1, 1, 1, 0], [0, 0, 0, 1]], bool)
    regions, values = ranked(pixels, masks)
    # {5, 1} has the mean 3, more than {5, 1, 1}; of the latter then only the third pixel is new.
    np.testing.assert_array_equal(regions, [[0, 0, 1, 2]])
    np.testing.assert_array_equal(values, [[3, 3, 1, -2]])


def test_pixels_in_no_segment_are_the_last_region():
    regions, values = ranked(np.array([[1.0, 4.0, 6.0]]), np.array([[1, 0, 0]], bool))
    np.testing.assert_array_equal(regions, [[0, 1, 1]])
    np.testing.assert_array_equal(values, [[1, 5, 5]])


def test_ranking_against_a_plain_loop():
    random = np.random.default_rng(0)
    pixels, masks = random.normal(size=(6, 7)), random.random((20, 42)) < 0.2
    covered, values = np.zeros(42, bool), np.zeros(42)
    while True:
        means = [pixels.ravel()[mask & ~covered].mean() if (mask & ~covered).any() else -np.inf for mask in masks]
        best = int(np.argmax(means))
        if means[best] == -np.inf:
            break
        values[masks[best] & ~covered] = means[best]
        covered |= masks[best]
    values[~covered] = pixels.ravel()[~covered].mean() if (~covered).any() else 0
    np.testing.assert_allclose(ranked(pixels, masks)[1].ravel(), values, rtol=1e-9)


def quarters():
    picture = np.zeros((224, 224, 3), np.uint8)
    picture[:112, 112:], picture[112:, :112], picture[112:, 112:] = (200, 30, 30), (30, 200, 30), (40, 40, 220)
    return picture


def test_segments_of_four_colours_are_the_quarters_widened():
    masks = list(segments(quarters()))
    for rows in (slice(0, 112), slice(112, 224)):
        for columns in (slice(0, 112), slice(112, 224)):
            inside = [mask for mask in masks if mask[rows, columns].all() and mask.sum() < 2 * 112**2]
            assert inside
            assert all(112**2 < mask.sum() <= 117**2 for mask in inside)


@pytest.mark.parametrize("style", ["conv_relu", "relu_layers"])
def test_map_is_the_mean_of_its_pixels_in_each_region_and_keeps_their_sum(style):
    heatmap = vislib.explain("xrai", tiny(style), random_image(), 1)
    regions, pixels = heatmap.details["regions"], heatmap.details["pixels"]
    assert regions.shape == (SIDE, SIDE)
    for rank in range(regions.max() + 1):
        np.testing.assert_allclose(
            heatmap.values[regions == rank], pixels[regions == rank].mean(), rtol=1e-4, atol=1e-7
        )
    assert heatmap.values.sum() == pytest.approx(pixels.sum(), rel=1e-3, abs=1e-6)


def test_pixels_are_the_mean_of_both_integrated_gradients():
    each = [
        vislib.explain(
            "integrated-gradients", tiny("conv_relu"), random_image(), 1, baseline=name, n_steps=32, add_steps=False
        )
        for name in ("black", "white")
    ]
    pixels = vislib.explain("xrai", tiny("conv_relu"), random_image(), 1).details["pixels"]
    np.testing.assert_allclose(pixels, (each[0].values + each[1].values) / 2, rtol=1e-4, atol=1e-6)
