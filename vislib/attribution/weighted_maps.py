"""The base of the relatives of Grad-CAM: a layer's maps and their gradients, and the way from cells to pixels."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from vislib.attribution import blank_maps
from vislib.attribution.base import AtLayer, Attribution, Family, OnePass, upsample
from vislib.model.classifier import Classifier
from vislib.targets.base import Target


@dataclass(frozen=True)
class WeightedMaps(OnePass, AtLayer):
    """A method that computes one map from a layer's feature maps A (h, w, k) and their gradients g = ∂ target / ∂ A.

    The map is computed at the layer's size and enlarged to the input's size by interpolation between cell centres.
    `details["cells"]` holds it at the layer's size; `details["signed_cells"]` that before the ReLU, for a method with
    one.
    """

    family = Family.CLASS_ACTIVATION

    def attribute_many(
        self, classifier: Classifier, resized: np.ndarray, targets: Sequence[Target]
    ) -> list[Attribution]:
        found = []
        for maps, gradients, score in each_maps_and_gradients(classifier, resized, self.map_layer, targets):
            signed = self.signed_cells(maps.astype(np.float64), gradients.astype(np.float64))
            found.append(of_cells(classifier, self.map_layer, signed, score, relu=not self.signed))
        return found

    @abstractmethod
    def signed_cells(self, maps: np.ndarray, gradients: np.ndarray) -> np.ndarray:
        """The map (h, w) from maps and gradients (h, w, k), float64, before a ReLU."""

    def why_blank(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> str:
        return blank_maps.of_layer(classifier, resized, self.map_layer, target, self.title, attribution.details)


def of_cells(
    classifier: Classifier, layer: str, signed: np.ndarray, score: float | None = None, relu: bool = False
) -> Attribution:
    """Enlarges a map (h, w) at a layer's size to the size of the network's input, after a ReLU if there is one."""
    signed = signed.astype(np.float32)
    cells = np.maximum(signed, 0) if relu else signed
    details = {"cells": cells, "signed_cells": signed} if relu else {"cells": cells}
    return Attribution(upsample(cells, classifier.input_size), layer, details, score=score)


def each_maps_and_gradients(
    classifier: Classifier, resized: np.ndarray, layer: str, targets: Sequence[Target], rule: str | None = None
) -> Iterator[tuple[np.ndarray, np.ndarray, float]]:
    """Yields, for each of several images (n, h, w, 3), its maps (h, w, k), their gradients (h, w, k) and the target's
    value. It computes them batch by batch."""
    network = classifier.network
    for start in range(0, len(resized), network.gradient_batch_size):
        now = slice(start, start + network.gradient_batch_size)
        inputs = classifier.preprocess_input(resized[now])
        maps, gradients, values = network.maps_and_gradients(inputs, layer, targets[now], rule)
        yield from zip(maps, gradients, map(float, values), strict=True)
