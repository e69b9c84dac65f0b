"""What every method promises, on every way of writing a network."""

import dataclasses
import functools

import numpy as np
import pytest
import tiny_models
from method_pairs import METHODS, pairs
from quick_methods import FEW
from stopping import Stopped
from tiny_models import SIDE, random_image, tiny

import vislib
from vislib.network.network import Network

every_method = pytest.mark.parametrize("method", METHODS)
# CAM is for networks of one shape; that it refuses the others is tested with it.
every_network = pytest.mark.parametrize(
    ("method", "style"),
    [
        (method, style)
        for method, style in pairs(sorted(tiny_models.STYLES), 2, always=["conv_relu"])
        if method != "cam" or style not in tiny_models.NOT_POOLED
    ],
)


class Recorder:
    """A progress callback that remembers what it was told, and can raise at the n-th call."""

    def __init__(self, fails_at: int | None = None, error: type[BaseException] = Stopped):
        self.calls: list[tuple[int, int, np.ndarray | None]] = []
        self.fails_at, self.error = fails_at, error

    def __call__(self, done, total, partial=None):
        self.calls.append((done, total, partial))
        if len(self.calls) == self.fails_at:
            raise self.error("stop")


@functools.cache
def fingerprint_at_first(style: str) -> list[np.ndarray]:
    """Of a network that no method has seen; `tiny` and all that is kept here are made in this order."""
    return fingerprint(tiny(style))


def fingerprint(classifier) -> list[np.ndarray]:
    """All that may not change: the weights, and the output on one input, computed by Keras itself."""
    probe = np.random.default_rng(1).random((2, SIDE, SIDE, classifier.channels), np.float32)
    return [*classifier.model.get_weights(), np.asarray(classifier.model(probe, training=False))]


def assert_unchanged(style: str) -> None:
    for old, new in zip(fingerprint_at_first(style), fingerprint(tiny(style)), strict=True):
        np.testing.assert_array_equal(old, new)


@functools.cache
def explained(method: str, style: str, class_index: int | None = None) -> tuple[vislib.Heatmap, Recorder]:
    """A map and what was reported on the way, computed once for all tests."""
    fingerprint_at_first(style)
    progress = Recorder()
    few = FEW.get(method, {})
    return vislib.explain(method, tiny(style), random_image(), class_index, progress=progress, **few), progress


@every_network
def test_heatmap_any_network_finite_float32_at_input_size(method, style):
    heatmap, _ = explained(method, style)
    assert heatmap.values.shape == (SIDE, SIDE)
    assert heatmap.values.dtype == np.float32
    assert np.isfinite(heatmap.values).all()
    assert heatmap.signed or heatmap.values.min() >= 0
    assert heatmap.method == method


@every_network
def test_heatmap_computed_twice_same_and_model_unchanged(method, style):
    first, _ = explained(method, style, 1)
    second = vislib.explain(method, tiny(style), random_image(), 1, **FEW.get(method, {}))
    np.testing.assert_array_equal(first.values, second.values)
    assert_unchanged(style)


@every_network
def test_progress_any_network_rises_to_total(method, style):
    _, progress = explained(method, style)
    done, totals, partials = zip(*progress.calls, strict=True)
    assert list(done) == sorted(set(done))
    assert len(set(totals)) == 1
    assert done[0] == 0
    assert done[-1] == totals[0]
    for partial in partials:
        assert partial is None or (partial.shape == (SIDE, SIDE) and np.isfinite(partial).all())


def assert_cancelled(method: str, style: str, error: type[BaseException]) -> None:
    fingerprint_at_first(style)
    progress = Recorder(fails_at=2, error=error)
    with pytest.raises(error, match="stop"):
        vislib.explain(method, tiny(style), random_image(), progress=progress, **FEW.get(method, {}))
    assert len(progress.calls) == 2, "it went on after it was stopped"


@every_network
def test_progress_raises_cancels_and_leaves_model_unchanged(method, style):
    assert_cancelled(method, style, Stopped)
    assert_unchanged(style)


