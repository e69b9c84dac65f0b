"""Built-in networks by name. TensorFlow is imported when one is loaded, not before."""

import difflib

from vislib.errors import ModelError, listed
from vislib.language import sentences, text
from vislib.model.classifier import Classifier
from vislib.zoo import keras_applications, lite0, scene_networks, trained_here
from vislib.zoo.built_in import BuiltIn, imagenet_labels

__all__ = ["BUILT_IN", "DEFAULT", "BuiltIn", "imagenet_labels", "load", "models"]

BUILT_IN: dict[str, BuiltIn] = {
    network.name: network
    for network in (
        lite0.NETWORK,
        *trained_here.networks(),
        *scene_networks.networks(),
        *keras_applications.networks(),
    )
}
"""Every built-in network by name; a new network is one more entry here."""

DEFAULT = lite0.NETWORK.name


def models() -> dict[str, str]:
    """Built-in networks: name → one line on what it is and whether loading it needs a download.

    Example:
        >>> vislib.models()["digits"]
        'MNIST digits, 10 classes, 28 × 28 grey; trained here'
    """
    return {name: network.line for name, network in BUILT_IN.items()}


def load(name: str) -> Classifier:
    """The built-in classifier with this name.

    Raises:
        ModelError: If there is no such network, or its weights cannot be read or downloaded.
    """
    if name not in BUILT_IN:
        near = difflib.get_close_matches(name.lower(), BUILT_IN, 3)
        raise ModelError(
            sentences(
                text("There is no built-in network '{name}', and no file of that name.", name=name),
                text("The nearest are: {names}.", names=listed(near)) if near else "",
                text("There are: {names}.", names=listed(BUILT_IN, 50)),
            )
        )
    network = BUILT_IN[name]
    model = network.load()
    height, width, channels = model.input_shape[1:]
    return Classifier(name, model, network.labels(), (height, width), channels, network.preprocessing, network.reading)
