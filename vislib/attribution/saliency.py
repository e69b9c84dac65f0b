"""Saliency: the gradient of a target by the input."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from vislib.attribution import blank_maps
from vislib.attribution.base import Attribution, Detail, Family, OnePass
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.targets.base import Target


@dataclass(frozen=True)
class LargestGradient(OnePass):
    """A method that shows max_c |gradient|, with or without a rule for ReLUs; `details["gradient"]` is (h, w, c)."""

    family = Family.GRADIENT
    detail = Detail.PIXELS
    signed = False
    rule: ClassVar[str | None] = None
    """One of `vislib.graph.relu_rules.RULES`; None for the plain gradient."""

    def attribute_many(
        self, classifier: Classifier, resized: np.ndarray, targets: Sequence[Target]
    ) -> list[Attribution]:
        network = classifier.network
        gradients, values = network.gradients(classifier.preprocess_input(resized), targets, self.rule)
        notes = network.graph_with_rule(self.rule).notes
        return [
            Attribution(_largest(np.abs(one)), details={"gradient": one}, notes=notes, score=float(value))
            for one, value in zip(gradients, values, strict=True)
        ]

    def why_blank(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> str:
        return blank_maps.of_gradient(classifier, resized, target, self.title)


def _largest(maps: np.ndarray) -> np.ndarray:
    """The maximum over the channels, (h, w); several times faster than `max` on such a short axis."""
    return functools.reduce(np.maximum, np.moveaxis(maps, -1, 0))


@dataclass(frozen=True)
class Saliency(LargestGradient):
    """The largest absolute gradient over the channels of each pixel: max_c |∂ logit / ∂ x_c|.

    x is the preprocessed input, so units are logits per unit of input. Values are ≥ 0.

    Reference: Simonyan, Vedaldi & Zisserman 2013, arXiv 1312.6034, section 3.1.
    """

    name = "saliency"
    title = text("Saliency (vanilla gradient)")
    question = text("At which pixels would a small change change the score most?")
    unit = text("|∂ score / ∂ input|")
    reference = "Simonyan, Vedaldi & Zisserman 2013, arXiv 1312.6034"
    caveat = text(
        "It is noisy: the gradient changes from pixel to pixel. It shows where a small change would "
        "change the score, not which parts the score consists of."
    )
