"""A second opinion: tf-keras-vis agrees where it is right, and where it is not the reason is said.

Where it differs, its map is compared with its own definition in NumPy: what is said of it is true.
"""

import numpy as np
import pytest
from stopping import Stopped
from tiny_models import STYLES, classifier_of, keras_logits, random_image, seeded, tiny

import vislib
from vislib import opinion
from vislib.backend import keras, tf
from vislib.errors import ModelError, ParameterError
from vislib.opinion.result import correlation, largest_difference, rounding

RIGHT = ("saliency", "grad-cam", "layer-cam")


@pytest.mark.parametrize("style", sorted(STYLES))
@pytest.mark.parametrize("method", RIGHT)
def test_agrees_where_tf_keras_vis_is_right(method, style):
    """Also with nested models, operations, ReLU layers, one sigmoid: it gets the flat graph and the layer."""
    before = [weight.copy() for weight in tiny(style).model.get_weights()]
    found = vislib.second_opinion(method, tiny(style), random_image(), 1)
    assert found.largest_difference <= 1e-3
    assert found.agrees
    assert "gives the same map" in found.in_words()
    assert found.reasons == ()
    assert found.values.shape == found.ours.values.shape
    for old, new in zip(before, tiny(style).model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_agrees_on_the_network_that_comes_with_vislib():
    classifier, image = vislib.load_classifier("efficientnet-lite0"), vislib.load_image("sample_images/cat.jpg")
    found = vislib.second_opinion("grad-cam", classifier, image)
    assert found.largest_difference <= 1e-3
    assert found.correlation == pytest.approx(1, abs=1e-6)
    other, shifted = found.by_itself
    assert "'head_conv'" in other
    assert "'head_relu'" in other
    assert "15.5 pixels" in shifted


@pytest.mark.parametrize("class_index", [0, 1])
def test_agrees_for_both_classes_of_one_sigmoid(class_index):
    found = vislib.second_opinion("grad-cam", tiny("one_sigmoid"), random_image(), class_index)
    assert found.agrees


@pytest.mark.parametrize(
    "target",
    [
        vislib.Target(1, against=2),
        vislib.Target(1, counterfactual=True),
        -2.0 * vislib.Target(1),
        vislib.targets.Output(2),
        vislib.targets.Channel("conv2", 3),
        vislib.targets.Neuron("conv2", 3, 1, 2),
    ],
    ids=lambda target: target.in_words(),
)
def test_agrees_for_other_targets(target):
    assert vislib.second_opinion("saliency", tiny("conv_relu"), random_image(), target).agrees


def test_agrees_on_a_predicted_number():
    inputs = keras.Input((12, 12, 3))
    maps = keras.layers.Conv2D(5, 3, activation="relu", name="maps")(inputs)
    model = seeded(keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Flatten()(maps))))
    classifier = classifier_of(model, task="regression")
    assert vislib.second_opinion("layer-cam", classifier, random_image(), 0).agrees


@pytest.mark.parametrize("target", [vislib.Target(1, score="probability"), vislib.Target(1) + vislib.Target(2)])
def test_target_it_is_not_asked_for_is_said(target):
    with pytest.raises(ParameterError, match="It takes the logit of a class"):
        vislib.second_opinion("saliency", tiny("conv_relu"), random_image(), target)


def test_guided_backpropagation_agrees_where_relus_are_activations_and_only_there():
    same = vislib.second_opinion("guided-backprop", tiny("conv_relu"), random_image(), 1)
    assert same.agrees
    assert same.reasons == ()
    other = vislib.second_opinion("guided-backprop", tiny("nested"), random_image(), 1)
    assert not other.agrees
    (reason,) = other.reasons
    assert "1 of the 2 ReLUs" in reason
    assert "'base/relu2'" in reason
    assert "The reason is known." in other.in_words()


