"""DeepLIFT: how each pixel's difference from a baseline changes the score, by the rescale rule."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vislib.attribution import blank_maps
from vislib.attribution.base import Attribution, Detail, Family, OnePass, parameter
from vislib.attribution.completeness import Completeness
from vislib.attribution.integrated_gradients import BASELINES, baseline_image, why_blank_from
from vislib.errors import listed
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.targets.base import Target


@dataclass(frozen=True)
class DeepLift(OnePass):
    """Σ_c m_c · (x_c − b_c), with m the gradient whose every nonlinearity y = f(x) has the slope (y − y₀) / (x − x₀)
    between the baseline b and the image x (the rescale rule).

    The rule covers activations of each number, max pooling and products of two maps; `notes` names the layers where the
    plain gradient is used instead. Values are signed. Where every layer has a rule they add up to score(x) − score(b)
    up to rounding; `notes` and `details["completeness_error"]` give the error. One pass, where integrated gradients
    need dozens.

    Reference: Shrikumar, Greenside & Kundaje 2017, arXiv 1704.02685.
    """

    name = "deeplift"
    title = text("DeepLIFT (rescale)")
    question = text("How much does each pixel add to the difference to a baseline's score, layer by layer?")
    family = Family.GRADIENT
    detail = Detail.PIXELS
    costly = True  # it derives a graph, which takes seconds, once for a network
    reference = "Shrikumar, Greenside & Kundaje 2017, arXiv 1704.02685"
    caveat = text(
        "It explains the difference to the baseline, which is a choice. Two networks of equal "
        "outputs may have different maps, as the rule is applied layer by layer."
    )
    signed = True
    unit = text("share of the score")

    baseline: str = parameter(
        "black", text("Baseline"), choices=BASELINES, help=text("The image that counts as showing nothing.")
    )

    def attribute_many(
        self, classifier: Classifier, resized: np.ndarray, targets: Sequence[Target]
    ) -> list[Attribution]:
        network = classifier.network
        inputs = classifier.preprocess_input(resized)
        baselines = classifier.preprocess_input(np.stack([baseline_image(one, self.baseline) for one in resized]))
        multipliers, scores, before = network.rescaled_gradients(inputs, baselines, targets)
        maps = ((inputs.astype(np.float64) - baselines) * multipliers).sum(axis=-1)
        by_gradient = network.variants.rescaled().by_gradient
        named: tuple[str, ...] = ()
        if by_gradient:
            layers = listed(by_gradient, 4)
            named = (text("The gradient is used for layers without a rule: {layers}.", layers=layers),)
        found = []
        for one, score, other in zip(maps, scores, before, strict=True):
            sum_up = Completeness(float(one.sum()), float(score) - float(other))
            found.append(Attribution(one, details=sum_up.details, notes=(sum_up.note, *named), score=float(score)))
        return found

    def why_blank(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> str:
        return why_blank_from(self.baseline, resized) or blank_maps.of_gradient(classifier, resized, target, self.title)
