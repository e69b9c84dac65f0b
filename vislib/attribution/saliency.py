"""Saliency: the gradient of the class's logit by the input."""

from dataclasses import dataclass

import numpy as np

from vislib.attribution.base import Attribution, Explainer, Progress
from vislib.target import Target


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


def largest_gradient(
    classifier, fitted: np.ndarray, target: Target, progress: Progress, rule: str | None = None
) -> Attribution:
    """max_c |gradient| of the fitted image, with a rule for the ReLUs or without; `details["gradient"]` (h, w, c)."""
    progress(0, 1)
    gradient = classifier.network.gradients(classifier.prepare(fitted[None]), target, rule)[0]
    values = np.abs(gradient).max(axis=-1)
    progress(1, 1, values)
    return Attribution(values, details={"gradient": gradient}, notes=classifier.network.graph_under(rule).notes)
