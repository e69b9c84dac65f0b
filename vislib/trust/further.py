"""Measures of a map that take longer, added to those that are known: ROAD, and the random logit test."""

import dataclasses

import numpy as np

from vislib.attribution.base import Explainer, Family
from vislib.model.classifier import Classifier
from vislib.progress import Progress, progress_bar
from vislib.targets.scores import as_probability
from vislib.trust.other_class import another_class, random_logit_of
from vislib.trust.road import road
from vislib.trust.trust import Trust


def with_road(
    one: Trust, classifier: Classifier, image: np.ndarray, seed: int = 0, progress: Progress = progress_bar
) -> Trust:
    """The measures of a map with the area under its ROAD curve.

    Args:
        one: A result of `measure` for this image.
        classifier: The classifier whose decision is explained.
        image: (H, W, 3) in 0..255.
        seed: Seed of the noise of the imputation.
        progress: See `road`.

    Example:
        >>> (one, *_) = vislib.trust.measure([vislib.methods()["saliency"]()], classifier, image, randomize=False)
        >>> vislib.trust.with_road(one, classifier, image).road > 0
        True
    """
    target = as_probability(one.heatmap.target)
    curve = road(classifier, classifier.resize(image), one.heatmap.values, target, seed=seed, progress=progress)
    return dataclasses.replace(one, road=curve.area)


def with_random_logit(
    one: Trust,
    explainer: Explainer,
    classifier: Classifier,
    image: np.ndarray,
    seed: int = 0,
    progress: Progress = progress_bar,
) -> Trust:
    """The measures of a map with its rank correlation with the map for a class drawn at random.

    They are unchanged for a baseline, where there is no other class to compare with, and where one of the two maps is
    constant.

    Args:
        one: A result of `measure` for this image.
        explainer: The method that made the map.
        classifier: The classifier whose decision is explained.
        image: (H, W, 3) in 0..255.
        seed: Seed of the drawing.
        progress: See `random_logit`.

    Example:
        >>> saliency = vislib.methods()["saliency"]()
        >>> (one, *_) = vislib.trust.measure([saliency], classifier, image, randomize=False)
        >>> -1 <= vislib.trust.with_random_logit(one, saliency, classifier, image).random_logit <= 1
        True
    """
    target = one.heatmap.target
    if one.family is Family.BASELINE or another_class(classifier, target, seed) is None:
        return one
    test = random_logit_of(one.heatmap.values, explainer, classifier, image, target, seed, progress)
    return one if np.isnan(test.rank_correlation) else dataclasses.replace(one, random_logit=test.rank_correlation)
