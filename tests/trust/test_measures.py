"""Each measure in closed form, or by a plain loop."""

import numpy as np
import pytest
import tiny_models
from tiny_models import SIDE, layers, random_image, tiny

import vislib
from vislib import Target, trust
from vislib.attribution import no_progress
from vislib.attribution.fills import cover_image
from vislib.backend import keras


def summing():
    """Two classes; the first's logit is the sum of the input, 0..1 a channel."""
    inputs = keras.Input((SIDE, SIDE, 3))
    model = keras.Model(inputs, layers.Dense(2)(layers.Flatten()(inputs)))
    kernel = np.zeros((SIDE * SIDE * 3, 2), np.float32)
    kernel[:, 0] = 1
    model.set_weights([kernel, np.zeros(2, np.float32)])
    return tiny_models.classifier_of(model, task="classification")


def distinct_image() -> np.ndarray:
    """No two pixels are equally bright."""
    levels = np.random.default_rng(0).permutation(SIDE * SIDE).reshape(SIDE, SIDE)
    return np.repeat(levels[..., None], 3, axis=2).astype(np.uint8)


def test_deletion_of_a_sum_by_the_perfect_map_is_least():
    classifier, image = summing(), distinct_image()
    perfect = image[..., 0].astype(np.float32)
    target, n = Target(0), SIDE * SIDE
    curve = trust.deletion(classifier, image, perfect, target, n_steps=n, fill="grey")
    # f = Σ x: after covering the k brightest with 127, what is left is known.
    ordered = np.sort(image[..., 0].ravel().astype(float))[::-1]
    left = np.array([3 * (ordered[k:].sum() + 127 * k) / 255 for k in range(n + 1)])
    np.testing.assert_allclose(curve.scores, left, rtol=1e-5)
    np.testing.assert_allclose(curve.shares, np.arange(n + 1) / n)
    assert curve.area == pytest.approx((left[1:] + left[:-1]).sum() / 2 / n, rel=1e-5)
    for seed in range(5):
        other = np.random.default_rng(seed).random((SIDE, SIDE))
        assert trust.deletion(classifier, image, other, target, n_steps=n).area > curve.area


def test_insertion_of_a_sum_by_the_perfect_map_is_greatest():
    classifier, image = summing(), distinct_image()
    difference = image[..., 0].astype(np.float32) - cover_image(image, "blur")[..., 0]
    best = trust.insertion(classifier, image, difference, Target(0), n_steps=30)
    assert best.scores[0] == pytest.approx(cover_image(image, "blur").sum() / 255, rel=1e-5)
    assert best.scores[-1] == pytest.approx(image.sum() / 255, rel=1e-5)
    for values in (-difference, *np.random.default_rng(0).random((4, SIDE, SIDE))):
        assert trust.insertion(classifier, image, values, Target(0), n_steps=30).area < best.area


def test_confidence_by_hand():
    classifier, image = tiny("conv_relu"), random_image()
    values = np.random.default_rng(1).normal(0, 1, (SIDE, SIDE)).astype(np.float32)
    share = np.maximum(values, 0) / values.max()
    shown = np.rint(image * share[..., None]).astype(np.uint8)
    for class_index in range(4):
        y, o = (
            classifier.network.probabilities(classifier.logits(picture)[None])[0, class_index]
            for picture in (image, shown)
        )
        target = Target(class_index)
        assert trust.confidence_drop(classifier, image, values, target) == pytest.approx(max(0, y - o) / y, abs=1e-5)
        assert trust.confidence_increases(classifier, image, values, target) == (o > y)


def test_confidence_of_the_whole_image_does_not_drop():
    ones = np.ones((SIDE, SIDE), np.float32)
    ones[0, 0] = 0  # a constant map shows nothing
    assert trust.confidence_drop(summing(), distinct_image(), ones, Target(0)) < 1e-3


def test_infidelity_of_a_sum_is_zero_for_what_each_pixel_adds():
    classifier, image = summing(), distinct_image()
    exact = (image[..., 0].astype(np.float32) - 127) * 3 / 255
    assert trust.infidelity(classifier, image, exact, Target(0)) < 1e-6
    assert trust.infidelity(classifier, image, exact * 40, Target(0)) < 1e-6, "a map's scale means nothing"
    assert trust.infidelity(classifier, image, -exact, Target(0)) == pytest.approx(1)
    assert 0.1 < trust.infidelity(classifier, image, np.random.default_rng(0).normal(0, 1, exact.shape), Target(0)) <= 1


def test_max_sensitivity_linear_model_gradient_does_not_move():
    saliency = vislib.methods()["saliency"]()
    assert trust.max_sensitivity(saliency, tiny("linear"), random_image(), Target(0)) < 1e-5


def test_max_sensitivity_by_hand():
    classifier, image, explainer = tiny("conv_relu"), random_image(), vislib.methods()["grad-cam"](layer="conv1")
    random = np.random.default_rng(3)
    maps = [explainer.attribute(classifier, image, Target(0), no_progress).values.astype(float)]
    for _ in range(3):
        noisy = np.clip(np.rint(image + random.uniform(-0.1 * 255, 0.1 * 255, image.shape)), 0, 255).astype(np.uint8)
        maps.append(explainer.attribute(classifier, noisy, Target(0), no_progress).values)
    expected = max(np.linalg.norm(values - maps[0]) / np.linalg.norm(maps[0]) for values in maps[1:])
    got = trust.max_sensitivity(explainer, classifier, image, Target(0), n_samples=3, radius=0.1, seed=3)
    assert got == pytest.approx(expected, rel=1e-5)
    assert got > 0


