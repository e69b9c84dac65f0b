"""The relatives of Grad-CAM: each cell by a plain loop over its paper's equation; and closed forms."""

import numpy as np
import pytest
from tiny_models import random_image, tiny

import vislib
from vislib import Target


def maps_and_gradients(style: str, layer: str, class_index: int):
    classifier = tiny(style)
    inputs = classifier.preprocess_input(classifier.resize(random_image())[None])
    maps, gradients, _ = classifier.network.maps_and_gradients(inputs, layer, Target(class_index))
    return maps[0].astype(np.float64), gradients[0].astype(np.float64)


def plus_plus(maps, gradients):
    cells = np.zeros(maps.shape[:2])
    for k in range(maps.shape[2]):
        weight = 0.0
        for g in gradients[..., k].ravel():
            below = 2 * g**2 + maps[..., k].sum() * g**3
            weight += (g**2 / below if below else 0.0) * max(g, 0.0)
        cells += weight * maps[..., k]
    return np.maximum(cells, 0)


def hires(maps, gradients):
    return np.einsum("ijk,ijk->ij", maps, gradients)


def layer_cam(maps, gradients):
    return np.maximum(sum(np.where(g > 0, g, 0) * a for a, g in zip(maps.T, gradients.T, strict=True)).T, 0)


def xgrad(maps, gradients):
    cells = np.zeros(maps.shape[:2])
    for k in range(maps.shape[2]):
        a, g = maps[..., k], gradients[..., k]
        cells += a * ((a * g).sum() / a.sum() if a.sum() else 0)
    return np.maximum(cells, 0)


def eigen(maps, gradients):
    """By power iteration on AᵀA instead of a decomposition."""
    matrix = maps.reshape(-1, maps.shape[2])
    vector = np.ones(maps.shape[2])
    for _ in range(5000):
        vector = matrix.T @ (matrix @ vector)
        vector /= np.linalg.norm(vector)
    projection = (matrix @ vector).reshape(maps.shape[:2])
    return np.maximum(projection * np.sign(projection.sum()), 0)


BY_HAND = {
    "grad-cam++": plus_plus,
    "hires-cam": hires,
    "layer-cam": layer_cam,
    "xgrad-cam": xgrad,
    "eigen-cam": eigen,
}


@pytest.mark.parametrize(("style", "layer"), [("sequential", "conv1"), ("conv_relu", "conv1"), ("conv_relu", "conv2")])
@pytest.mark.parametrize("method", BY_HAND)
def test_cells_by_hand_same(method, style, layer):
    for class_index in range(3):
        expected = BY_HAND[method](*maps_and_gradients(style, layer, class_index))
        heatmap = vislib.explain(method, tiny(style), random_image(), class_index, layer=layer)
        np.testing.assert_allclose(heatmap.details["cells"], expected, rtol=1e-3, atol=1e-5 * np.abs(expected).max())
        assert np.abs(expected).max() > 0, "nothing was compared"


def test_hires_cam_pooling_and_one_dense_layer_adds_up_to_the_score():
    classifier = tiny("conv_relu")
    bias = classifier.model.get_layer("scores").get_weights()[1]
    for class_index in range(4):
        heatmap = vislib.explain("hires-cam", classifier, random_image(), class_index)
        assert heatmap.details["cells"].sum() == pytest.approx(heatmap.score - bias[class_index], rel=1e-4, abs=1e-4)


def test_eigen_cam_same_for_every_class():
    one, other = (vislib.explain("eigen-cam", tiny("conv_relu"), random_image(), k).values for k in (0, 1))
    np.testing.assert_array_equal(one, other)
    assert not vislib.methods()["eigen-cam"].class_discriminative


@pytest.mark.parametrize("size", [1e3, 1e6])
def test_grad_cam_plus_plus_large_gradients_finite(size):
    maps, gradients = maps_and_gradients("sequential", "conv1", 0)
    cells = vislib.methods()["grad-cam++"]().signed_cells(maps, gradients * size)
    assert np.isfinite(cells).all()
    assert cells.max() > 0


@pytest.mark.parametrize(("label", "half"), [("tiger cat", np.s_[:, :112]), ("espresso", np.s_[:, 112:])])
@pytest.mark.parametrize("method", ["grad-cam++", "hires-cam", "layer-cam", "xgrad-cam", "guided-grad-cam"])
def test_collage_most_of_the_map_in_the_half_of_its_class(method, classifier, collage, label, half):
    values = np.maximum(vislib.explain(method, classifier, collage, classifier.class_index(label)).values, 0)
    assert values[half].sum() > 0.55 * values.sum()
