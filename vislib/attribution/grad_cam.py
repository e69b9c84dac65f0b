"""Grad-CAM: a layer's feature maps, weighted by what they do for the class."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from vislib.attribution.base import Attribution, Explainer, parameter, upsample
from vislib.attribution.weighted_maps import each_maps_and_gradients
from vislib.progress import Progress
from vislib.targets.scores import Target

VARIANTS = ("vanilla", "guided", "deconvnet")


@dataclass(frozen=True)
class GradCam(Explainer):
    """ReLU(Σ_k α_k A_k), where α_k is the mean over positions of ∂ logit / ∂ A_k (equations 1 and 2).

    The map is computed at the layer's size and brought to the input's by interpolating between cell
    centres. Values are ≥ 0. `details["cells"]` holds the map at the layer's size, `details["weights"]`
    the α_k.

    The variants "guided" and "deconvnet" are not the paper's: the ReLUs between the layer and the logit pass the
    gradient by that rule (see `vislib.graph.relu_rules`). Where there are none the map is the vanilla one, and `notes` says so.

    Reference: Selvaraju et al. 2017, arXiv 1610.02391.
    """

    name = "grad-cam"
    title = "Grad-CAM"
    family = "class activation"
    reference = "Selvaraju et al. 2017, arXiv 1610.02391"
    caveat = (
        "As coarse as the layer. Averaging the gradient over all positions can light up places that do not "
        "raise the score (Draelos & Carin 2020, arXiv 2011.08891)."
    )
    signed = False

    layer: str | None = parameter(None, "Layer", help="Where to look; by default the last layer before pooling.")
    variant: str = parameter(
        "vanilla", "Gradient", choices=VARIANTS, help="How the ReLUs behind the layer pass the gradient back."
    )

    def resolved(self, classifier) -> Self:
        layer = self.layer if self.layer is not None else classifier.network.last_map_layer
        return dataclasses.replace(self, layer=layer)

    def attribute(self, classifier, fitted: np.ndarray, target: Target, progress: Progress) -> Attribution:
        progress(0, 1)
        (attribution,) = self.attribute_many(classifier, fitted[None], [target])
        progress(1, 1, attribution.values)
        return attribution

    def attribute_many(self, classifier, fitted: np.ndarray, targets: Sequence[Target]) -> list[Attribution]:
        assert self.layer is not None
        rule = None if self.variant == "vanilla" else self.variant
        graph = classifier.network.graph_under(rule)
        notes = graph.notes
        if rule and not graph.ruled_behind(self.layer):
            notes = (f"No ReLU lies between {self.layer} and the score, so this is the vanilla map.", *notes)
        attributions = []
        for maps, gradients in each_maps_and_gradients(classifier, fitted, self.layer, targets, rule):
            weights = gradients.mean(axis=(0, 1))
            cells = np.maximum(maps @ weights, 0)
            values = upsample(cells, classifier.input_size)
            attributions.append(Attribution(values, self.layer, {"cells": cells, "weights": weights}, notes))
        return attributions
