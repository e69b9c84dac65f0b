"""Grad-CAM++: positions weighted, so that several instances of a class all show."""

from dataclasses import dataclass

import numpy as np

from vislib.attribution.weighted_maps import WeightedMaps


@dataclass(frozen=True)
class GradCamPlusPlus(WeightedMaps):
    """ReLU(Σ_k w_k A_k), w_k = Σ_ij α_k,ij ReLU(g_k,ij), α = g² / (2 g² + g³ Σ_ab A_k,ab) (equations 7, 19).

    The paper differentiates exp(score), whose factor is the same everywhere; it is left out, so that large
    logits do no harm. Where the denominator is 0, α is 0. Values are ≥ 0.

    Reference: Chattopadhay et al. 2018, arXiv 1710.11063.
    """

    name = "grad-cam++"
    title = "Grad-CAM++"
    reference = "Chattopadhay et al. 2018, arXiv 1710.11063"
    caveat = (
        "Uses positive gradients only, so it tells classes apart less well than Grad-CAM; in practice near to weighting "
        "every positive gradient alike (Lerma & Lucas 2022, arXiv 2205.10838)."
    )
    signed = False

    def cells(self, maps: np.ndarray, gradients: np.ndarray) -> np.ndarray:
        squares = gradients**2
        below = squares * (2 + gradients * maps.sum(axis=(0, 1)))
        alpha = np.divide(squares, below, out=np.zeros_like(below), where=below != 0)
        weights = (alpha * np.maximum(gradients, 0)).sum(axis=(0, 1))
        return np.maximum(maps @ weights, 0)