def test_sparseness_and_complexity_at_their_ends():
    one = np.zeros((10, 10))
    one[3, 4] = -2
    assert trust.sparseness(np.ones((10, 10))) == pytest.approx(0, abs=1e-9)
    assert trust.sparseness(one) == pytest.approx(0.99)
    assert trust.complexity(np.ones((10, 10))) == pytest.approx(1)
    assert trust.complexity(one) == 0
    assert (trust.sparseness(one * 0), trust.complexity(one * 0)) == (0, 1)
    for value in (0.0, 3.0):  # a single pixel: all are equal, and ln n is 0
        assert trust.complexity(np.full((1, 1), value)) == 1


def test_sparseness_is_half_the_mean_difference():
    """The Gini index by its other definition: mean |a − b| over all pairs, divided by twice the mean."""
    values = np.random.default_rng(0).exponential(1, 50)
    pairs = np.abs(values[:, None] - values[None]).mean()
    assert trust.sparseness(values.reshape(5, 10)) == pytest.approx(pairs / (2 * values.mean()), rel=1e-9)


def test_compare_maps_same_opposite_and_constant():
    values = np.random.default_rng(0).random((20, 20))
    assert trust.compare_maps(values, -3 * values) == pytest.approx((1, 1))
    assert trust.compare_maps(values, 1 - values)[0] == pytest.approx(-1)
    assert np.isnan(trust.compare_maps(values, np.ones((20, 20)))).all()


MEASURES_OF_A_MAP = {
    "deletion": trust.deletion,
    "insertion": trust.insertion,
    "infidelity": trust.infidelity,
    "road": trust.road,
    "confidence": trust.confidence_drop,
}


@pytest.mark.parametrize("measure", MEASURES_OF_A_MAP)
def test_a_map_that_is_none_is_refused(measure):
    classifier, image, values = tiny("conv_relu"), random_image(), np.random.default_rng(0).random((SIDE, SIDE))
    measured = MEASURES_OF_A_MAP[measure]
    with pytest.raises(vislib.ParameterError, match=rf"its shape is \({SIDE}, {SIDE}\), not \(7, 7\)"):
        measured(classifier, image, values[:7, :7], 1)
    values[2, 3] = np.nan
    with pytest.raises(vislib.ParameterError, match=f"1 of its {SIDE * SIDE} values are not"):
        measured(classifier, image, values, 1)
    with pytest.raises(vislib.ImageError, match=r"classifier\.resize\(image\)"):
        measured(classifier, np.zeros((2 * SIDE, SIDE, 3), np.uint8), values, 1)


@pytest.mark.parametrize("measure", MEASURES_OF_A_MAP)
def test_measure_takes_a_class_by_its_number(measure):
    classifier, image, values = tiny("conv_relu"), random_image(), np.random.default_rng(0).random((SIDE, SIDE))
    by_number, by_target = (
        MEASURES_OF_A_MAP[measure](classifier, image, values, target) for target in (1, classifier.target(1))
    )
    assert getattr(by_number, "area", by_number) == getattr(by_target, "area", by_target)


def test_map_of_whole_numbers_without_a_sign_is_sorted_as_numbers():
    classifier, image, values = tiny("conv_relu"), random_image(), np.random.default_rng(0).permutation(SIDE * SIDE)
    values = values.reshape(SIDE, SIDE)
    curves = [trust.deletion(classifier, image, values.astype(kind), 1) for kind in (np.uint16, np.float64)]
    np.testing.assert_array_equal(curves[0].scores, curves[1].scores)


@pytest.mark.parametrize("n_steps", [0, -3, SIDE * SIDE + 1, 2.5, True])
def test_curve_takes_one_step_to_one_for_each_pixel(n_steps):
    for curve in (trust.deletion, trust.insertion):
        with pytest.raises(vislib.ParameterError, match=f"`n_steps` must be a whole number from 1 to {SIDE * SIDE}"):
            curve(tiny("conv_relu"), random_image(), np.zeros((SIDE, SIDE)), 1, n_steps=n_steps)


def test_stability_of_nothing_is_refused():
    classifier, image, saliency = tiny("conv_relu"), random_image(), vislib.methods()["saliency"]()
    with pytest.raises(vislib.ParameterError, match="`n_samples` must be a whole number of at least 1; not 0"):
        trust.max_sensitivity(saliency, classifier, image, 1, n_samples=0)
    with pytest.raises(vislib.ParameterError, match="`n_squares`"):
        trust.infidelity(classifier, image, np.zeros((SIDE, SIDE)), 1, n_squares=0)
    with pytest.raises(vislib.ImageError, match="input size"):
        trust.max_sensitivity(saliency, classifier, np.zeros((2 * SIDE, SIDE, 3), np.uint8), 1)
    given = trust.max_sensitivity(saliency, classifier, image, 1, n_samples=1)
    assert given == trust.max_sensitivity(saliency, classifier, image, classifier.target(1), n_samples=1)


def test_methods_are_measured_by_name():
    given = {"noise_samples": 0, "randomize": False, "baselines": False}
    by_name, by_class = (
        trust.measure([method], tiny("conv_relu"), random_image(), 1, **given)[0]
        for method in ("saliency", vislib.methods()["saliency"]())
    )
    assert by_name.deletion == by_class.deletion
    with pytest.raises(vislib.ParameterError, match="salience"):
        trust.measure(["salience"], tiny("conv_relu"), random_image(), 1, **given)


def test_swapped_arguments_of_measure_are_named():
    with pytest.raises(vislib.ParameterError, match="The methods come first"):
        trust.measure(tiny("conv_relu"), random_image(), 1)
