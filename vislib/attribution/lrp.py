"""Layer-wise relevance propagation (LRP): the score, divided among the pixels layer by layer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vislib.attribution import blank_maps
from vislib.attribution.base import Attribution, Detail, Family, OnePass, parameter
from vislib.graph.relevance_rules import COMPOSITES, DEFAULT_COMPOSITE
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.targets.base import Target

_BOUNDS_OF_BANDS = text("The zᴮ rule uses the lowest and the highest value of each band in this image as its bounds.")


@dataclass(frozen=True)
class LRP(OnePass):
    """Σ_c R_c, the relevance of each pixel, with R passed back from the score by one rule for each layer.

    A unit's relevance is divided among its inputs in proportion to what they contribute to it. A composite says which
    rule a layer has, see `vislib.graph.relevance_rules.COMPOSITES`. Batch normalizations are folded into the
    convolutions before them. Values are signed, in the unit of the score, and add up to the score less what biases and
    ε take up; `notes` says how much that is. `details["relevance"]` is (h, w, c).

    Reference: Bach et al. 2015, "On Pixel-Wise Explanations for Non-Linear Classifier Decisions by Layer-Wise Relevance
    Propagation"; composites: Montavon et al. 2019; Anders et al. 2021, arXiv 2106.13200.
    """

    name = "lrp"
    title = "LRP"
    question = text("How much of the score comes from each pixel if it is divided layer by layer?")
    family = Family.GRADIENT
    detail = Detail.PIXELS
    reference = "Bach et al. 2015, doi 10.1371/journal.pone.0130140"
    caveat = text(
        "The composite decides the picture. Rules that keep only positive products hardly depend on "
        "the class (Sixt et al. 2020, arXiv 1912.09818)."
    )
    signed = True
    unit = text("share of the score")
    costly = True

    composite: str = parameter(
        DEFAULT_COMPOSITE, text("Composite"), choices=COMPOSITES.keys(), help=text("Which rule each kind of layer has.")
    )

    def attribute_many(
        self, classifier: Classifier, resized: np.ndarray, targets: Sequence[Target]
    ) -> list[Attribution]:
        composite = COMPOSITES[self.composite]
        inputs = classifier.preprocess_input(resized)
        bounds, notes = None, tuple[str, ...]()
        if composite.needs_bounds:
            bounds = classifier.input_bounds(resized)
            notes = () if classifier.takes_pictures else (_BOUNDS_OF_BANDS,)
        found = classifier.network.relevance(inputs, targets, composite, bounds=bounds)
        return [
            Attribution(
                one.sum(axis=-1),
                details={"relevance": one},
                notes=(_balance(float(one.sum()), float(started)), *notes, *found.notes),
                score=float(score),
            )
            for one, started, score in zip(found.inputs, found.started, found.values, strict=True)
        ]

    def why_blank(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> str:
        return blank_maps.of_gradient(classifier, resized, target, self.title)


def _balance(reached: float, started: float) -> str:
    """A sentence on the share of the score that reaches the image."""
    if not started:
        return text("The score is 0, so there is no relevance to divide.")
    lost = 1 - reached / started
    if lost >= 0:
        return text(
            "The relevance of the pixels adds up to {reached:.3g} of {started:.3g}: biases and ε take up {share:.1%}.",
            reached=reached,
            started=started,
            share=abs(lost),
        )
    return text(
        "The relevance of the pixels adds up to {reached:.3g} of {started:.3g}: biases and ε add {share:.1%}.",
        reached=reached,
        started=started,
        share=abs(lost),
    )
