"""Ablation-CAM: a channel weighs what the score loses without it. No gradients."""

from dataclasses import dataclass

import numpy as np

from vislib.attribution.measured_channels import MeasuredChannels, Weigh
from vislib.model.classifier import Classifier
from vislib.targets.base import Target


@dataclass(frozen=True)
class AblationCam(MeasuredChannels):
    """ReLU(Σ_k α_k A_k) with α_k = s − s_k, s_k the score with channel k set to 0.

    The paper divides α_k by s (equation 5), which is the same factor for every channel; it is left out, for it
    turns the map over where the score is negative, as a logit may be.

    Reference: Desai & Ramaswamy 2020, WACV, doi 10.1109/WACV45572.2020.9093360.
    """

    name = "ablation-cam"
    title = "Ablation-CAM"
    reference = "Desai & Ramaswamy 2020, WACV, doi 10.1109/WACV45572.2020.9093360"
    caveat = "Channels are taken away one at a time: evidence that is in several of them is not seen."

    def weigher(self, classifier: Classifier, inputs: np.ndarray, maps: np.ndarray, target: Target) -> Weigh:
        network, layer = classifier.network, self.map_layer
        whole = network.values(inputs, target)

        def weigh(channels: np.ndarray) -> np.ndarray:
            scales = np.ones((len(channels), maps.shape[-1]), np.float32)
            scales[np.arange(len(channels)), channels] = 0
            return whole - network.values_of_scaled_maps(inputs, layer, scales, target)

        return weigh
