"""TCAV's parts against closed forms, and a set that is too small."""

import numpy as np
import pytest
from scipy import stats
from tiny_models import random_image, tiny

from vislib import ParameterError
from vislib.concepts import ConceptScore, tcav
from vislib.concepts.directions import direction, t_test
from vislib.errors import DatasetError

RANDOM = np.random.default_rng(0)
IMAGES = [random_image(seed=seed) for seed in range(12)]


def test_direction_between_two_clouds_is_the_line_between_their_centres():
    axis = np.array([3.0, 0.0, -4.0, 0.0, 0.0]) / 5
    clouds = RANDOM.normal(0, 1, (4000, 5)) + np.repeat([2.0, -1.0], 2000)[:, None] * axis
    normal, offset = direction(clouds, np.arange(4000) < 2000)
    assert np.linalg.norm(normal) == pytest.approx(1)
    assert normal @ axis > 0.99
    assert normal @ (0.5 * axis) + offset == pytest.approx(0, abs=0.1)


def test_p_value_by_the_formula_of_welch():
    one, other = RANDOM.normal(0.7, 0.1, 10), RANDOM.normal(0.6, 0.2, 14)
    variances = one.var(ddof=1) / 10, other.var(ddof=1) / 14
    t = (one.mean() - other.mean()) / np.sqrt(sum(variances))
    freedom = sum(variances) ** 2 / (variances[0] ** 2 / 9 + variances[1] ** 2 / 13)
    assert t_test(one, other, "two-sided") == pytest.approx(2 * stats.t.sf(abs(t), freedom))
    assert t_test(one, other, "greater") == pytest.approx(stats.t.sf(t, freedom))


def test_p_value_without_any_variation():
    same = np.ones(5)
    assert t_test(same, same, "two-sided") == 1
    assert t_test(same, same * 0, "two-sided") == 0
    assert t_test(same * 0, same, "two-sided") == 0
    assert t_test(same * 0, same, "greater") == 1


def test_scores_are_all_or_nothing_behind_a_linear_rest_and_a_note_says_so():
    """Behind conv2 the gradient is kernel / places: the score is the sign of kernel · direction."""
    (found,) = tcav(tiny("conv_relu"), IMAGES[:6], IMAGES[6:], IMAGES, 1, n_runs=5, only_predicted=False)
    assert found.layer == "conv2"
    assert set(found.scores) <= {0.0, 1.0}
    assert "each run's score is 0 or 1" in found.notes[0]
    assert found.notes[1].startswith("Each run has only 3 images of the concept and 3 random ones")
    assert (found.n_concept, found.n_random, found.n_images) == (6, 6, 12)


def test_every_concept_and_layer_is_one_test():
    found = tcav(
        tiny("conv_relu"), {"a": IMAGES[:5], "b": IMAGES[5:]}, IMAGES, IMAGES, 1, ["conv1", "conv2"], n_runs=3,
        only_predicted=False,
    )  # fmt: skip
    assert [(one.concept, one.layer) for one in found] == [
        ("a", "conv1"),
        ("a", "conv2"),
        ("b", "conv1"),
        ("b", "conv2"),
    ]
    assert {one.n_tests for one in found} == {4}


def test_same_seed_same_scores_and_progress_ends():
    seen = []
    one, other = (
        tcav(
            tiny("conv_relu"), IMAGES[:6], IMAGES[6:], IMAGES, 1, n_runs=3, only_predicted=False, most_images=8,
            progress=lambda done, total, *_: seen.append((done, total)),
        )[0]
        for _ in range(2)
    )  # fmt: skip
    np.testing.assert_array_equal(one.scores, other.scores)
    assert seen[-1] == (6 + 6 + 8 + 1, 6 + 6 + 8 + 1)


def test_score_counts_only_if_held_out_images_are_told_apart():
    given = {"concept": "dots", "layer": "conv", "explained": "logit of “a”", "n_tests": 2, "alpha": 0.05}
    given |= {"n_concept": 9, "n_random": 20, "n_images": 30, "accuracies": np.full(5, 0.5), "scores": np.full(5, 0.9)}
    given |= {"random_accuracies": np.full(5, 0.5), "random_scores": np.full(5, 0.4)}
    known, unknown, weak, by_many = (
        ConceptScore(**given, p=p, p_accuracy=of_accuracy)
        for p, of_accuracy in ((0.001, 0.001), (0.001, 0.4), (0.3, 0.001), (0.03, 0.001))
    )
    assert known.significant
    assert "raises the logit of “a” at conv: score 0.90, random directions 0.40" in known.in_words()
    assert not unknown.significant
    assert "conv does not separate “dots” from random images: 50 %" in unknown.in_words()
    assert not weak.significant
    assert "No effect of “dots” on the logit of “a” is shown" in weak.in_words()
    assert not by_many.significant, "0.03 is above 0.05 / 2"


def test_wrong_sets_and_numbers_refused():
    with pytest.raises(DatasetError, match="has 3 images that can be read; at least 4 are needed"):
        tcav(tiny("conv_relu"), IMAGES[:3], IMAGES, IMAGES, 1)
    for name, value in (("n_runs", 2), ("alpha", 1.5), ("most_images", 0)):
        with pytest.raises(ParameterError, match=name):
            tcav(tiny("conv_relu"), IMAGES, IMAGES, IMAGES, 1, **{name: value})
