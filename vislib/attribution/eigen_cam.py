"""Eigen-CAM: the strongest pattern in a layer, the same for every class."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vislib.attribution import blank_maps
from vislib.attribution.base import AtLayer, Attribution, Family, OnePass
from vislib.attribution.weighted_maps import of_cells
from vislib.errors import LayerError, listed
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.targets.base import Target


@dataclass(frozen=True)
class EigenCam(OnePass, AtLayer):
    """ReLU(A v₁), v₁ the first right singular vector of the maps as a matrix (h·w, k).

    The decomposition does not determine the sign of v₁; it is chosen so that the sum of A v₁ is positive.
    The map does not depend on the class. Values are ≥ 0.

    Reference: Muhammad & Yeasin 2020, arXiv 2008.00299.
    """

    name = "eigen-cam"
    title = "Eigen-CAM"
    question = text("What is the strongest pattern in a layer, whatever the class?")
    unit = text("Eigen-CAM, first principal component of A")
    family = Family.CLASS_ACTIVATION
    reference = "Muhammad & Yeasin 2020, arXiv 2008.00299"
    caveat = text("It does not depend on the class: it shows the strongest pattern in the layer.")
    signed = False
    needs_gradients = False
    class_discriminative = False

    def attribute_many(
        self, classifier: Classifier, resized: np.ndarray, targets: Sequence[Target]
    ) -> list[Attribution]:
        network, layer = classifier.network, self.map_layer
        found = []
        for start in range(0, len(resized), network.batch_size):
            inputs = classifier.preprocess_input(resized[start : start + network.batch_size])
            every = network.maps(inputs, [layer])[0]
            if not np.isfinite(every).all():
                raise LayerError(
                    text(
                        "The maps of layer '{layer}' contain NaN or infinity, which have no strongest pattern. Name an "
                        "earlier layer with `layer`: {layers}.",
                        layer=layer,
                        layers=listed(network.map_layers),
                    )
                )
            found += [of_cells(classifier, layer, _cells(maps)) for maps in every]
        return found

    def why_blank(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> str:
        return blank_maps.of_maps(classifier, resized, self.map_layer, self.title)


def _cells(maps: np.ndarray) -> np.ndarray:
    """The map (h, w) from feature maps (h, w, k)."""
    matrix = maps.reshape(-1, maps.shape[-1]).astype(np.float64)
    projection = matrix @ np.linalg.svd(matrix, full_matrices=False)[2][0]
    return np.maximum(projection if projection.sum() >= 0 else -projection, 0).reshape(maps.shape[:2])
