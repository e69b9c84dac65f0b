"""Runs a network's graph: scores, feature maps and gradients, as NumPy arrays.

Each computation is traced once for any batch size and then reused. Methods use only this class, so no method can
change a model.
"""

import numpy as np

from vislib.network import cuts
from vislib.network.failures import failures_as_sentences
from vislib.network.gradients import GradientNetwork
from vislib.network.masking import masked_values
from vislib.network.masks import Masks
from vislib.network.patching import Patched, patched
from vislib.network.recording import recorded
from vislib.targets.base import Target


class Network(GradientNetwork):
    """A Keras network, ready to run.

    A model of classes with a single output unit has two classes: the logit of class 1 is the unit's value, the logit of
    class 0 is its negative.

    Args:
        model: The Keras model; it is not changed. If nothing else shows what its output is, it is run once on noise to
            see whether it gives probabilities.
        input_shape: (height, width, channels).
        task: What the network does, if it is known.
        output: The name or the index of one of several outputs.
        inputs: Values for the inputs that are no image; see `vislib.graph.inputs`.
        loss: The loss that the model was trained with, if the model was not compiled with one.

    Raises:
        ModelError: If vislib cannot run the model on such an image.
        ParameterError: If there is no such input or output, or the task does not suit the output.

    Attributes:
        head: What the output means.
        n_units: Number of output units, at each place of a map.
        n_classes: Number of classes or outputs; 2 for a single unit of two classes.
    """

    def patched(self, inputs: np.ndarray, size: tuple[int, int], target: Target) -> Patched:
        """A function that computes a target for copies of one input (1, h, w, c) in which a rectangle of `size`
        (height, width) is replaced by a patch.

        Only the activations that a patch changes are computed. This is exact; see `vislib.speed.incremental`.
        """
        with failures_as_sentences(self.name, self.graph, inputs, 1):
            found = patched(self, inputs, size, target)

        @recorded
        def values(*patches: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
            with failures_as_sentences(self.name, self.graph, inputs, len(patches[0])):
                return found.values(*patches)

        return Patched(values, found.unchanged, found.batch_size)

    @recorded
    def masked_values(self, shown: np.ndarray, hidden: np.ndarray, masks: Masks, target: Target) -> np.ndarray:
        """The values (n,) of a target for one preprocessed input (1, h, w, c) under n masks, with another behind it."""
        with failures_as_sentences(self.name, self.graph, shown, min(len(masks), self.batch_size)):
            return masked_values(self, shown, hidden, masks, target)

    @recorded
    def values_of_scaled_maps(self, inputs: np.ndarray, layer: str, scales: np.ndarray, target: Target) -> np.ndarray:
        """A target's values (n,) for one input (1, h, w, c) when a layer's channels are scaled by `scales` (n, k).

        The layers up to this one are computed once, the rest n times. A scale of 0 removes a channel.

        Raises:
            LayerError: If the target does not depend on the layer.
        """
        return cuts.values_of_scaled_maps(self, inputs, layer, scales, target)

    @recorded
    def values_of_maps(self, inputs: np.ndarray, layer: str, maps: np.ndarray, target: Target) -> np.ndarray:
        """A target's values (n,) for one input (1, h, w, c) when a layer's maps, or its vector, are replaced.

        Only the layers behind this one are computed, and those of shortcuts past it.

        Args:
            inputs: The preprocessed input (1, h, w, c), from which the shortcuts past the layer come.
            layer: The layer's name.
            maps: Its maps (n, h, w, channels), or of a layer without places its vectors (n, channels).
            target: A target, each of whose terms depends on the layer.

        Raises:
            LayerError: If the target does not depend on the layer.
            ParameterError: If the maps do not have the shape of the layer's.
        """
        return cuts.values_of_maps(self, inputs, layer, maps, target)
