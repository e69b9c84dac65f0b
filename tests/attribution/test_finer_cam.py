"""Finer-CAM: Grad-CAM of a contrast by hand, and targets without similar classes."""

import numpy as np
import pytest
from tiny_models import random_image, tiny

import vislib
from vislib.attribution.finer_cam import similar_classes
from vislib.targets import Channel, ClassScore


def explain(target=1, style="conv_relu", method="finer-cam", **params):
    return vislib.explain(method, tiny(style), random_image(), target, **params)


def nearest(class_index, n):
    logits = tiny("conv_relu").logits(random_image())
    return sorted((k for k in range(4) if k != class_index), key=lambda k: abs(logits[k] - logits[class_index]))[:n]


@pytest.mark.parametrize(("n_similar", "alpha"), [(1, 1.0), (2, 0.6), (3, 0.0), (50, 1.0)])
def test_map_is_gradcam_of_the_difference_by_numpy(n_similar, alpha):
    """Global average pooling and one dense layer: ∂ logit_k / ∂ A is the k-th column of the head over the places."""
    maps = vislib.feature_maps(tiny("conv_relu"), random_image(), "conv2").astype(np.float64)
    head = tiny("conv_relu").model.layers[-1].get_weights()[0].astype(np.float64)
    weights = head[:, 1] - alpha * head[:, nearest(1, n_similar)].mean(axis=1)
    expected = np.maximum(maps @ weights, 0) / maps[..., 0].size
    heatmap = explain(n_similar=n_similar, alpha=alpha)
    np.testing.assert_allclose(heatmap.details["cells"], expected, rtol=1e-4, atol=1e-6)


def test_score_is_that_of_the_class_alone_and_the_similar_are_named():
    heatmap = explain(2, n_similar=2)
    assert heatmap.score == pytest.approx(float(tiny("conv_relu").logits(random_image())[2]), rel=1e-5)
    names = ", ".join(f"“class {k}”" for k in nearest(2, 2))
    assert heatmap.notes == (f"Compared with the nearest: {names}.",)


def test_probability_is_compared_with_probabilities():
    target = ClassScore(1, score="probability")
    others = sum(
        (ClassScore(k, score="probability") for k in nearest(1, 3)[1:]),
        ClassScore(nearest(1, 3)[0], score="probability"),
    )
    expected = explain(target - others * (1 / 3), method="grad-cam")
    np.testing.assert_allclose(explain(target).values, expected.values, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("target", [Channel("conv2", 3), ClassScore(1, against=2), ClassScore(1, counterfactual=True)])
def test_target_without_similar_classes_is_gradcam_and_says_so(target):
    layer = {"layer": "conv1"}
    heatmap = explain(target, **layer)
    np.testing.assert_array_equal(heatmap.values, explain(target, method="grad-cam", **layer).values)
    assert "this is Grad-CAM" in " ".join(heatmap.notes)


def test_segmentation_compares_with_the_nearest_over_the_same_pixels():
    from any_networks import loaded

    classifier = loaded("segmentation")
    heatmap = vislib.explain("finer-cam", classifier, random_image(), n_similar=1)
    logits = classifier.logits(random_image())
    mask = logits.argmax(axis=-1) == heatmap.class_index
    means = logits[mask].mean(axis=0)
    (near,) = similar_classes(classifier.network, heatmap.target, logits, 1)
    others = [k for k in range(3) if k != heatmap.class_index]
    assert near.class_index == min(others, key=lambda k: abs(means[k] - means[heatmap.class_index]))
    assert f"“{classifier.labels[near.class_index]}”" in heatmap.notes[0]
