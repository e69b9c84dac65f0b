"""Blank and odd maps explain themselves: each note's reason is made to hold, and its way on is followed."""

import numpy as np
import pytest
from any_networks import loaded
from quick_methods import FEW
from tiny_models import PLAIN, SIDE, random_image, seeded, tiny

import vislib
from vislib.backend import keras
from vislib.targets import Channel

layers = keras.layers
IMAGE = random_image()
RELU_METHODS = ["grad-cam", "grad-cam++", "xgrad-cam", "layer-cam", "guided-grad-cam"]
QUICK = {name: FEW[name] for name in ("rise", "lime", "kernel-shap", "sobol", "hsic")}


def against(scale: float = -1.0):
    """Every weight of the class is negative, so every place speaks against it; not so before `conv2`."""
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(6, 3, activation="relu", name="conv1")(inputs)
    x = layers.Conv2D(6, 3, activation="relu", name="conv2")(x)
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x)))
    seeded(model)
    model.layers[-1].kernel.assign(scale * np.abs(model.layers[-1].kernel))
    return vislib.load_classifier(model, preprocess=PLAIN)


def dead(layer: str, value: float = -9.0):
    """All maps of a layer are 0, as its biases are far below 0."""
    classifier = against(1.0)
    classifier.model.get_layer(layer).bias.assign([value] * 6)
    return classifier


def note(method, classifier, image=IMAGE, target=0, **params) -> str:
    """The notes of a map that is the same everywhere."""
    heatmap = vislib.explain(method, classifier, image, target, **{**QUICK.get(method, {}), **params})
    assert np.ptp(heatmap.values) <= 1e-6 * max(1, abs(heatmap.score))
    assert heatmap.notes
    return " ".join(heatmap.notes)


@pytest.mark.parametrize("method", RELU_METHODS)
def test_relu_that_leaves_nothing_is_said_with_the_signed_map_and_another_layer(method):
    classifier = against()
    # What `conv1` shows weakens `conv2`, which speaks against the class: evidence for the class.
    conv = classifier.model.get_layer("conv2")
    conv.set_weights([-0.01 * np.abs(conv.get_weights()[0]), np.full(6, 5.0)])
    said = note(method, classifier)
    assert "No place of layer 'conv2' has positive evidence" in said
    cells = vislib.explain(method, classifier, IMAGE, 0).details["signed_cells"]
    assert cells.max() <= 0
    drops_negative_gradients = method in ("layer-cam", "grad-cam++")
    assert ("keeps positive gradients only" in said) is drops_negative_gradients
    assert ("(ReLU)" in said) is ('details["signed_cells"]' in said) is not drops_negative_gradients
    assert (cells.min() < 0) is not drops_negative_gradients
    assert "HiRes-CAM at the same layer" in said
    assert vislib.explain("hires-cam", classifier, IMAGE, 0, layer="conv2").values.min() < 0
    assert "Grad-CAM finds some at the layer conv1." in said
    assert vislib.explain("grad-cam", classifier, IMAGE, 0, layer="conv1").values.max() > 0


@pytest.mark.parametrize("method", ["ablation-cam", "score-cam"])
def test_measured_channels_that_all_speak_against_the_class(method):
    classifier = against()
    said = note(method, classifier, **({"weights": "logit"} if method == "score-cam" else {}))
    assert "No place of layer 'conv2' has positive evidence" in said
    heatmap = vislib.explain(method, classifier, IMAGE, 0, layer="conv1", max_channels=6)
    assert heatmap.details["signed_cells"].shape == heatmap.details["cells"].shape


@pytest.mark.parametrize("method", [*RELU_METHODS, "hires-cam", "eigen-cam", "score-cam", "ablation-cam", "cam"])
def test_maps_that_are_all_zero_are_said_with_a_layer_that_is_not(method):
    classifier = dead("conv2")
    said = note(method, classifier)
    assert "All maps of layer 'conv2' are 0 for this image" in said
    assert "Those of layer='conv1' are not." in said
    assert vislib.feature_maps(classifier, IMAGE, "conv1").any()
    assert np.ptp(vislib.explain("eigen-cam", classifier, IMAGE, 0, layer="conv1").values) > 0


@pytest.mark.parametrize("method", ["grad-cam", "hires-cam", "layer-cam"])
def test_gradient_that_is_zero_at_a_layer_is_said(method):
    said = note(method, dead("conv2"), layer="conv1")
    assert "The gradient of the target by layer 'conv1' is 0" in said
    assert "such as occlusion" in said


