"""Layer-CAM: each position is weighted by its own positive gradient, which makes early layers usable."""

from dataclasses import dataclass

import numpy as np

from vislib.attribution.weighted_maps import WeightedMaps
from vislib.language import text


@dataclass(frozen=True)
class LayerCam(WeightedMaps):
    """ReLU(Σ_k ReLU(g_k) ⊙ A_k) (equations 6 and 7). Values are ≥ 0.

    Reference: Jiang et al. 2021, IEEE Transactions on Image Processing 30, doi 10.1109/TIP.2021.3089943.
    """

    name = "layer-cam"
    title = "Layer-CAM"
    question = text("Which active places of a layer would raise the score if they were more active?")
    unit = text("Layer-CAM, Σ ReLU(gradient) · A")
    reference = "Jiang et al. 2021, IEEE TIP 30, doi 10.1109/TIP.2021.3089943"
    caveat = text(
        "Negative gradients are dropped, so evidence against the class is missed; at early layers it is noisy."
    )
    signed = False

    def signed_cells(self, maps: np.ndarray, gradients: np.ndarray) -> np.ndarray:
        return (maps * np.maximum(gradients, 0)).sum(axis=-1)
