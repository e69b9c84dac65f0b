"""The channels of an earlier layer that a unit is made of."""

import numpy as np

from vislib.model.classifier import Classifier
from vislib.targets.base import Target


def contributions(classifier: Classifier, image: np.ndarray, target: Target, layer: str) -> np.ndarray:
    """What each channel of a layer contributes to a target: Σ over positions of activation · ∂ target / ∂ activation.

    For a unit of the convolution right behind the layer this is weight · activation, summed over the window: the
    contributions and the bias add up to the unit. Behind more layers it is gradient × activation, which is exact as
    long as no ReLU changes sides (Shrikumar et al. 2016, arXiv 1605.01713).

    Args:
        classifier: The network.
        image: (H, W, 3) in 0..255.
        target: Such as `vislib.targets.Neuron`.
        layer: A layer with feature maps, before the target.

    Returns:
        (channels,) float32, in the unit of the target.

    Raises:
        LayerError: If the target does not depend on the layer.
        ModelError: If the gradient cannot be computed.
    """
    network = classifier.network
    inputs = classifier.preprocess_input(classifier.resize(image)[None])
    resolved = classifier.target(target).on_image(network, lambda: network.logits(inputs)[0])
    maps, gradients, _ = network.maps_and_gradients(inputs, layer, resolved)
    return (maps[0] * gradients[0]).sum(axis=(0, 1))