@pytest.mark.parametrize("method", ["saliency", "gradient-x-input", "smoothgrad", "vargrad", "integrated-gradients"])
def test_gradient_that_is_zero_at_every_pixel_is_said_and_occlusion_works(method):
    # The ReLUs are 0 for this bright image; covered parts wake them.
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(6, 3, activation="relu", name="conv")(inputs)
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x)))
    conv = model.get_layer("conv")
    conv.set_weights([np.full((3, 3, 3, 6), -1.0), np.full(6, 20.0)])
    classifier, bright = vislib.load_classifier(model, preprocess=PLAIN), np.full((SIDE, SIDE, 3), 255, np.uint8)
    params = {"baseline": "white"} if method == "integrated-gradients" else {}
    if method in ("smoothgrad", "vargrad"):
        params = {"noise": 0.01, "n_samples": 3}
    said = note(method, classifier, bright, **params)
    if method == "integrated-gradients":
        assert "equals the baseline (white)" in said
        assert np.ptp(vislib.explain(method, classifier, bright, 0, baseline="black").values) >= 0
        return
    assert "The gradient of the target is 0 at every pixel" in said
    assert "such as occlusion" in said
    covered = vislib.explain("occlusion", classifier, bright, 0, grey=0, patch_px=4)
    assert np.ptp(covered.values) > 0


def test_saturated_probability_is_said_and_the_logit_works():
    classifier = against(1.0)
    classifier.model.layers[-1].bias.assign([300.0, 0, 0])
    said = note("saliency", classifier, target=vislib.Target(0, score="probability"))
    assert 'The probability is saturated; explain the logit instead, with score="logit".' in said
    assert np.ptp(vislib.explain("saliency", classifier, IMAGE, vislib.Target(0, score="logit")).values) > 0


def test_input_that_is_zero_is_said_and_saliency_works():
    classifier, black = tiny("conv_relu"), np.zeros((SIDE, SIDE, 3), np.uint8)
    classifier = against(1.0)
    classifier.model.get_layer("conv1").bias.assign([1.0] * 6)
    assert "input is 0 at every pixel" in note("gradient-x-input", classifier, black)
    assert vislib.explain("saliency", classifier, black, 0).values.any()


def test_linear_network_has_no_variance_and_saliency_works():
    said = note("vargrad", tiny("linear"))
    assert "linear near this image" in said
    assert np.ptp(vislib.explain("saliency", tiny("linear"), IMAGE, 0).values) > 0
    assert "Choose a larger `noise`" in note("vargrad", tiny("conv_relu"), noise=0.0)
    assert np.ptp(vislib.explain("vargrad", tiny("conv_relu"), IMAGE, 0, noise=0.5).values) > 0


@pytest.mark.parametrize("method", ["occlusion", "rise", "lime", "kernel-shap"])
def test_score_that_never_moves_is_said(method):
    classifier = dead("conv2")
    said = note(method, classifier)
    assert "the network does not react to what is covered" in said
    np.testing.assert_array_equal(classifier.logits(IMAGE), classifier.logits(random_image(seed=7)))


@pytest.mark.parametrize("method", ["occlusion", "rise", "lime", "kernel-shap"])
def test_fill_that_equals_the_image_is_said_and_another_works(method):
    grey = np.full((SIDE, SIDE, 3), 127, np.uint8)
    assert "Choose another `fill` or `grey`" in note(method, tiny("conv_relu"), grey)
    assert np.ptp(vislib.explain(method, tiny("conv_relu"), grey, 0, grey=0, **QUICK.get(method, {})).values) > 0


def test_patch_as_large_as_the_image_is_said():
    assert "Choose a smaller `patch_px`" in note("occlusion", tiny("conv_relu"), patch_px=SIDE)
    assert np.ptp(vislib.explain("occlusion", tiny("conv_relu"), IMAGE, 0, patch_px=4).values) > 0


def test_image_without_edges_is_said():
    assert "it has no edges" in note("edges", tiny("conv_relu"), np.full((SIDE, SIDE, 3), 9, np.uint8))


def test_constant_map_that_is_not_zero_is_said():
    # 1 × 1 kernels without padding: a flat image has flat maps.
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(6, 1, activation="relu", name="conv")(inputs))
    model = seeded(keras.Model(inputs, layers.Dense(3, activation="softmax")(x)))
    model.layers[-1].kernel.assign(np.abs(model.layers[-1].kernel))
    classifier = vislib.load_classifier(model, preprocess=PLAIN)
    said = note("grad-cam", classifier, np.full((SIDE, SIDE, 3), 200, np.uint8))
    assert "same value everywhere" in said
    assert "So has each map of layer 'conv'" in said


