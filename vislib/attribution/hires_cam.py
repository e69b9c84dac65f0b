"""HiRes-CAM: maps times gradients, place by place."""

from dataclasses import dataclass

import numpy as np

from vislib.attribution.weighted_maps import WeightedMaps


@dataclass(frozen=True)
class HiResCam(WeightedMaps):
    """Σ_k g_k ⊙ A_k (equation 4), negative values kept.

    Where only pooling and one dense layer follow it equals CAM, and the cells add up to the class's score
    less its bias. Grad-CAM averages g over positions first.

    Reference: Draelos & Carin 2020, arXiv 2011.08891.
    """

    name = "hires-cam"
    title = "HiRes-CAM"
    reference = "Draelos & Carin 2020, arXiv 2011.08891"
    caveat = (
        "Faithful to the score only where a single dense layer follows; deeper heads are followed to first order. "
        "As coarse as the layer."
    )
    signed = True

    def cells(self, maps: np.ndarray, gradients: np.ndarray) -> np.ndarray:
        return (maps * gradients).sum(axis=-1)
