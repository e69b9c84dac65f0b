"""Targets other than the logit of a class, against closed forms."""

import numpy as np
import pytest
from tiny_models import random_image, tiny

import vislib
from vislib import ParameterError, Target


def linear():
    """A model without hidden layers, its kernel (h, w, c, classes), and its probabilities on the image."""
    classifier = tiny("linear")
    kernel = classifier.model.get_weights()[0].reshape(*classifier.input_size, 3, 3).astype(np.float64)
    return classifier, kernel, classifier.network.probabilities(classifier.logits(random_image()))


def gradient(classifier, target) -> np.ndarray:
    return classifier.network.gradients(classifier.preprocess_input(classifier.resize(random_image())[None]), target)[
        0
    ][0]


def test_gradient_of_difference_is_difference_of_kernels():
    classifier, kernel, _ = linear()
    expected = kernel[..., 2] - kernel[..., 0]
    np.testing.assert_allclose(gradient(classifier, Target(2, against=0)), expected, atol=1e-6)


def test_gradient_of_counterfactual_is_negative():
    classifier, kernel, _ = linear()
    np.testing.assert_allclose(gradient(classifier, Target(1, counterfactual=True)), -kernel[..., 1], atol=1e-6)


def test_gradient_of_softmax_probability():
    classifier, kernel, p = linear()
    expected = p[1] * (kernel[..., 1] - kernel @ p)
    np.testing.assert_allclose(gradient(classifier, Target(1, score="probability")), expected, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize(("class_index", "sign"), [(0, -1), (1, 1)])
def test_one_sigmoid_explained_either_way(class_index, sign):
    classifier = tiny("one_sigmoid")
    unit = classifier.logits(random_image())[1]
    p = 1 / (1 + np.exp(-float(unit)))
    of_unit = gradient(classifier, Target(1))
    np.testing.assert_allclose(gradient(classifier, Target(class_index)), sign * of_unit, rtol=1e-6)
    of_probability = gradient(classifier, Target(class_index, score="probability"))
    np.testing.assert_allclose(of_probability, sign * p * (1 - p) * of_unit, rtol=1e-3, atol=1e-9)


def test_each_sigmoid_of_many_has_its_own_probability():
    classifier = tiny("many_sigmoids")
    p = 1 / (1 + np.exp(-classifier.logits(random_image()).astype(np.float64)))
    expected = p[2] * (1 - p[2]) * gradient(classifier, Target(2))
    np.testing.assert_allclose(gradient(classifier, Target(2, score="probability")), expected, rtol=1e-3, atol=1e-9)


def test_mean_of_a_list_of_targets():
    classifier, kernel, _ = linear()
    every = [Target(number) for number in range(3)]
    assert sum(every[:1]) is every[0]
    np.testing.assert_allclose(gradient(classifier, sum(every) / 2), kernel.sum(axis=-1) / 2, atol=1e-6)
    for wrong in (lambda: every[0] / 0, lambda: every[0] / every[1], lambda: 1 + every[0], lambda: 1 / every[0]):
        with pytest.raises(TypeError):
            wrong()


@pytest.mark.parametrize(
    "target", [Target(1) - Target(1), 0 * Target(1), Target(1) - 2 * Target("class 1") + Target(1)]
)
def test_target_that_is_always_0_is_refused(target):
    classifier = tiny("conv_relu")
    with pytest.raises(ParameterError, match="is 0 for every image, as its terms cancel"):
        vislib.explain("saliency", classifier, random_image(), target)
    assert classifier.target(Target(1) - 0.5 * Target(1) + 0 * Target(2)).terms


def test_score_of_heatmap_is_the_number_explained():
    classifier = tiny("conv_relu")
    logits = classifier.logits(random_image())
    probabilities = classifier.network.probabilities(logits)
    for target, expected, words in [
        (Target(1, against=3), logits[1] - logits[3], "logit of “class 1” − “class 3”"),
        (Target(2, score="probability"), probabilities[2], "probability of “class 2”"),
        (Target(0, counterfactual=True), -logits[0], "minus the logit of “class 0”"),
    ]:
        heatmap = vislib.explain("saliency", classifier, random_image(), target)
        assert heatmap.score == pytest.approx(float(expected), rel=1e-5)
        assert (heatmap.explained, heatmap.target, heatmap.class_index) == (words, target, target.class_index)


def test_counterfactual_grad_cam_shows_what_lowers_the_score():
    classifier = tiny("conv_relu")
    plain = vislib.explain("grad-cam", classifier, random_image(), 1).details["weights"]
    against = vislib.explain("grad-cam", classifier, random_image(), Target(1, counterfactual=True))
    maps = vislib.feature_maps(classifier, random_image(), against.layer)
    np.testing.assert_allclose(against.details["cells"], np.maximum(maps @ -plain, 0), rtol=1e-4, atol=1e-6)


def test_occlusion_of_difference_is_fall_of_difference():
    one, other, both = (
        vislib.explain("occlusion", tiny("conv_relu"), random_image(), target).details["drop"]
        for target in (1, 3, Target(1, against=3))
    )
    np.testing.assert_allclose(both, one - other, atol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"class_index": 1, "against": 1}, "against itself; both are 1"),
        ({"class_index": 1, "score": "odds"}, "logit, probability; not 'odds'"),
        ({"class_index": 1, "counterfactual": 1}, "True or False; not 1"),
    ],
)
def test_target_that_makes_no_sense_refused(arguments, complaint):
    with pytest.raises(ParameterError, match=complaint):
        Target(**arguments)


@pytest.mark.parametrize("target", [Target(4), Target(0, against=4), Target(-1)])
def test_target_with_a_class_out_of_range_refused(target):
    with pytest.raises(ParameterError, match="go from 0 to 3"):
        vislib.explain("saliency", tiny("conv_relu"), random_image(), target)


def test_targets_that_hold_an_array_are_compared_by_its_values():
    half = np.zeros((4, 4), bool)
    half[:2] = True
    region = vislib.targets.Region("conv2", 0, half)
    assert region == vislib.targets.Region("conv2", 0, half.copy())
    assert region != vislib.targets.Region("conv2", 0, ~half)
    like = vislib.targets.Similarity("conv2", np.ones((4, 4, 2)))
    assert like == vislib.targets.Similarity("conv2", np.ones((4, 4, 2))) != vislib.targets.Similarity("conv2", half)
    assert len({region, like, vislib.targets.Likeness("conv2", half)}) == 3
