"""CAM, the first class activation map: exact where a network averages its last maps and applies one dense layer."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from vislib.attribution import blank_maps
from vislib.attribution.base import Attribution, Explainer, Family, upsample
from vislib.errors import ModelError, ParameterError
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.progress import Progress
from vislib.targets.base import Target
from vislib.targets.scores import ClassScore


@dataclass(frozen=True)
class Cam(Explainer):
    """Σ_k w_k A_k (equation 2): the last maps, summed with the weights that the dense layer gives their means.

    The map's mean plus the class's bias is the logit, so each place shows its own share of the logit, positive or
    negative. `details["cells"]` holds the map at the layer's size. For a target of score "probability" the map is
    that of the logit, because only the logit is a sum over places.

    Raises:
        ModelError: If the network does not end in global average pooling and one linear layer.
        ParameterError: If the target is not a class score.

    Reference: Zhou et al. 2016, arXiv 1512.04150, section 2.
    """

    name = "cam"
    title = "CAM"
    question = text("How much of the score comes from each place of the last maps, exactly?")
    family = Family.CLASS_ACTIVATION
    reference = "Zhou et al. 2016, arXiv 1512.04150"
    caveat = text(
        "It works only for networks that average their last maps and apply one dense layer, and only "
        "at that layer, which is coarse."
    )
    signed = True
    needs_gradients = False
    unit = text("share of the logit, times the number of cells")

    def resolved(self, classifier: Classifier, target: Target | None = None) -> Self:
        if classifier.network.pooled_layer is None:
            raise ModelError(
                text(
                    "CAM needs a network that ends in global average pooling and one linear layer; {model} does not. "
                    "Grad-CAM works on any network; where CAM exists, Grad-CAM equals it apart from a ReLU.",
                    model=classifier.network.name,
                )
            )
        if not isinstance(target, ClassScore | None):
            raise ParameterError(
                text(
                    "CAM explains the score of a class, which is a sum over places; not {target}. Grad-CAM explains "
                    "any target.",
                    target=target.in_words(),
                )
            )
        return self

    def attribute(self, classifier: Classifier, resized: np.ndarray, target: Target, progress: Progress) -> Attribution:
        network = classifier.network
        assert network.pooled_layer is not None
        assert isinstance(target, ClassScore)
        layer, kernel = network.pooled_layer
        progress(0, 1)
        maps = network.maps(classifier.preprocess_input(resized[None]), [layer])[0][0]
        cells = (maps @ (kernel @ target.weights(network.n_classes))).astype(np.float32)
        values = upsample(cells, classifier.input_size)
        progress(1, 1, values)
        return Attribution(values, layer, {"cells": cells})

    def why_blank(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> str:
        assert attribution.layer is not None
        return blank_maps.of_maps(classifier, resized, attribution.layer, self.title)
