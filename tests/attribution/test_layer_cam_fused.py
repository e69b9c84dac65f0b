"""The fused Layer-CAM: its parts are Layer-CAM's own maps, and the fusion is by hand."""

import numpy as np
import pytest
from tiny_models import SIDE, random_image, tiny

import vislib
from vislib.activations.maps import stages
from vislib.attribution.base import upsample
from vislib.attribution.layer_cam_fused import fused
from vislib.targets import Channel


def test_fusion_by_hand():
    deep, early = np.array([[4.0, 0.0]]), np.array([[0.0, 2.0]])
    np.testing.assert_allclose(fused([early, deep], (1, 2)), [[1.0, np.tanh(2)]], rtol=1e-6)
    np.testing.assert_allclose(fused([early / 2, deep / 4], (1, 2)), [[1.0, np.tanh(2)]], rtol=1e-6)  # any scale
    np.testing.assert_array_equal(fused([np.zeros((2, 2)), np.zeros((1, 1))], (2, 2)), 0)


@pytest.mark.parametrize("n_stages", [1, 2, 3])
def test_map_is_the_largest_of_layer_cams_maps(n_stages):
    classifier = tiny("conv_relu")
    layers = stages(classifier)[-n_stages:]
    expected = np.zeros((SIDE, SIDE))
    for layer in layers:
        cells = vislib.explain("layer-cam", classifier, random_image(), 1, layer=layer).details["cells"]
        share = cells / cells.max()
        expected = np.maximum(expected, upsample(share if layer == layers[-1] else np.tanh(2 * share), (SIDE, SIDE)))
    heatmap = vislib.explain("layer-cam-fused", classifier, random_image(), 1, n_stages=n_stages)
    np.testing.assert_allclose(heatmap.values, expected, rtol=1e-4, atol=1e-5)
    assert heatmap.notes == (f"Fused from {', '.join(layers)}.",)


def test_hidden_target_has_only_layers_before_it():
    heatmap = vislib.explain("layer-cam-fused", tiny("conv_relu"), random_image(), Channel("conv1", 2))
    assert heatmap.notes[0] == "Fused from conv1."
