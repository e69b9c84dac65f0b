"""Guided IG: closed forms of the guided path, and completeness."""

import numpy as np
import pytest
from tiny_models import SIDE, random_image, tiny

import vislib
from vislib.attribution.guided_ig import along_guided_path
from vislib.attribution.integrated_gradients import BASELINES, baseline_image
from vislib.language import written

START, END = np.zeros((1, 2, 1)), np.ones((1, 2, 1))


def product_gradient(point):
    """Of f(a, b) = 10·a·b + b; at the start a has the smaller gradient, and as long as b = 0 it keeps it."""
    a, b = point.ravel()
    return np.array([10 * b, 10 * a + 1]).reshape(1, 2, 1)


def guided(gradient, n_steps=64, fraction=0.25, max_apart=1.0):
    return along_guided_path(gradient, START, END, n_steps, fraction, max_apart, lambda *_: None).ravel()


def test_value_of_small_gradient_moves_first_and_the_other_gets_the_whole_change():
    np.testing.assert_allclose(guided(product_gradient), [0, 11], atol=1e-12)


def test_anchored_or_with_all_values_chosen_it_is_the_straight_line():
    """On the straight line a gets ∫ 10t dt = 5 and b gets 6; the trapezoid rule is exact for gradients linear in t."""
    for moved in (guided(product_gradient, 7, fraction=1.0), guided(product_gradient, 7, max_apart=0.0)):
        np.testing.assert_allclose(moved, [5, 6], rtol=1e-9)


def test_path_never_further_from_the_line_than_allowed_and_ends_at_the_image():
    points = []
    guided(lambda point: points.append(point.copy()) or product_gradient(point), 50, max_apart=0.1)
    for step, point in enumerate(points):
        assert (np.abs(point - step / 50) <= 0.1 + 1e-9).all()
        assert point.sum() == pytest.approx(2 * step / 50)  # each step brings it nearer by the same distance
    assert max(np.ptp(point) for point in points) > 0.15


def test_value_that_is_the_same_in_both_gets_nothing():
    start = np.array([[[0.0], [1.0]]])
    values = along_guided_path(np.ones_like, start, END, 8, 0.25, 0.02, lambda *_: None)
    np.testing.assert_allclose(values.ravel(), [1, 0], atol=1e-12)


def test_linear_network_any_baseline_is_weight_times_way():
    kernel = tiny("linear").model.get_weights()[0].reshape(SIDE, SIDE, 3, 3)[..., 1]
    for baseline in BASELINES:
        way = random_image().astype(float) - baseline_image(random_image(), baseline)
        values = vislib.explain("guided-ig", tiny("linear"), random_image(), 1, baseline=baseline, n_steps=5).values
        np.testing.assert_allclose(values, (kernel * way / 255).sum(axis=-1), rtol=1e-4, atol=1e-5)


def test_completeness_told_as_it_is():
    classifier = tiny("conv_relu")
    few, many = (
        vislib.explain("guided-ig", classifier, random_image(), 1, n_steps=n, max_apart=apart)
        for n, apart in ((2, 0.02), (300, 0.002))
    )
    difference = float(classifier.logits(random_image())[1] - classifier.logits(np.zeros_like(random_image()))[1])
    for heatmap in (few, many):
        off = abs(heatmap.values.sum() - difference) / abs(difference)
        assert heatmap.details["completeness_error"] == pytest.approx(off, abs=1e-4)
        assert f"The error is {written(off, '.1%')}." in heatmap.notes[0]
    assert many.details["completeness_error"] < 0.02
