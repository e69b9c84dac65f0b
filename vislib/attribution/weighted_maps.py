"""What the relatives of Grad-CAM share: a layer, its maps and their gradients, and how cells become pixels."""

import dataclasses
from abc import abstractmethod
from dataclasses import dataclass
from typing import Self

import numpy as np

from vislib.attribution.base import Attribution, Explainer, Progress, parameter, upsample
from vislib.target import Target


@dataclass(frozen=True)
class WeightedMaps(Explainer):
    """A method that makes one map of a layer's feature maps A (h, w, k) and their gradients g = ∂ target / ∂ A.

    The map is computed at the layer's size and brought to the input's by interpolating between cell
    centres. `details["cells"]` holds it at the layer's size.
    """

    family = "class activation"

    layer: str | None = parameter(None, "Layer", help="Where to look; by default the last layer before pooling.")

    def resolved(self, classifier) -> Self:
        layer = self.layer if self.layer is not None else classifier.network.last_map_layer
        return dataclasses.replace(self, layer=layer)

    def attribute(self, classifier, fitted: np.ndarray, target: Target, progress: Progress) -> Attribution:
        assert self.layer is not None
        progress(0, 1)
        inputs = classifier.prepare(fitted[None])
        maps, gradients = classifier.network.maps_and_gradients(inputs, self.layer, target)
        cells = self.cells(maps[0].astype(np.float64), gradients[0].astype(np.float64)).astype(np.float32)
        values = upsample(cells, classifier.input_size)
        progress(1, 1, values)
        return Attribution(values, self.layer, {"cells": cells})

    @abstractmethod
    def cells(self, maps: np.ndarray, gradients: np.ndarray) -> np.ndarray:
        """The map (h, w) of maps and gradients (h, w, k), float64."""
