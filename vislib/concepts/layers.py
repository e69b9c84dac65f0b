"""Layers whose activations are factored over crops: with places, or without."""

from typing import TYPE_CHECKING

import numpy as np

from vislib.errors import LayerError, listed
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.targets.base import LOGITS, Target

if TYPE_CHECKING:
    from vislib.network.network import Network


def concept_layers(network: "Network") -> tuple[str, ...]:
    """The layers in which CRAFT can look for concepts: the last hidden layer, if it has no places, then those with
    feature maps."""
    hidden = network.last_hidden_layer
    return network.map_layers if hidden is None else (hidden, *network.map_layers)


def default_layer(network: "Network", target: Target) -> str:
    """The layer in which CRAFT looks for concepts by default: for a class score the last hidden layer of a network that
    ends in several dense layers; else the last one with feature maps before pooling.

    Dense layers know where in the image a feature is, and an average over a map's places does not.

    Raises:
        LayerError: If there is no such layer, or there are several.
    """
    hidden = network.last_hidden_layer
    return hidden if hidden is not None and target.layers == {LOGITS} else network.last_map_layer_before(target)


def has_places(network: "Network", layer: str) -> bool:
    """Whether a layer has feature maps; False for the last hidden layer of a network that ends in dense layers.

    Raises:
        LayerError: If it is neither.
    """
    if layer == network.last_hidden_layer:
        return False
    if layer not in network.map_layers:
        raise LayerError(
            text(
                "Concepts cannot be found in layer '{layer}' of {model}. Accepted: {layers}.",
                layer=layer,
                model=network.name,
                layers=listed(concept_layers(network)),
            )
        )
    return True


def activations_of(classifier: Classifier, images: np.ndarray, layer: str) -> np.ndarray:
    """A layer's activations (n, places, channels) for images (n, h, w, c) at the size of the network's input; a layer
    without places has one."""
    network, found = classifier.network, []
    for start in range(0, len(images), network.batch_size):
        inputs = classifier.preprocess_input(images[start : start + network.batch_size])
        (outputs,) = network.outputs(inputs, [layer])
        found.append(outputs.reshape(len(outputs), -1, outputs.shape[-1]))
    return np.concatenate(found)