@every_method
def test_progress_raises_an_ordinary_error_cancels(method):
    assert_cancelled(method, "conv_relu", RuntimeError)


@every_method
def test_progress_raises_before_first_batch_nothing_computed(method, monkeypatch):
    classifier = tiny("conv_relu")
    calls = []
    for name in ("gradients", "maps_and_gradients", "maps", "values_of_scaled_maps", "relevance"):
        monkeypatch.setattr(classifier.network, name, lambda *arguments, **options: calls.append(arguments))
    with pytest.raises(Stopped):
        vislib.explain(method, classifier, random_image(), progress=Recorder(fails_at=1))
    assert not calls


@every_network
def test_score_of_a_class_is_its_logit(method, style):
    heatmap, _ = explained(method, style, 1)
    assert heatmap.score == pytest.approx(float(tiny(style).logits(random_image())[1]), rel=1e-5)
    assert (heatmap.class_index, heatmap.label) == (1, "class 1")


@every_network
def test_class_index_none_is_top_class(method, style):
    heatmap, _ = explained(method, style)
    assert heatmap.class_index == tiny(style).predict(random_image(), top=1)[0].index


@every_method
def test_classes_have_different_maps_unless_said_to_know_no_class(method):
    maps = {explained(method, "conv_relu", index)[0].values.tobytes() for index in range(4)}
    assert (len(maps) > 1) is vislib.methods()[method].class_discriminative


@every_method
def test_asks_the_network_for_gradients_only_if_it_needs_them(method, monkeypatch):
    asked = []
    for name in ("gradients", "maps_and_gradients", "rescaled_gradients", "bias_terms", "relevance"):
        real = getattr(Network, name)

        def noted(*arguments, _name=name, _real=real, **options):
            asked.append(_name)
            return _real(*arguments, **options)

        monkeypatch.setattr(Network, name, noted)
    vislib.explain(method, tiny("conv_relu"), random_image(), 1)
    assert bool(asked) is vislib.methods()[method].needs_gradients


@every_method
def test_params_defaults_filled_in_and_recorded(method):
    heatmap = vislib.explain(method, tiny("conv_relu"), random_image())
    assert set(heatmap.params) == {spec.name for spec in dataclasses.fields(vislib.methods()[method])}
    assert None not in heatmap.params.values()
    # What was recorded is enough to get the same map again.
    again = vislib.explain(method, tiny("conv_relu"), random_image(), heatmap.class_index, **heatmap.params)
    np.testing.assert_array_equal(again.values, heatmap.values)


@functools.cache
def cropping() -> vislib.Classifier:
    """A classifier that sees the middle of a photograph."""
    return tiny_models.classifier_of(tiny("conv_relu").model, preprocess="0..1", crop="centre")


@every_method
def test_heatmap_of_photograph_tells_box_and_image_size(method):
    classifier = cropping()
    heatmap = vislib.explain(method, classifier, random_image(40, 80), **FEW.get(method, {}))
    assert heatmap.image_size == (40, 80)
    assert vars(heatmap.box) == {"top": 2.5, "left": 22.5, "height": 35.0, "width": 35.0}
    assert heatmap.model == classifier.key


@every_method
def test_explain_does_not_change_the_image(method):
    image = random_image()
    vislib.explain(method, tiny("conv_relu"), image, **FEW.get(method, {}))
    np.testing.assert_array_equal(image, random_image())


@every_method
def test_describes_itself_for_people(method):
    explainer = vislib.methods()[method]
    assert explainer.name == method
    assert explainer.title
    assert explainer.question.endswith("?")
    assert explainer.family in ("perturbation", "gradient", "class activation", "baseline")
    assert "arXiv" in explainer.reference or "doi" in explainer.reference
    assert explainer.caveat.endswith(".")
    assert all(spec.metadata["label"] and spec.metadata["help"] for spec in dataclasses.fields(explainer))


def test_registry_changed_by_caller_stays_whole():
    vislib.methods().clear()
    assert len(vislib.methods()) == len(METHODS) >= 4
