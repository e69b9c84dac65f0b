"""CAM, the first of them: exact where a network averages its last maps and adds them up with one layer of weights."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from vislib.attribution.base import Attribution, Explainer, Family, upsample
from vislib.errors import ModelError, ParameterError
from vislib.model.classifier import Classifier
from vislib.progress import Progress
from vislib.targets.base import Target
from vislib.targets.scores import ClassScore


@dataclass(frozen=True)
class Cam(Explainer):
    """Σ_k w_k A_k (equation 2): the last maps, added up with the weights by which their means make the class's logit.

    The map's mean plus the class's bias is the logit, so each place shows its own share of it, for or against.
    `details["cells"]` holds it at the layer's size. A target's probability counts as its logit, of which alone
    the map is a share.

    Raises:
        ModelError: If the network does not end in global average pooling and one linear layer.

    Reference: Zhou et al. 2016, arXiv 1512.04150, section 2.
    """

    name = "cam"
    title = "CAM"
    family = Family.CLASS_ACTIVATION
    reference = "Zhou et al. 2016, arXiv 1512.04150"
    caveat = "Only for networks that average their last maps into the scores, and only at that layer, which is coarse."
    signed = True
    unit = "share of the logit, times the number of cells"

    def resolved(self, classifier: Classifier, target: Target | None = None) -> Self:
        if classifier.network.pooled_layer is None:
            raise ModelError(
                f"CAM needs a network that ends in global average pooling and one linear layer; {classifier.network.name} "
                "does not. Grad-CAM is the same where CAM exists, but for its ReLU, and exists everywhere."
            )
        if not isinstance(target, ClassScore | None):
            raise ParameterError(
                f"CAM explains the score of a class, which is a sum over places; not {target.in_words()}. "
                "Grad-CAM explains any target."
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
