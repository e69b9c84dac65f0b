"""The same numbers as tf-keras-vis 0.8.7 where that is right: flat functional models, layer given, no normalising."""

import numpy as np
import pytest
from tf_keras_vis.gradcam import Gradcam
from tf_keras_vis.saliency import Saliency
from tf_keras_vis.utils.model_modifiers import GuidedBackpropagation, ReplaceToLinear
from tf_keras_vis.utils.scores import CategoricalScore
from tiny_models import random_image, tiny

import vislib

pytestmark = pytest.mark.parametrize("class_index", range(4))


def inputs():
    return random_image()[None].astype(np.float32) / 255


def test_saliency_tf_keras_vis_same_map(class_index):
    peer = Saliency(tiny("conv_relu").model, ReplaceToLinear(), clone=True)
    expected = peer(CategoricalScore(class_index), inputs(), normalize_map=False)[0]
    values = vislib.explain("saliency", tiny("conv_relu"), random_image(), class_index).values
    np.testing.assert_allclose(values, expected, atol=1e-5 * expected.max(), rtol=0)


@pytest.mark.parametrize(("style", "classes"), [("conv_relu", 4), ("activation_layers", 3)])
def test_guided_backprop_tf_keras_vis_same_map_where_relus_are_activations(class_index, style, classes):
    class_index = min(class_index, classes - 1)
    peer = Saliency(tiny(style).model, [ReplaceToLinear(), GuidedBackpropagation()], clone=True)
    expected = peer(CategoricalScore(class_index), inputs(), normalize_map=False)[0]
    values = vislib.explain("guided-backprop", tiny(style), random_image(), class_index).values
    np.testing.assert_allclose(values, expected, atol=1e-5 * expected.max(), rtol=0)


@pytest.mark.parametrize("layer", ["conv1", "conv2"])
def test_grad_cam_tf_keras_vis_same_cells(class_index, layer):
    """Compared before up-sampling: the peer's aligns corners."""
    peer = Gradcam(tiny("conv_relu").model, ReplaceToLinear(), clone=True)
    expected = peer(
        CategoricalScore(class_index),
        inputs(),
        penultimate_layer=layer,
        seek_penultimate_conv_layer=False,
        expand_cam=False,
        normalize_cam=False,
    )
    heatmap = vislib.explain("grad-cam", tiny("conv_relu"), random_image(), class_index, layer=layer)
    np.testing.assert_allclose(heatmap.details["cells"], np.asarray(expected)[0], rtol=1e-4, atol=1e-6)
