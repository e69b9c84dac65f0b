"""Saliency: the gradient of the class's logit by the input."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vislib.attribution.base import Attribution, Explainer
from vislib.progress import Progress
from vislib.targets.scores import Target


@dataclass(frozen=True)
class Saliency(Explainer):
    """The largest absolute gradient over the channels of each pixel: max_c |∂ logit / ∂ x_c|.

    x is the preprocessed input, so units are logits per unit of input. Values are ≥ 0.

    Reference: Simonyan, Vedaldi & Zisserman 2013, arXiv 1312.6034, section 3.1.
    """

    name = "saliency"
    title = "Saliency (vanilla gradient)"
    family = "gradient"
    reference = "Simonyan, Vedaldi & Zisserman 2013, arXiv 1312.6034"
    caveat = (
        "Noisy: the gradient changes from pixel to pixel. It tells where a small change would move the score, "
        "not what the score consists of."
    )
    signed = False

    def attribute(self, classifier, fitted: np.ndarray, target: Target, progress: Progress) -> Attribution:
        return largest_gradient(classifier, fitted, target, progress)

    def attribute_many(self, classifier, fitted: np.ndarray, targets: Sequence[Target]) -> list[Attribution]:
        return largest_gradients(classifier, fitted, targets)


def largest_gradient(
    classifier, fitted: np.ndarray, target: Target, progress: Progress, rule: str | None = None
) -> Attribution:
    """max_c |gradient| of the fitted image, with a rule for the ReLUs or without; `details["gradient"]` (h, w, c)."""
    progress(0, 1)
    (attribution,) = largest_gradients(classifier, fitted[None], [target], rule)
    progress(1, 1, attribution.values)
    return attribution


def largest_gradients(
    classifier, fitted: np.ndarray, targets: Sequence[Target], rule: str | None = None
) -> list[Attribution]:
    """As `largest_gradient`, for several images (n, h, w, 3) with a target each."""
    gradients = classifier.network.gradients(classifier.prepare(fitted), targets, rule)
    notes = classifier.network.graph_under(rule).notes
    return [Attribution(_largest(np.abs(one)), details={"gradient": one}, notes=notes) for one in gradients]


def _largest(maps: np.ndarray) -> np.ndarray:
    """The largest of the channels, (h, w); several times quicker than `max` along so short an axis."""
    return functools.reduce(np.maximum, np.moveaxis(maps, -1, 0))
