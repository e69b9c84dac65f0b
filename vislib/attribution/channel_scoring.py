"""The base of class activation maps without gradients: running the network gives each channel's weight."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vislib.activations.maps import strongest_channels
from vislib.attribution import blank_maps
from vislib.attribution.base import AtLayer, Attribution, Family, batches, parameter, upsample
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.progress import Progress
from vislib.targets.base import Target

ScoreChannels = Callable[[np.ndarray], np.ndarray]
"""Computes the weights (n,) of channels from their indices (n,)."""

_FIRST, _MOST = 4, 16  # channels in a batch: few, so that progress updates and cancellation respond quickly


@dataclass(frozen=True)
class ChannelScoring(AtLayer):
    """A method that computes ReLU(Σ_k α_k A_k) of a layer's feature maps A and measures each α_k with the network.

    If the layer has more channels than `max_channels`, only those are used whose maps vary most over positions: a
    constant map cannot show where the evidence is. `notes` then says so. Values are ≥ 0. The strongest channels are
    measured first, so that partial maps are close to the final one.
    `details`: "cells" is the map at the layer's size, "signed_cells" that before the ReLU, "channels" (n,) the
    indices, "weights" (n,) the α_k.
    """

    family = Family.CLASS_ACTIVATION
    signed = False
    needs_gradients = False
    counted = text("channels")

    max_channels: int = parameter(
        256,
        text("Channels"),
        low=1,
        high=65536,
        help=text("How many are measured at most: those whose maps vary most."),
    )

    def attribute(self, classifier: Classifier, resized: np.ndarray, target: Target, progress: Progress) -> Attribution:
        network, size = classifier.network, classifier.input_size
        n_channels = network.map_node(self.map_layer).output.shape[-1]
        count = min(self.max_channels, n_channels)
        progress(0, count)
        inputs = classifier.preprocess_input(resized[None])
        maps = network.maps(inputs, [self.map_layer])[0][0]
        channels = np.sort(np.argsort(-maps.std(axis=(0, 1)), kind="stable")[:count])
        score_channels = self.channel_scorer(classifier, inputs, maps, target)
        weights = np.zeros(count)
        order = strongest_channels(maps[..., channels])  # they make up most of the map
        for done in batches(count, _FIRST, min(network.batch_size, _MOST)):
            now = order[done]
            weights[now] = score_channels(channels[now])
            signed = (maps[..., channels] @ weights).astype(np.float32)
            cells = np.maximum(signed, 0)
            values = upsample(cells, size)
            progress(done.stop, count, values)
        notes: tuple[str, ...] = ()
        if count < n_channels:
            notes = (
                text(
                    "{n:,} of {total:,} channels were measured, those whose maps vary most over positions.",
                    n=count,
                    total=n_channels,
                ),
            )
        details = {"cells": cells, "signed_cells": signed, "channels": channels, "weights": weights}
        return Attribution(values, self.layer, details, notes)

    def why_blank(
        self, classifier: Classifier, resized: np.ndarray, target: Target, attribution: Attribution, score: float
    ) -> str:
        return blank_maps.of_channels(classifier, resized, self.map_layer, self.title, attribution.details)

    @abstractmethod
    def channel_scorer(
        self, classifier: Classifier, inputs: np.ndarray, maps: np.ndarray, target: Target
    ) -> ScoreChannels:
        """A function that measures channels, for one preprocessed input (1, h, w, c) and the layer's maps (h, w, k)."""
