"""Guided backpropagation, deconvnet, guided Grad-CAM and Grad-CAM's variants, from gradients that have own tests."""

import numpy as np
import pytest
from tiny_models import SIDE, random_image, tiny

import vislib
from vislib import Target
from vislib.attribution.base import upsample
from vislib.backend import keras, tf

RULES = {"guided-backprop": "guided", "deconvnet": "deconvnet"}


def inputs():
    return random_image()[None].astype(np.float32) / 255


@pytest.mark.parametrize("method", RULES)
@pytest.mark.parametrize("style", ["relu_layers", "operations", "nested"])
def test_map_is_largest_ruled_gradient_and_not_saliency(method, style):
    for class_index in range(3):
        gradient = tiny(style).network.gradients(inputs(), Target(class_index), RULES[method])[0][0]
        heatmap = vislib.explain(method, tiny(style), random_image(), class_index)
        np.testing.assert_array_equal(heatmap.details["gradient"], gradient)
        np.testing.assert_array_equal(heatmap.values, np.abs(gradient).max(axis=-1))
        saliency = vislib.explain("saliency", tiny(style), random_image(), class_index).values
        assert np.abs(heatmap.values - saliency).max() > 0.01 * saliency.max()


def test_guided_grad_cam_is_guided_gradient_times_upsampled_grad_cam():
    for layer in ("conv1", "conv2"):
        gradient = tiny("conv_relu").network.gradients(inputs(), Target(2), "guided")[0][0]
        cam = vislib.explain("grad-cam", tiny("conv_relu"), random_image(), 2, layer=layer)
        heatmap = vislib.explain("guided-grad-cam", tiny("conv_relu"), random_image(), 2, layer=layer)
        expected = gradient * upsample(cam.details["cells"], (SIDE, SIDE))[..., None]
        assert np.abs(expected).max() > 0
        np.testing.assert_allclose(heatmap.details["gradient"], expected, rtol=1e-5, atol=1e-9)
        np.testing.assert_allclose(heatmap.values, np.abs(expected).max(axis=-1), rtol=1e-5, atol=1e-9)
        assert (heatmap.layer, heatmap.params["layer"]) == (layer, layer)


@pytest.mark.parametrize("variant", ["vanilla", "guided", "deconvnet"])
def test_grad_cam_variant_hidden_layer_run_by_hand_same_map(variant):
    """One dense layer with a ReLU lies behind the maps, and a pooling layer that passes gradients as it is."""
    conv, pool, flatten, hidden, scores = tiny("sequential").model.layers
    for class_index in range(3):
        maps = conv(inputs())
        with tf.GradientTape() as tape:
            tape.watch(maps)
            pooled = flatten(pool(maps))
        active = (pooled @ hidden.kernel + hidden.bias).numpy()[0] > 0
        arriving = scores.kernel.numpy()[:, class_index]
        passed = {
            "vanilla": arriving * active,
            "guided": np.maximum(arriving, 0) * active,
            "deconvnet": np.maximum(arriving, 0),
        }[variant]
        gradient = tape.gradient(pooled, maps, tf.constant((hidden.kernel.numpy() @ passed)[None])).numpy()[0]
        expected = np.maximum(maps.numpy()[0] @ gradient.mean(axis=(0, 1)), 0)
        heatmap = vislib.explain(
            "grad-cam", tiny("sequential"), random_image(), class_index, layer="conv1", variant=variant
        )
        np.testing.assert_allclose(heatmap.details["cells"], expected, atol=1e-5 * max(expected.max(), 1e-3))
        assert not any("No ReLU" in each for each in heatmap.notes)
        if not heatmap.values.any():
            vanilla = vislib.explain("grad-cam", tiny("sequential"), random_image(), class_index, layer="conv1")
            assert ('with the variant "vanilla" there is some' in heatmap.notes[0]) is bool(vanilla.values.any())


def test_grad_cam_variant_no_relu_behind_the_layer_vanilla_and_said_to_be():
    vanilla, guided = (
        vislib.explain("grad-cam", tiny("nested"), random_image(), 0, layer="base/relu2", variant=variant)
        for variant in ("vanilla", "guided")
    )
    np.testing.assert_allclose(guided.values, vanilla.values, rtol=1e-5, atol=1e-7)
    assert guided.notes == ("No ReLU lies between base/relu2 and the score, so this is the vanilla map.",)
    assert vanilla.notes == ()
    assert vislib.explain("grad-cam", tiny("nested"), random_image(), layer="base/conv1", variant="guided").notes == ()


def test_guided_cat_every_relu6_takes_part_and_map_is_another(classifier, cat):
    maps = [vislib.explain(name, classifier, cat).values for name in ("saliency", "guided-backprop")]
    assert np.corrcoef(*(values.ravel() for values in maps))[0, 1] < 0.9
    relus = [node.name for node in classifier.network.graph.nodes if isinstance(node.operation, keras.layers.ReLU)]
    assert classifier.network.graph_with_rule("guided").modified_relus == set(relus)
    assert len(relus) > 30
