"""Integrated gradients: closed forms, completeness, steps added where the sum is off, calls counted."""

import functools

import numpy as np
import pytest
from tiny_models import SIDE, classifier_of, layers, random_image, seeded, tiny

import vislib
from vislib import Target
from vislib.attribution.integrated_gradients import BASELINES, baseline_image, integrate
from vislib.backend import keras
from vislib.language import score_number, written
from vislib.network.network import Network


def explain(classifier, class_index=1, **params):
    return vislib.explain("integrated-gradients", classifier, random_image(), class_index, **params)


@functools.cache
def smooth():
    """A network without corners, so that the sum comes near the integral fast."""
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(6, 3, activation="tanh")(inputs)
    x = layers.Conv2D(8, 3, strides=2, activation="softplus")(x)
    x = layers.Dense(4, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    return classifier_of(seeded(keras.Model(inputs, x)))


@functools.cache
def powers() -> Network:
    """Logits Σ x² and Σ x³."""
    inputs = keras.Input((2, 3, 1))
    scores = [keras.ops.sum(inputs**power, axis=(1, 2)) for power in (2, 3)]
    return Network(keras.Model(inputs, keras.ops.concatenate(scores, axis=-1)), (2, 3, 1))


def between(shape=(2, 3, 1)):
    random = np.random.default_rng(3)
    return random.random(shape, np.float32), random.random(shape, np.float32)


def test_square_one_step_is_exact():
    """∫ 2(b + t (x − b)) dt · (x − b) = x² − b², and the trapezoid rule is exact for what is linear in t."""
    x, b = between()
    integral = integrate(powers(), x, b, Target(0), n_steps=1)
    np.testing.assert_allclose(integral.values, x**2 - b**2, rtol=1e-4, atol=1e-6)
    assert (integral.n_steps, integral.error < 1e-4) == (1, True)


@pytest.mark.parametrize("n_steps", [1, 5, 64])
def test_cube_is_the_trapezoid_sum(n_steps):
    x, b = (values.astype(np.float64) for values in between())
    t = np.linspace(0, 1, n_steps + 1)[:, None, None, None]
    expected = (x - b) * np.trapezoid(3 * (b + t * (x - b)) ** 2, dx=1 / n_steps, axis=0)
    values = integrate(powers(), *between(), Target(1), n_steps, most_steps=n_steps).values
    np.testing.assert_allclose(values, expected, rtol=1e-4, atol=1e-6)


def test_linear_network_any_baseline_is_weight_times_way():
    kernel = tiny("linear").model.get_weights()[0].reshape(SIDE, SIDE, 3, 3)[..., 1]
    for baseline in BASELINES:
        way = random_image().astype(float) - baseline_image(random_image(), baseline)
        expected = (kernel * way / 255).sum(axis=-1)
        values = explain(tiny("linear"), baseline=baseline, n_steps=3).values
        np.testing.assert_allclose(values, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("baseline", BASELINES)
@pytest.mark.parametrize("target", [2, Target(2, against=1), Target(2, score="probability", counterfactual=True)])
def test_completeness_smooth_network_64_steps_a_thousandth(baseline, target):
    classifier = smooth()
    heatmap = explain(classifier, target, baseline=baseline, add_steps=False)
    inputs = classifier.preprocess_input(np.stack([random_image(), baseline_image(random_image(), baseline)]))
    score, before = classifier.network.scores(classifier.network.logits(inputs), heatmap.target)
    assert heatmap.score == pytest.approx(score, rel=1e-5)
    assert heatmap.values.sum() == pytest.approx(score - before, rel=1e-3)
    assert heatmap.details["completeness_error"] < 1e-3
    assert heatmap.details["n_steps"] == 64


def test_completeness_error_told_as_it_is():
    classifier = smooth()
    heatmap = explain(classifier, n_steps=1, add_steps=False)
    before, score = classifier.logits(np.zeros_like(random_image()))[1], heatmap.score
    off = abs(heatmap.values.sum() - (score - before)) / abs(score - before)
    assert off > 0.01
    assert heatmap.details["completeness_error"] == pytest.approx(off, rel=1e-3)
    assert heatmap.notes == (
        f"The values add up to {score_number(heatmap.values.sum())}. The score differs from the baseline's score by "
        f"{score_number(score - before)}. The error is {written(off, '.1%')}; steps: 1.",
    )


ENDS = np.ones((1, 2, 1), np.float32), np.zeros((1, 2, 1), np.float32)


@functools.cache
def spiky(steepness: float) -> Network:
    """Scores whose gradient is a spike at 0.3 of the way from 0 to 1, which few steps miss or overrate."""
    inputs = keras.Input((1, 2, 1))
    scores = 3 * keras.ops.sigmoid((inputs - 0.3) * steepness)
    return Network(keras.Model(inputs, layers.Flatten()(scores)), (1, 2, 1))


def test_steps_doubled_until_accurate_and_no_place_computed_twice(monkeypatch):
    network, places, calls = spiky(200), [], []
    gradients = network.gradients

    def noted(inputs, target, **options):
        places.extend(inputs[:, 0, 0, 0])
        return gradients(inputs, target, **options)

    monkeypatch.setattr(network, "gradients", noted)
    integral = integrate(network, *ENDS, Target(0), 4, 512, lambda done, total, _=None: calls.append((done, total)))
    assert integral.error < 0.05
    assert 4 < integral.n_steps < 512
    np.testing.assert_allclose(sorted(places), np.arange(integral.n_steps + 1) / integral.n_steps)
    assert calls[0] == (0, 513)
    assert calls[-1] == (513, 513)

    half = integral.n_steps // 2
    assert integrate(network, *ENDS, Target(0), half, half).error >= 0.05
    at_once = integrate(network, *ENDS, Target(0), integral.n_steps)
    np.testing.assert_allclose(at_once.values, integral.values, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("n_steps", "most", "taken"), [(4, 32, 32), (3, 25, 24), (33, 65, 33), (99, 64, 99)])
def test_steps_never_doubled_past_the_most(n_steps, most, taken):
    calls = []
    integral = integrate(spiky(1e6), *ENDS, Target(0), n_steps, most, lambda done, *_: calls.append(done))
    assert integral.error == pytest.approx(1)
    assert integral.n_steps == taken
    assert calls[-1] == taken + 1


def test_image_that_is_the_baseline_zero_and_no_error():
    black = np.zeros((SIDE, SIDE, 3), np.uint8)
    heatmap = vislib.explain("integrated-gradients", tiny("conv_relu"), black, 1)
    np.testing.assert_array_equal(heatmap.values, 0)
    assert heatmap.details["completeness_error"] == 0


def test_cat_accurate_with_steps_added(classifier, cat):
    heatmap = vislib.explain("integrated-gradients", classifier, cat, n_steps=16)
    assert heatmap.details["n_steps"] in (32, 64, 128, 256, 512)
    black = classifier.network.logits(classifier.preprocess_input(np.zeros((1, *classifier.input_size, 3), np.uint8)))
    difference = heatmap.score - black[0, heatmap.class_index]
    assert heatmap.values.sum() == pytest.approx(difference, rel=0.05)
