"""What the class activation maps without gradients share: each channel's weight is measured by running the network."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vislib.activations.maps import strongest_channels
from vislib.attribution.base import AtLayer, Attribution, Family, batches, parameter, upsample
from vislib.model.classifier import Classifier
from vislib.progress import Progress
from vislib.targets.base import Target

Weigh = Callable[[np.ndarray], np.ndarray]
"""Weights (n,) of channels given by their indices (n,)."""

_FIRST, _MOST = 4, 16  # channels at once: few, so that progress updates and cancellation respond quickly


@dataclass(frozen=True)
class MeasuredChannels(AtLayer):
    """A method that makes the map ReLU(Σ_k α_k A_k) of a layer's feature maps A, with α_k measured channel by channel.

    Where `max_channels` is less than there are, only those count whose maps vary most from place to place
    (a map that is the same everywhere says nothing of where); `notes` then says so. Values are ≥ 0.
    The strongest are measured first, so that the map of those measured so far is near the whole.
    `details`: "cells" the map at the layer's size, "channels" and "weights" (n,) the α_k.
    """

    family = Family.CLASS_ACTIVATION
    signed = False
    counted = "channels"

    max_channels: int = parameter(
        256, "Channels", low=1, high=65536, help="At most so many are measured, those whose maps vary most."
    )

    def attribute(self, classifier: Classifier, resized: np.ndarray, target: Target, progress: Progress) -> Attribution:
        network, size = classifier.network, classifier.input_size
        there_are = network.map_node(self.map_layer).output.shape[-1]
        count = min(self.max_channels, there_are)
        progress(0, count)
        inputs = classifier.preprocess_input(resized[None])
        maps = network.maps(inputs, [self.map_layer])[0][0]
        channels = np.sort(np.argsort(-maps.std(axis=(0, 1)), kind="stable")[:count])
        weigh = self.weigher(classifier, inputs, maps, target)
        weights = np.zeros(count)
        order = strongest_channels(maps[..., channels])  # they make most of the map, so it soon looks like the whole
        for done in batches(count, _FIRST, min(network.batch_size, _MOST)):
            now = order[done]
            weights[now] = weigh(channels[now])
            cells = np.maximum(maps[..., channels] @ weights, 0).astype(np.float32)
            values = upsample(cells, size)
            progress(done.stop, count, values)
        notes: tuple[str, ...] = ()
        if count < there_are:
            notes = (f"{count:,} of {there_are:,} channels were measured, those that vary most from place to place.",)
        return Attribution(values, self.layer, {"cells": cells, "channels": channels, "weights": weights}, notes)

    @abstractmethod
    def weigher(self, classifier: Classifier, inputs: np.ndarray, maps: np.ndarray, target: Target) -> Weigh:
        """What measures channels, for one prepared input (1, h, w, c) and the layer's maps (h, w, k)."""
