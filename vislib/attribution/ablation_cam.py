"""Ablation-CAM: a channel's weight is how much the score falls without that channel. It needs no gradients."""

from dataclasses import dataclass

import numpy as np

from vislib.attribution.channel_scoring import ChannelScoring, ScoreChannels
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.targets.base import Target


@dataclass(frozen=True)
class AblationCam(ChannelScoring):
    """ReLU(Σ_k α_k A_k) with α_k = s − s_k, s_k the score with channel k set to 0.

    Values are ≥ 0.

    Departs from the paper, which divides α_k by s (equation 5). That factor is the same for every channel, and it
    would invert the map where the score is negative, as a logit can be.

    Reference: Desai & Ramaswamy 2020, WACV, doi 10.1109/WACV45572.2020.9093360.
    """

    name = "ablation-cam"
    title = "Ablation-CAM"
    question = text("Where are the channels without which the score falls?")
    unit = "Ablation-CAM, ReLU(Σ α · A)"
    reference = "Desai & Ramaswamy 2020, WACV, doi 10.1109/WACV45572.2020.9093360"
    caveat = text("Channels are removed one at a time, so evidence that several of them carry is missed.")

    def channel_scorer(
        self, classifier: Classifier, inputs: np.ndarray, maps: np.ndarray, target: Target
    ) -> ScoreChannels:
        network, layer = classifier.network, self.map_layer
        unchanged = network.values(inputs, target)

        def score_channels(channels: np.ndarray) -> np.ndarray:
            scales = np.ones((len(channels), maps.shape[-1]), np.float32)
            scales[np.arange(len(channels)), channels] = 0
            return unchanged - network.values_of_scaled_maps(inputs, layer, scales, target)

        return score_channels
