"""HiRes-CAM: maps times gradients, position by position."""

from dataclasses import dataclass

import numpy as np

from vislib.attribution.weighted_maps import WeightedMaps
from vislib.language import text


@dataclass(frozen=True)
class HiResCam(WeightedMaps):
    """Σ_k g_k ⊙ A_k (equation 4). Negative values are kept.

    Where only pooling and one dense layer follow, it equals CAM, and the cells add up to the class's score
    minus its bias. Grad-CAM averages g over positions first.

    Reference: Draelos & Carin 2020, arXiv 2011.08891.
    """

    name = "hires-cam"
    title = "HiRes-CAM"
    question = text("Which places of a layer raise the score, and which lower it?")
    unit = text("HiRes-CAM, Σ gradient · A")
    reference = "Draelos & Carin 2020, arXiv 2011.08891"
    caveat = text(
        "It is faithful to the score only where a single dense layer follows; deeper heads are "
        "approximated to first order. It is as coarse as the layer."
    )
    signed = True

    def signed_cells(self, maps: np.ndarray, gradients: np.ndarray) -> np.ndarray:
        return (maps * gradients).sum(axis=-1)