def test_values_that_are_no_numbers_are_said_and_occlusion_works():
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(4, 3, activation="relu")(keras.ops.sqrt(inputs))
    model = seeded(keras.Model(inputs, layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x))))
    classifier, image = vislib.load_classifier(model, preprocess=PLAIN), IMAGE.copy()
    image[:6] = 0
    (said,) = vislib.explain("saliency", classifier, image, 0).notes
    assert "% of the map is NaN or infinite" in said
    heatmap = vislib.explain("occlusion", classifier, image, 0)
    assert np.isfinite(heatmap.values).all()
    assert not heatmap.notes


@pytest.mark.parametrize("method", sorted(vislib.methods()))
def test_map_that_shows_something_has_no_such_note(method):
    heatmap = vislib.explain(method, tiny("conv_relu"), IMAGE, **QUICK.get(method, {}))
    assert np.ptp(heatmap.values) > 0
    assert not any("everywhere" in each or "(ReLU)" in each or "NaN" in each for each in heatmap.notes)


class TestSeveralBranches:
    def test_default_layer_of_two_backbones_names_the_other(self):
        classifier = loaded("two backbones of equal names")
        heatmap = vislib.explain("grad-cam", classifier, IMAGE, 0)
        other = {"left/conv": "right/conv", "right/conv": "left/conv"}[heatmap.layer]
        assert f"this map shows that of '{heatmap.layer}' alone. See also layer='{other}'." in " ".join(heatmap.notes)
        second = vislib.explain("grad-cam", classifier, IMAGE, 0, layer=other)
        assert second.layer == other
        assert not np.array_equal(second.values, heatmap.values)

    def test_one_branch_or_a_hidden_target_has_no_such_note(self):
        assert not vislib.explain("hires-cam", tiny("conv_relu"), IMAGE, 0).notes
        classifier = loaded("two backbones of equal names")
        heatmap = vislib.explain("hires-cam", classifier, IMAGE, Channel("left/conv", 0), layer="left/conv")
        assert not any("branches" in each for each in heatmap.notes)


class TestTinyImages:
    @pytest.mark.parametrize("method", ["lime", "kernel-shap"])
    @pytest.mark.parametrize(("side", "n_segments"), [(8, 9), (12, 9), (20, 11), (5, 6)])
    def test_default_superpixels_are_fewer_and_it_is_said(self, method, side, n_segments):
        classifier = self.classifier(side)
        heatmap = vislib.explain(method, classifier, random_image(side, side), 0, n_samples=64)
        assert heatmap.params["n_segments"] == n_segments
        assert np.ptp(heatmap.values) > 0
        usual = 40 if method == "lime" else 20
        assert f"only {side} × {side} pixels" in " ".join(heatmap.notes)
        assert f"about {n_segments} superpixels, not {usual}" in " ".join(heatmap.notes)
        more = vislib.explain(method, classifier, random_image(side, side), 0, n_samples=64, n_segments=side * 3)
        assert len(more.details["superpixel_values"]) != len(heatmap.details["superpixel_values"])
        assert not any("pixels, so the default" in each for each in more.notes)

    @pytest.mark.parametrize("method", ["lime", "kernel-shap"])
    def test_region_that_slic_does_not_divide_becomes_rectangles(self, method):
        heatmap = vislib.explain(method, self.classifier(3), random_image(3, 3), 0, n_samples=64)
        assert len(heatmap.details["superpixel_values"]) == 2
        assert "superpixels are rectangles (grid)" in " ".join(heatmap.notes)

    def test_single_superpixel_is_said_and_more_of_them_work(self):
        classifier = self.classifier(8)
        assert "Choose a larger `n_segments`" in note("lime", classifier, random_image(8, 8), n_segments=1)
        assert np.ptp(vislib.explain("lime", classifier, random_image(8, 8), 0, n_segments=9).values) > 0

    @staticmethod
    def classifier(side):
        inputs = keras.Input((side, side, 3))
        x = layers.Conv2D(6, 3, padding="same", activation="relu")(inputs)
        x = layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x))
        return vislib.load_classifier(seeded(keras.Model(inputs, x)), preprocess=PLAIN)


@pytest.mark.parametrize("method", ["grad-cam", "saliency", "occlusion"])
def test_score_of_rounding_errors_is_nothing_to_explain(method):
    classifier = tiny("conv_relu")
    head = classifier.model.layers[-1]
    kept = head.get_weights()
    try:
        head.set_weights([weight * 1e-13 for weight in kept])
        heatmap = vislib.explain(method, classifier, random_image(), 0)
        assert heatmap.negligible
        assert any("there is nothing to explain" in note for note in heatmap.notes)
        drawn, blank = (vislib.render.overlay(random_image(), heatmap, opacity) for opacity in (1, 0))
        np.testing.assert_array_equal(np.asarray(drawn), np.asarray(blank))
    finally:
        head.set_weights(kept)
    assert not vislib.explain(method, classifier, random_image(), 0).negligible
