"""Gradient × input: each pixel's share of the score, to first order."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vislib.attribution import blank_maps
from vislib.attribution.base import Attribution, Detail, Family, OnePass
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.targets.base import Target


@dataclass(frozen=True)
class GradientXInput(OnePass):
    """Σ_c x_c · ∂ logit / ∂ x_c, with x the preprocessed input.

    Values are signed and in logits: positive values raise the score. In a network of convolutions, ReLUs and max
    pooling without biases they add up to the logit.

    Reference: Shrikumar et al. 2016, arXiv 1605.01713.
    """

    name = "gradient-x-input"
    title = text("Gradient × input")
    question = text("How much does each pixel add to the score if the network is taken as linear here?")
    family = Family.GRADIENT
    detail = Detail.PIXELS
    reference = "Shrikumar et al. 2016, arXiv 1605.01713"
    caveat = text(
        "Where preprocessing maps a pixel to 0, often at mid-grey, the map is 0 however much the "
        "pixel matters. If the map resembles the image, the factor x alone may be the cause."
    )
    signed = True
    unit = text("share of the score")

    def attribute_many(
        self, classifier: Classifier, resized: np.ndarray, targets: Sequence[Target]
    ) -> list[Attribution]:
        inputs = classifier.preprocess_input(resized)
        gradients, scores = classifier.network.gradients(inputs, targets)
        maps = (inputs * gradients).sum(axis=-1)
        return [Attribution(one, score=float(score)) for one, score in zip(maps, scores, strict=True)]

    def why_blank(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> str:
        if not classifier.preprocess_input(resized[None]).any():
            return text(
                "The network's input is 0 at every pixel of this image, and this method multiplies by it. Saliency "
                "shows the gradient itself."
            )
        return blank_maps.of_gradient(classifier, resized, target, self.title)
