"""What the relatives of Grad-CAM share: a layer, its maps and their gradients, and how cells become pixels."""

import dataclasses
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from vislib.attribution.base import Attribution, Explainer, parameter, upsample
from vislib.progress import Progress
from vislib.targets.scores import Target


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
        progress(0, 1)
        (attribution,) = self.attribute_many(classifier, fitted[None], [target])
        progress(1, 1, attribution.values)
        return attribution

    def attribute_many(self, classifier, fitted: np.ndarray, targets: Sequence[Target]) -> list[Attribution]:
        return [
            self._attribution(classifier, self.cells(maps.astype(np.float64), gradients.astype(np.float64)))
            for maps, gradients in each_maps_and_gradients(classifier, fitted, self.layer, targets)
        ]

    def _attribution(self, classifier, cells: np.ndarray) -> Attribution:
        cells = cells.astype(np.float32)
        return Attribution(upsample(cells, classifier.input_size), self.layer, {"cells": cells})

    @abstractmethod
    def cells(self, maps: np.ndarray, gradients: np.ndarray) -> np.ndarray:
        """The map (h, w) of maps and gradients (h, w, k), float64."""


def each_maps_and_gradients(
    classifier, fitted: np.ndarray, layer: str | None, targets: Sequence[Target], rule: str | None = None
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For each of several images (n, h, w, 3) its maps (h, w, k) and their gradients, computed a batch at a time."""
    assert layer is not None
    network = classifier.network
    for start in range(0, len(fitted), network.gradient_batch_size):
        now = slice(start, start + network.gradient_batch_size)
        yield from zip(
            *network.maps_and_gradients(classifier.prepare(fitted[now]), layer, targets[now], rule), strict=True
        )
