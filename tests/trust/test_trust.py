"""The pointing game, the sanity check, and all figures together, on tiny networks and on the cat."""

import dataclasses

import numpy as np
import pytest
import tiny_models
from stopping import Stopped
from tiny_models import SIDE, layers, random_image, tiny

import vislib
from vislib import ModelError, ParameterError, Target, trust
from vislib.attribution import no_progress
from vislib.backend import keras
from vislib.trust.verdicts import Ground

METHODS = vislib.methods()


def red_or_green():
    """Two classes: how red the image is, how green."""
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(2, 1, use_bias=False, activation="relu", name="colours")(inputs)
    model = keras.Model(inputs, layers.Dense(2, use_bias=False)(layers.GlobalAveragePooling2D()(x)))
    model.set_weights([np.array([[1, -1], [-1, 1], [0, 0]], np.float32)[None, None], np.eye(2, dtype=np.float32)])
    return tiny_models.classifier_of(model, labels=("red", "green"), task="classification")


def plain(colour) -> np.ndarray:
    return np.full((20, 30, 3), colour, np.uint8)


def test_grid_of_two_colours_each_class_in_its_half():
    classifier = red_or_green()
    grid = trust.make_grid(classifier, [plain((200, 0, 0)), plain((190, 10, 0)), plain((0, 200, 0))])
    assert grid.class_indices == (0, 1), "two images of one class count once"
    assert (grid.picture[:, : SIDE // 2] == (200, 0, 0)).all()
    assert (grid.picture[:, SIDE // 2 :] == (0, 200, 0)).all()
    assert trust.grid_pointing(METHODS["hires-cam"](), classifier, grid) == pytest.approx((1, 1))
    assert trust.grid_pointing(METHODS["edges"](), classifier, grid) == pytest.approx((0.5, 0.5), abs=0.01)


def test_grid_needs_two_classes():
    with pytest.raises(ParameterError, match="at least two classes; the network predicts 1 for these 2"):
        trust.make_grid(red_or_green(), [plain((200, 0, 0)), plain((190, 10, 0))])


def test_randomization_goes_from_the_output_to_the_input_and_leaves_the_model():
    classifier = tiny("conv_relu")
    before = [weight.copy() for weight in classifier.model.get_weights()]
    explainers = {name: METHODS[name]().resolved(classifier) for name in ("saliency", "edges", "random")}
    found = trust.cascading_randomization(explainers, classifier, random_image(), Target(0), n_stages=3)
    stages = found["saliency"]
    assert [stage.layers for stage in stages] == [(), ("scores",), ("conv2",), ("conv1",)]
    assert [stage.share for stage in stages] == pytest.approx([0, 1 / 3, 2 / 3, 1])
    plain = explainers["saliency"].attribute(classifier, random_image(), Target(0), no_progress).values
    np.testing.assert_allclose(stages[0].values, plain, rtol=1e-4, atol=1e-6)
    assert all(np.abs(stage.values - plain).max() > 0.01 * plain.max() for stage in stages[1:]), "nothing was random"
    assert all(stage.rank_correlation == pytest.approx(1) for name in ("edges", "random") for stage in found[name])
    for old, new in zip(before, classifier.model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_randomization_again_starts_from_the_weights_as_they_are_now(monkeypatch):
    classifier = red_or_green()
    explainers = {"hires-cam": METHODS["hires-cam"]().resolved(classifier)}

    def first_map() -> np.ndarray:
        run = trust.cascading_randomization(explainers, classifier, plain((200, 40, 0))[:SIDE, :SIDE], Target(0))
        return run["hires-cam"][0].values

    before = first_map()
    monkeypatch.setattr(keras.models, "clone_model", lambda model: pytest.fail("copied again"))
    np.testing.assert_array_equal(first_map(), before)
    classifier.model.set_weights([3 * weight for weight in classifier.model.get_weights()])
    assert first_map() == pytest.approx(9 * before)


@pytest.mark.parametrize("style", sorted(tiny_models.STYLES))
def test_randomization_any_way_of_writing_reaches_every_layer(style):
    classifier = tiny(style)
    found = trust.cascading_randomization(
        {"saliency": METHODS["saliency"]()}, classifier, random_image(), Target(0), n_stages=2
    )
    counted = sum(len(stage.layers) for stage in found["saliency"])
    assert counted == len(
        [
            layer
            for layer in classifier.model._flatten_layers(include_self=False)
            if layer.weights and not hasattr(layer, "layers")
        ]
    )
    assert found["saliency"][-1].rank_correlation < 0.999


class Own(layers.Layer):
    """A layer that Keras cannot copy."""

    def __init__(self, needed):
        super().__init__()
        self.needed = needed

    def call(self, x):
        return x


def test_model_that_cannot_be_copied_is_a_sentence():
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Flatten()(Own(3)(layers.Conv2D(2, 3)(inputs)))
    model = keras.Model(inputs, layers.Dense(2)(x))
    classifier = vislib.Classifier("own", model, ("a", "b"), (SIDE, SIDE), 3, tiny_models.PLAIN)
    with pytest.raises(ModelError, match="own cannot be copied, so its weights cannot be made random"):
        trust.cascading_randomization({"saliency": METHODS["saliency"]()}, classifier, random_image(), Target(0))


def test_measure_all_figures_finite_and_baselines_last():
    classifier = tiny("conv_relu")
    progress = []
    measured = trust.measure(
        [METHODS["grad-cam"](), METHODS["saliency"]()],
        classifier,
        random_image(),
        progress=lambda done, total, partial=None: progress.append((done, total)),
    )
    assert [one.name for one in measured] == ["grad-cam", "saliency", "random", "edges"]
    for one in measured:
        figures = [value for value in one.row().values() if isinstance(value, float)]
        assert len(figures) == 8
        assert np.isfinite(figures).all()
    assert progress[0][0] == 0
    assert progress[-1][0] == progress[-1][1]
    assert [done for done, _ in progress] == sorted(done for done, _ in progress)


def test_measure_stopped_by_progress():
    def stop(done, total, partial=None):
        if done >= 1:
            raise Stopped

    with pytest.raises(Stopped):
        trust.measure([METHODS["saliency"]()], tiny("conv_relu"), random_image(), progress=stop)


@pytest.fixture(scope="module")
def cat_measured(classifier, cat):
    explainers = [METHODS[name]() for name in ("saliency", "guided-backprop", "grad-cam")]
    return {one.name: one for one in trust.measure(explainers, classifier, cat, noise_samples=0)}


def test_cat_deconvnet_beats_both_baselines_in_insertion_and_deletion(classifier, cat, cat_measured):
    (one,) = trust.measure([METHODS["deconvnet"]()], classifier, cat, baselines=False, noise_samples=0, randomize=False)
    for other in trust.BASELINES:
        assert one.deletion < cat_measured[other].deletion
        assert one.insertion > cat_measured[other].insertion


def test_cat_sanity_check_flags_edges_and_guided_backpropagation_not_gradients(cat_measured):
    """Adebayo et al. 2018 found guided backpropagation unchanged by random upper layers, and gradients changed."""
    figures = {name: one.randomized for name, one in cat_measured.items()}
    assert figures["edges"] == pytest.approx(1)
    assert figures["saliency"] < 0.5
    assert figures["grad-cam"] < 0.5
    assert figures["guided-backprop"] > 0.5
    said = {name: trust.verdict(one, list(cat_measured.values())) for name, one in cat_measured.items()}
    assert any("shows edges, not the decision" in reason.text for reason in said["edges"][1])
    assert not any("shows edges" in reason.text for reason in said["saliency"][1])


def test_collage_random_baseline_finds_neither_half(classifier, collage):
    for label, half in (("tiger cat", np.s_[:, :112]), ("espresso", np.s_[:, 112:])):
        heatmap = vislib.explain("random", classifier, collage, classifier.class_index(label))
        assert heatmap.values[half].sum() == pytest.approx(0.5 * heatmap.values.sum(), rel=0.02)


def test_a_map_that_no_noise_changes_is_told_to_ignore_the_image(cat_measured):
    one = dataclasses.replace(cat_measured["guided-backprop"], max_sensitivity=0.0)
    _, reasons = trust.verdict(one, list(cat_measured.values()))
    (noise,) = [reason for reason in reasons if reason.ground is Ground.NOISE]
    assert not noise.supports


MEASURES_BY_MAPS = {
    "randomization": lambda slow, stop: trust.cascading_randomization(
        {"rise": slow}, tiny("conv_relu"), random_image(), Target(0), progress=stop
    ),
    "max sensitivity": lambda slow, stop: trust.max_sensitivity(
        slow, tiny("conv_relu"), random_image(), Target(0), progress=stop
    ),
    "pointing": lambda slow, stop: trust.grid_pointing(
        slow, red_or_green(), trust.make_grid(red_or_green(), [plain((200, 0, 0)), plain((0, 200, 0))]), stop
    ),
}


@pytest.mark.parametrize("measure", MEASURES_BY_MAPS)
def test_measure_of_a_slow_method_can_be_stopped_within_a_map(measure):
    calls = []

    def stop(done, total):
        calls.append(done)
        if len(calls) == 4:
            raise Stopped

    with pytest.raises(Stopped):
        MEASURES_BY_MAPS[measure](METHODS["rise"](n_masks=160, n_cells=4), stop)
    assert calls == [0, 0, 0, 0]
