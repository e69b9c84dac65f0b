"""Gradient × input: each pixel's share of the score, to first order."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vislib.attribution.base import Attribution, Explainer
from vislib.progress import Progress
from vislib.targets.scores import Target


@dataclass(frozen=True)
class GradientXInput(Explainer):
    """Σ_c x_c · ∂ logit / ∂ x_c, with x the preprocessed input.

    Signed, in logits: positive values raise the score. In a network of convolutions, ReLUs and max pooling without
    biases the values add up to the logit.

    Reference: Shrikumar et al. 2016, arXiv 1605.01713.
    """

    name = "gradient-x-input"
    title = "Gradient × input"
    family = "gradient"
    reference = "Shrikumar et al. 2016, arXiv 1605.01713"
    caveat = (
        "Its zero is the preprocessing's: where a pixel becomes 0, often at mid-grey, the map is 0 however much the "
        "pixel matters. And what looks like the image may be just the factor x."
    )
    signed = True
    unit = "share of the score"

    def attribute(self, classifier, fitted: np.ndarray, target: Target, progress: Progress) -> Attribution:
        progress(0, 1)
        (attribution,) = self.attribute_many(classifier, fitted[None], [target])
        progress(1, 1, attribution.values)
        return attribution

    def attribute_many(self, classifier, fitted: np.ndarray, targets: Sequence[Target]) -> list[Attribution]:
        inputs = classifier.prepare(fitted)
        return [Attribution(one) for one in (inputs * classifier.network.gradients(inputs, targets)).sum(axis=-1)]
