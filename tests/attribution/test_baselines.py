"""The baselines: random numbers, and the image's edges by a Sobel filter written out."""

import numpy as np
import pytest
from tiny_models import SIDE, classifier_of, random_image, tiny

import vislib
from vislib.backend import keras


def explain(method, image=None, class_index=0, classifier=None, **params):
    image = random_image() if image is None else image
    return vislib.explain(method, classifier or tiny("conv_relu"), image, class_index, **params).values


def wide_classifier():
    inputs = keras.Input((10, 16, 3))
    outputs = keras.layers.Dense(3, activation="softmax")(keras.layers.Flatten()(keras.layers.Conv2D(2, 3)(inputs)))
    return classifier_of(keras.Model(inputs, outputs), input_size=None)


def sobel(image):
    """√((G_x² + G_y²) / 2) pixel by pixel, with the border mirrored; kernels add up to 1 on each side of the edge."""
    brightness = np.pad(image @ [0.2125, 0.7154, 0.0721] / 255, 1, mode="symmetric")
    down = np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]]) / 4
    magnitude = np.empty(image.shape[:2])
    for row, column in np.ndindex(*magnitude.shape):
        window = brightness[row : row + 3, column : column + 3]
        magnitude[row, column] = np.sqrt(((window * down).sum() ** 2 + (window * down.T).sum() ** 2) / 2)
    return magnitude


def test_edges_sobel_written_out_same():
    np.testing.assert_allclose(explain("edges"), sobel(random_image()), atol=1e-6)


def test_edges_step_from_black_to_white_only_there():
    image = np.zeros((SIDE, SIDE, 3), np.uint8)
    image[:, 6:] = 255
    values = explain("edges", image)
    np.testing.assert_allclose(values[:, 5:7], np.sqrt(0.5), atol=1e-6)
    assert not values[:, :5].any()
    assert not values[:, 7:].any()


def test_edges_flat_image_none():
    np.testing.assert_allclose(explain("edges", np.full((SIDE, SIDE, 3), 200, np.uint8)), 0, atol=1e-6)


def test_random_every_pixel_its_own_uniform_number(classifier, cat):
    values = explain("random", cat, classifier=classifier)
    assert len(np.unique(values)) > 0.99 * values.size
    assert 0 <= values.min() < 0.01 < 0.99 < values.max() <= 1
    share_below, expected = np.sort(values.ravel()), np.linspace(0, 1, values.size)
    np.testing.assert_allclose(share_below, expected, atol=0.01)
    neighbours = np.corrcoef(values[:, 1:].ravel(), values[:, :-1].ravel())[0, 1]
    assert abs(neighbours) < 0.02


def test_random_image_and_network_do_not_enter():
    np.testing.assert_array_equal(explain("random"), explain("random", random_image(seed=1)))
    np.testing.assert_array_equal(explain("random"), explain("random", classifier=tiny("sequential")))


def test_random_other_seed_other_map():
    assert np.corrcoef(explain("random").ravel(), explain("random", seed=1).ravel())[0, 1] < 0.5


def test_random_few_cells_smooth(classifier, cat):
    values = explain("random", cat, classifier=classifier, n_cells=7)
    assert np.abs(np.diff(values, axis=0)).max() <= 7 / 224 + 1e-6  # at most 1 from cell to cell
    centres = (np.arange(7) * 32 + 15, np.arange(7) * 32 + 16)
    at_centres = np.mean([values[np.ix_(rows, columns)] for rows in centres for columns in centres], axis=0)
    np.testing.assert_allclose(at_centres, np.random.default_rng(0).random((7, 7)), atol=0.03)


@pytest.mark.parametrize("method", ["random", "edges"])
def test_baseline_input_not_square_taken(method):
    assert explain(method, random_image(10, 16), classifier=wide_classifier()).shape == (10, 16)


@pytest.mark.parametrize("method", ["random", "edges"])
def test_baseline_says_that_it_knows_no_class(method):
    baseline = vislib.methods()[method]
    assert not baseline.class_discriminative
    assert baseline.family == "baseline"
    assert "do not depend on the class" in baseline.caveat
