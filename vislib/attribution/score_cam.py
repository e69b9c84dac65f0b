"""Score-CAM: a channel weighs what the network says of the image seen through it alone. No gradients."""

import dataclasses
from dataclasses import dataclass

import numpy as np

from vislib.attribution.base import parameter, upsample
from vislib.attribution.measured_channels import MeasuredChannels, Weigh
from vislib.model.classifier import Classifier
from vislib.targets.base import Target
from vislib.targets.scores import SCORES, ClassScore


@dataclass(frozen=True)
class ScoreCam(MeasuredChannels):
    """ReLU(Σ_k α_k A_k) with α_k = s(x ∘ H_k) − s(0): how much the channel's map, as a mask, brings the class out.

    H_k is the channel's map A_k at the input's size, stretched to 0..1 (a constant map lets nothing through and
    weighs nothing). The mask multiplies the prepared input x, so that what is covered is 0 there: mid-grey, the
    mean colour or black, as the network's preprocessing has it. s is the target's probability, as in the paper's
    own code, or its logit; a probability is softmax (or sigmoid) taken once.

    Departs from the paper in that at most `max_channels` are measured.

    Reference: Wang et al. 2020, arXiv 1910.01279, equations 5 to 8.
    """

    name = "score-cam"
    title = "Score-CAM"
    reference = "Wang et al. 2020, arXiv 1910.01279"
    caveat = (
        "It runs the network once for each channel, on masked images unlike any it was trained on; channels left out "
        "change the map."
    )

    max_channels: int = parameter(
        32, "Channels", low=1, high=65536, help="At most so many are measured, those whose maps vary most."
    )
    weights: str = parameter(
        "probability", "Weights from", choices=SCORES, help="Which score of the masked image; for class scores."
    )

    def weigher(self, classifier: Classifier, inputs: np.ndarray, maps: np.ndarray, target: Target) -> Weigh:
        network, size = classifier.network, classifier.input_size
        if isinstance(target, ClassScore):
            target = dataclasses.replace(target, score=self.weights)
        nothing = network.values(np.zeros_like(inputs), target)

        def weigh(channels: np.ndarray) -> np.ndarray:
            masks = np.stack([_mask(upsample(maps[..., channel], size)) for channel in channels])
            return network.values(inputs * masks[..., None], target) - nothing

        return weigh


def _mask(values: np.ndarray) -> np.ndarray:
    """The map stretched to 0..1; 0 where it is constant."""
    low, high = values.min(), values.max()
    return (values - low) / (high - low) if high > low else np.zeros_like(values)