def test_guided_backpropagation_leaves_the_model_as_it_was():
    classifier = tiny("conv_relu")
    before = [layer.activation for layer in classifier.model.layers if hasattr(layer, "activation")]
    vislib.second_opinion("guided-backprop", classifier, random_image(), 1)
    assert [layer.activation for layer in classifier.model.layers if hasattr(layer, "activation")] == before


def test_smoothgrad_agrees_without_noise_and_says_why_not_with_it():
    assert vislib.second_opinion("smoothgrad", tiny("conv_relu"), random_image(), 1, n_samples=3, noise=0.0).agrees
    found = vislib.second_opinion("smoothgrad", tiny("conv_relu"), random_image(), 1, n_samples=30, noise=0.5)
    assert not found.agrees
    assert found.values.mean() > 1.05 * found.ours.values.mean()  # the noise adds up
    assert "absolute value" in found.reasons[0]


def maps_and_gradients(classifier, class_index):
    network = classifier.network
    inputs = classifier.preprocess_input(random_image()[None])
    maps, gradients, _ = network.maps_and_gradients(inputs, "conv1", classifier.target(class_index))
    return maps[0].astype(np.float64), gradients[0].astype(np.float64)


def test_grad_cam_plus_plus_is_what_is_said_of_it():
    """exp(score) times the map whose α sum to 1 in each channel."""
    classifier = tiny("one_sigmoid")
    found = vislib.second_opinion("grad-cam++", classifier, random_image(), 1, layer="conv1")
    maps, gradients = maps_and_gradients(classifier, 1)
    squares = gradients**2
    denominator = 2 * squares + squares * gradients * maps.sum(axis=(0, 1))
    alpha = squares / np.where(denominator == 0, 1, denominator)
    sums = alpha.sum(axis=(0, 1))
    weights = (alpha / np.where(sums == 0, 1, sums) * np.maximum(gradients, 0)).sum(axis=(0, 1))
    expected = np.exp(found.ours.score) * np.maximum(maps @ weights, 0)
    cells = found.cells
    np.testing.assert_allclose(cells, expected, rtol=2e-3, atol=2e-4 * expected.max())
    assert not found.same_number
    assert "each map divided by its own" in found.figures
    assert any("exp(score)" in reason for reason in found.reasons)


def test_grad_cam_plus_plus_overflow_is_said():
    classifier = tiny("conv_relu")
    score = float(classifier.logits(random_image())[1])
    found = vislib.second_opinion("grad-cam++", classifier, random_image(), 200 / score * vislib.Target(1))
    assert found.ours.score == pytest.approx(200, rel=1e-4)
    assert found.largest_difference == float("inf")
    assert found.correlation is None
    assert "NaN or infinite" in found.reasons[-1]


@pytest.mark.parametrize("style", ["conv_relu", "many_sigmoids"])
def test_score_cam_is_what_is_said_of_it(style):
    """Softmax of the logits, nothing subtracted; the masks as scipy's zoom makes them."""
    from scipy.ndimage import zoom

    classifier = tiny(style)
    found = vislib.second_opinion("score-cam", classifier, random_image(), 1, layer="conv1")
    maps = maps_and_gradients(classifier, 1)[0]
    masks = np.stack([zoom(maps[..., k], 12 / 10, order=1, mode="nearest") for k in range(maps.shape[-1])])
    low, high = masks.min(axis=(1, 2), keepdims=True), masks.max(axis=(1, 2), keepdims=True)
    masks = (masks - low) / (high - low + 1e-7)
    logits = keras_logits(classifier, random_image() * masks[..., None])
    scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    expected = np.maximum(maps @ scores[:, 1], 0)
    np.testing.assert_allclose(found.cells, expected, rtol=1e-4, atol=1e-5)
    assert "does not subtract" in found.reasons[0]
    assert (style == "many_sigmoids") == any("applies softmax" in reason for reason in found.reasons)


