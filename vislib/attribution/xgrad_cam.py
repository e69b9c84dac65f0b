"""XGrad-CAM: gradients averaged with the activations as weights."""

from dataclasses import dataclass

import numpy as np

from vislib.attribution.weighted_maps import WeightedMaps
from vislib.language import text


@dataclass(frozen=True)
class XGradCam(WeightedMaps):
    """ReLU(Σ_k w_k A_k), w_k = Σ_ij A_k,ij g_k,ij / Σ_ij A_k,ij (equation 8); 0 for a map that sums to 0.

    Values are ≥ 0.

    Reference: Fu et al. 2020, arXiv 2008.02312.
    """

    name = "xgrad-cam"
    title = "XGrad-CAM"
    question = text("Where does a layer hold evidence, with each channel weighted by its part in the score?")
    unit = "XGrad-CAM, ReLU(Σ w · A)"
    reference = "Fu et al. 2020, arXiv 2008.02312"
    caveat = text(
        "Its axioms hold only approximately for ReLU networks; with signed maps the weights can become very large."
    )
    signed = False

    def signed_cells(self, maps: np.ndarray, gradients: np.ndarray) -> np.ndarray:
        total = maps.sum(axis=(0, 1))
        weights = np.divide((maps * gradients).sum(axis=(0, 1)), total, out=np.zeros_like(total), where=total != 0)
        return maps @ weights
