"""FullGrad: the gradient times the input, and times the bias of every layer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vislib.attribution import blank_maps
from vislib.attribution.base import Attribution, Detail, Family, OnePass, upsample
from vislib.attribution.completeness import Completeness
from vislib.errors import listed
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.targets.base import Target


@dataclass(frozen=True)
class FullGrad(OnePass):
    """ψ(∇f ⊙ x) + Σ_l ψ(∂f/∂z_l ⊙ b_l) over all layers l with outputs z_l and biases b_l (equation 8).

    ψ takes absolute values, scales them to 0..1 within the layer, sums over channels and enlarges to the input's size.
    The bias of a batch normalization is its shift β − γ · μ / σ; that of a curved activation, and of a product of two
    maps, is the value at 0 of its linear approximation (section 3.2). Layers without places, such as dense ones after
    pooling, have terms but no map.

    Before ψ, all terms add up to the score: f(x) = ∇f · x + Σ_l ∂f/∂z_l · b_l (proposition 1).
    `details["completeness_error"]` and `notes` say how far they do. Values are ≥ 0.

    Reference: Srinivas & Fleuret 2019, arXiv 1905.00780.
    """

    name = "fullgrad"
    title = "FullGrad"
    question = text("Which places count in all layers together, with the biases?")
    family = Family.GRADIENT
    detail = Detail.PIXELS
    costly = True  # it derives a graph, which takes seconds, once for a network
    reference = "Srinivas & Fleuret 2019, arXiv 1905.00780"
    caveat = text(
        "Each layer is scaled to the same range before the sum, so a layer with hardly any part in "
        "the score counts as much as the others. The map does not separate evidence for the class from "
        "evidence against it."
    )
    signed = False
    unit = text("Σ scaled |gradient · bias|")

    def attribute_many(
        self, classifier: Classifier, resized: np.ndarray, targets: Sequence[Target]
    ) -> list[Attribution]:
        network, size = classifier.network, classifier.input_size
        terms = network.bias_terms(classifier.preprocess_input(resized), targets)
        named: tuple[str, ...] = ()
        if terms.unknown:
            layers = listed(terms.unknown, 4)
            named = (text("Layers whose bias is not known are left out: {layers}.", layers=layers),)
        found = []
        for number, (term, total, score) in enumerate(zip(terms.input_term, terms.totals, terms.values, strict=True)):
            values = _scaled(term).sum(axis=-1)
            for maps in terms.maps:
                values = values + upsample(maps[number], size)
            sum_up = Completeness(float(total), float(score))
            note = text(
                "Before they are scaled, the terms of the input and of {n} layers add up to {total:z.2f}, and the "
                "score is {score:z.2f}: an error of {error:.1%}.",
                n=len(terms.maps),
                total=sum_up.total,
                score=sum_up.difference,
                error=sum_up.error,
            )
            found.append(Attribution(values, details=sum_up.details, notes=(note, *named), score=float(score)))
        return found

    def why_blank(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> str:
        return blank_maps.of_gradient(classifier, resized, target, self.title)


def _scaled(term: np.ndarray) -> np.ndarray:
    size = np.abs(term, dtype=np.float64)
    return (size - size.min()) / (np.ptp(size) or 1.0)