def test_score_cam_of_one_sigmoid_weighs_every_channel_alike_and_says_so():
    found = vislib.second_opinion("score-cam", tiny("one_sigmoid"), random_image(), 1)
    maps = maps_and_gradients(tiny("one_sigmoid"), 1)[0]
    np.testing.assert_allclose(found.cells, maps.sum(axis=-1), rtol=1e-5)
    assert any("every channel has the same weight" in reason for reason in found.reasons)


def test_score_cam_too_large_is_refused_with_a_way_on(monkeypatch):
    monkeypatch.setattr("vislib.opinion.peer.MOST_BYTES", 8 * 12 * 12 * 3 * 4 * 2)
    with pytest.raises(ParameterError, match="`max_channels` to at most 2"):
        vislib.second_opinion("score-cam", tiny("conv_relu"), random_image(), 1)
    assert vislib.second_opinion("score-cam", tiny("conv_relu"), random_image(), 1, max_channels=2)


@pytest.mark.parametrize("style", ["conv_relu", "relu_layers", "nested", "one_sigmoid", "grey"])
@pytest.mark.parametrize("start", [None, random_image()], ids=["noise", "image"])
def test_activation_maximization_agrees(style, start):
    found = vislib.second_opinion("activation-maximization", tiny(style), start, 1, steps=12)
    assert found.largest_difference <= 1e-3
    assert found.picture.shape == found.ours.picture.shape == (12, 12, 3)
    assert np.abs(found.picture.astype(int) - found.ours.picture).max() <= 1
    assert "gives the same picture" in found.in_words()


def test_activation_maximization_agrees_on_a_channel_before_its_relu():
    target = vislib.targets.Channel("relu1", 1)
    assert vislib.second_opinion("activation-maximization", tiny("relu_layers"), None, target, steps=4).agrees


def test_activation_maximization_moves_by_the_step_asked_for():
    found = vislib.second_opinion("activation-maximization", tiny("conv_relu"), None, 1, steps=1, step=0.02)
    start = vislib.second_opinion("activation-maximization", tiny("conv_relu"), None, 1, steps=1, step=1e-5)
    moved = found.values - start.values
    assert np.sqrt((moved**2).mean()) == pytest.approx(0.02, rel=1e-2)


def test_activation_maximization_refuses_what_it_does_not_take():
    with pytest.raises(ParameterError, match="it takes steps, step, seed"):
        vislib.second_opinion("activation-maximization", tiny("conv_relu"), None, 1, parametrization=None)
    with pytest.raises(ParameterError, match="Name what the picture shall excite"):
        vislib.second_opinion("activation-maximization", tiny("conv_relu"), None)


def test_difference_by_rounding_is_told_from_one_that_is_not():
    """As measured by a step of one unit in the last place."""
    assert rounding(0.1, np.ones(3), np.ones(3) * 1.05) != ()
    assert rounding(0.1, np.ones(3), np.ones(3) * 1.0001) == ()


def test_difference_by_rounding_is_said(monkeypatch):
    from vislib.opinion import peer

    real, factors = peer.raw_map, iter((2, 3))
    monkeypatch.setattr(peer, "raw_map", lambda *given: next(factors) * real(*given))
    found = vislib.second_opinion("saliency", tiny("conv_relu"), random_image(), 1)
    assert found.reasons[0].startswith("Rounding makes the difference")
    assert "changes by 0.5 of its largest value" in found.reasons[0]


def test_unknown_difference_is_said(monkeypatch):
    from vislib.opinion import peer

    real = peer.raw_map
    monkeypatch.setattr(peer, "raw_map", lambda *given: 2 * real(*given))
    found = vislib.second_opinion("saliency", tiny("conv_relu"), random_image(), 1)
    assert found.largest_difference == pytest.approx(1, rel=1e-3)
    assert found.correlation == pytest.approx(1)
    assert found.in_words().endswith("The reason is not known.")


