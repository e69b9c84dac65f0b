"""Grad-CAM: a layer's feature maps, weighted by how strongly each raises the class's score."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vislib.attribution import blank_maps
from vislib.attribution.base import AtLayer, Attribution, Family, OnePass, parameter, upsample
from vislib.attribution.weighted_maps import each_maps_and_gradients
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.targets.base import Target

VARIANTS = (text("vanilla"), text("guided"), "deconvnet")


@dataclass(frozen=True)
class GradCam(OnePass, AtLayer):
    """ReLU(Σ_k α_k A_k), where α_k is the mean over positions of ∂ logit / ∂ A_k (equations 1 and 2).

    The map is computed at the layer's size and enlarged to the input's size by interpolation between cell centres.
    Values are ≥ 0. `details["cells"]` holds the map at the layer's size, `details["signed_cells"]` that before the
    ReLU, `details["weights"]` the α_k.

    The variants "guided" and "deconvnet" are not the paper's: the ReLUs between the layer and the logit pass the
    gradient back by that rule (see `vislib.graph.relu_rules`). If there are no such ReLUs, the map is the vanilla
    one, and `notes` says so.

    Reference: Selvaraju et al. 2017, arXiv 1610.02391.
    """

    name = "grad-cam"
    title = "Grad-CAM"
    question = text("Where does a layer hold evidence for the class?")
    unit = "Grad-CAM, ReLU(Σ α · A)"
    family = Family.CLASS_ACTIVATION
    reference = "Selvaraju et al. 2017, arXiv 1610.02391"
    caveat = text(
        "It is as coarse as the layer. Averaging the gradient over all positions can highlight "
        "places that do not raise the score (Draelos & Carin 2020, arXiv 2011.08891)."
    )
    signed = False

    variant: str = parameter(
        "vanilla",
        text("Gradient"),
        choices=VARIANTS,
        help=text("How the ReLUs after the layer pass the gradient back."),
    )

    def attribute_many(
        self, classifier: Classifier, resized: np.ndarray, targets: Sequence[Target]
    ) -> list[Attribution]:
        rule = None if self.variant == "vanilla" else self.variant
        graph = classifier.network.graph_with_rule(rule)
        notes = graph.notes
        if rule and not graph.has_modified_relu_behind(self.map_layer):
            vanilla = text("No ReLU lies between {layer} and the score, so this is the vanilla map.", layer=self.layer)
            notes = (vanilla, *notes)
        attributions = []
        for maps, gradients, score in each_maps_and_gradients(classifier, resized, self.map_layer, targets, rule):
            weights = gradients.mean(axis=(0, 1))
            signed = maps @ weights
            cells = np.maximum(signed, 0)
            values = upsample(cells, classifier.input_size)
            details = {"cells": cells, "signed_cells": signed, "weights": weights}
            attributions.append(Attribution(values, self.layer, details, notes, score))
        return attributions

    def why_blank(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> str:
        if self.variant != "vanilla":
            (attribution,) = dataclasses.replace(self, variant="vanilla").attribute_many(
                classifier, resized[None], [target]
            )
            if np.ptp(attribution.values):
                return text(
                    "The {variant} gradient leaves no positive evidence at layer '{layer}'; with the variant "
                    '"vanilla" there is some.',
                    variant=VARIANTS[VARIANTS.index(self.variant)],
                    layer=self.layer,
                )
        return blank_maps.of_layer(classifier, resized, self.map_layer, target, self.title, attribution.details)
