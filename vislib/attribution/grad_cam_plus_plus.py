"""Grad-CAM++: positions are weighted so that every instance of a class shows."""

from dataclasses import dataclass

import numpy as np

from vislib.attribution.weighted_maps import WeightedMaps
from vislib.language import text


@dataclass(frozen=True)
class GradCamPlusPlus(WeightedMaps):
    """ReLU(Σ_k w_k A_k), w_k = Σ_ij α_k,ij ReLU(g_k,ij), α = g² / (2 g² + g³ Σ_ab A_k,ab) (equations 7, 19).

    The paper differentiates exp(score), which multiplies the map by the same factor everywhere. That factor is left
    out, so that large logits do not overflow. Where the denominator is 0, α is 0. Values are ≥ 0.

    Reference: Chattopadhay et al. 2018, arXiv 1710.11063.
    """

    name = "grad-cam++"
    title = "Grad-CAM++"
    question = text("Where does a layer hold evidence for the class, if the class occurs several times?")
    unit = "Grad-CAM++, ReLU(Σ w · A)"
    reference = "Chattopadhay et al. 2018, arXiv 1710.11063"
    caveat = text(
        "It uses positive gradients only, so it distinguishes classes less well than Grad-CAM. In "
        "practice it is close to equal weights for all positive gradients (Lerma & Lucas 2022, arXiv "
        "2205.10838)."
    )
    signed = False

    def signed_cells(self, maps: np.ndarray, gradients: np.ndarray) -> np.ndarray:
        squares = gradients**2
        denominator = squares * (2 + gradients * maps.sum(axis=(0, 1)))
        alpha = np.divide(squares, denominator, out=np.zeros_like(denominator), where=denominator != 0)
        weights = (alpha * np.maximum(gradients, 0)).sum(axis=(0, 1))
        return maps @ weights