def test_what_it_does_by_itself_is_true():
    nested = vislib.second_opinion("grad-cam", tiny("nested"), random_image(), 1)
    assert any("nested model 'base'" in sentence for sentence in nested.by_itself)
    sequential = vislib.second_opinion("saliency", tiny("sequential"), random_image(), 1)
    assert sequential.by_itself == ("Its ReplaceToLinear, which leaves the softmax out, fails on a Sequential model.",)
    separate = vislib.second_opinion("saliency", tiny("softmax_layer"), random_image(), 1)
    assert "explain the probability" in separate.by_itself[0]
    assert vislib.second_opinion("saliency", tiny("conv_relu"), random_image(), 1).by_itself == ()


def test_method_it_has_not_is_said():
    with pytest.raises(ParameterError, match=r"no second opinion on 'rise': tf-keras-vis has saliency"):
        vislib.second_opinion("rise", tiny("conv_relu"), random_image(), 1)
    with pytest.raises(ParameterError, match="plain gradient only"):
        vislib.second_opinion("grad-cam", tiny("conv_relu"), random_image(), 1, variant="guided")
    with pytest.raises(ParameterError, match="needs an image"):
        vislib.second_opinion("saliency", tiny("conv_relu"), None, 1)


def test_failure_of_it_is_a_sentence(monkeypatch):
    from tf_keras_vis.saliency import Saliency

    def fails(*_, **__):
        raise ValueError("no such thing")

    monkeypatch.setattr(Saliency, "__call__", fails)
    with pytest.raises(ModelError, match=r"tf-keras-vis fails on .*: no such thing"):
        vislib.second_opinion("saliency", tiny("conv_relu"), random_image(), 1)


def test_missing_package_is_a_sentence(monkeypatch):
    from importlib import metadata

    from vislib.opinion import peer

    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(peer.metadata, "version", missing)
    with pytest.raises(ModelError, match="pip install"):
        vislib.second_opinion("saliency", tiny("conv_relu"), random_image(), 1)


@pytest.mark.parametrize("method", ["smoothgrad", "activation-maximization"])
def test_progress_can_stop_it_at_every_pass(method):
    calls = []

    def progress(done, total, partial=None):
        calls.append((done, total))
        if calls.count((1, 2)) == 4:  # one between the two results, and one at each pass
            raise Stopped("stop")

    with pytest.raises(Stopped):
        vislib.second_opinion(method, tiny("conv_relu"), random_image(), 1, progress)
    assert (2, 2) not in calls


def test_heatmap_of_it_is_saved_as_ours_is(tmp_path):
    found = vislib.second_opinion("grad-cam", tiny("conv_relu"), random_image(), 1)
    assert found.heatmap.title == "Grad-CAM by tf-keras-vis"
    path = vislib.save(found.heatmap, tmp_path / "its.npz", random_image())
    with np.load(tmp_path / "its.npz" if path is None else path) as arrays:
        np.testing.assert_array_equal(arrays["values"], found.values)


@pytest.mark.parametrize(
    ("theirs", "ours", "same_number", "expected"),
    [
        ([1.0, 2.0], [1.0, 4.0], True, 0.5),
        ([1.0, 2.0], [1.0, 4.0], False, 0.25),
        ([0.0, 0.0], [0.0, 0.0], True, 0.0),
        ([0.0, 1.0], [0.0, 0.0], True, float("inf")),
        ([0.0, 0.0], [0.0, 1.0], False, 1.0),
        ([np.nan, 0.0], [0.0, 1.0], True, float("inf")),
    ],
)
def test_largest_difference_by_hand(theirs, ours, same_number, expected):
    assert largest_difference(np.array(theirs), np.array(ours), same_number) == expected


def test_correlation_by_hand():
    assert correlation(np.array([1.0, 2, 3]), np.array([2.0, 4, 6])) == pytest.approx(1)
    assert correlation(np.array([1.0, 2, 3]), np.array([3.0, 2, 1])) == pytest.approx(-1)
    assert correlation(np.array([1.0, 1, 1]), np.array([3.0, 2, 1])) is None


def test_every_method_named_exists():
    assert set(opinion.MAPS) <= set(vislib.methods())
    assert tf  # imported with the first network only
