"""Score-CAM: a channel's weight is the network's score for the image masked by that channel. It needs no gradients."""

from dataclasses import dataclass

import numpy as np

from vislib.attribution.base import enlargement, parameter
from vislib.attribution.channel_scoring import ChannelScoring, ScoreChannels
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.network.masks import Masks
from vislib.targets.base import Target
from vislib.targets.pixels import SCORES
from vislib.targets.scores import with_score


@dataclass(frozen=True)
class ScoreCam(ChannelScoring):
    """ReLU(Σ_k α_k A_k) with α_k = s(x ∘ H_k) − s(0): the rise of the score when the channel's map is the mask.

    H_k is the channel's map A_k at the input's size, stretched to 0..1; a constant map gives a mask of zeros and has
    weight 0. The mask multiplies the preprocessed input x, so that covered parts are 0 there: mid-grey, the mean
    colour or black, depending on the network's preprocessing. s is the target's probability, as in the code of the
    paper's authors, or its logit; for a probability, softmax (or sigmoid) is applied once.

    Departs from the paper in measuring at most `max_channels` channels.

    Reference: Wang et al. 2020, arXiv 1910.01279, equations 5 to 8.
    """

    name = "score-cam"
    title = "Score-CAM"
    question = text("Where are the channels whose places, shown alone, raise the probability?")
    unit = "Score-CAM, ReLU(Σ α · A)"
    reference = "Wang et al. 2020, arXiv 1910.01279"
    caveat = text(
        "It runs the network once for each channel, on masked images that are unlike the training "
        "images. Leaving channels out changes the map."
    )

    max_channels: int = parameter(
        32, text("Channels"), low=1, high=65536, help=text("How many are measured at most: those whose maps vary most.")
    )
    weights: str = parameter(
        "probability",
        text("Weights from"),
        choices=SCORES,
        help=text("Which score of the masked image is used. Applies to class scores."),
    )

    def channel_scorer(
        self, classifier: Classifier, inputs: np.ndarray, maps: np.ndarray, target: Target
    ) -> ScoreChannels:
        network, size = classifier.network, classifier.input_size
        target = with_score(target, self.weights)
        nothing = network.values(np.zeros_like(inputs), target)

        rows, columns = (enlargement(n, side) for n, side in zip(maps.shape[:2], size, strict=True))

        def score_channels(channels: np.ndarray) -> np.ndarray:
            masks = Masks.of_maps(rows, columns, maps[..., channels].transpose(2, 0, 1))
            return network.masked_values(inputs, np.zeros_like(inputs), masks, target) - nothing

        return score_channels
