"""Built-in networks by name. TensorFlow is imported when one is loaded, not before."""

from pathlib import Path

from vislib.errors import ModelError, listed
from vislib.model.classifier import Classifier
from vislib.model.preprocessing import PREPROCESSINGS
from vislib.training.networks import PREPROCESSING
from vislib.zoo import keras_applications, trained_here

_LABELS = Path(__file__).with_name("imagenet_labels.txt")

DEFAULT = "efficientnet-lite0"


def imagenet_labels() -> tuple[str, ...]:
    """Names of the 1,000 classes of ImageNet (ILSVRC 2012), in the order of the class indices."""
    return tuple(_LABELS.read_text(encoding="utf-8").splitlines())


def models() -> dict[str, str]:
    """Built-in networks: name → one line on what it is and whether loading it needs the network."""
    built_in = {DEFAULT: "ImageNet, 1,000 classes, 224 × 224; comes with the installation"}
    built_in |= {name: network.line for name, network in trained_here.TRAINED.items()}
    for name, (side, _) in keras_applications.NETWORKS.items():
        built_in[name] = f"ImageNet, 1,000 classes, {side} × {side}; downloaded by Keras on first use"
    return built_in


def load(name: str) -> Classifier:
    """The built-in classifier of that name.

    Raises:
        ModelError: If there is none, or its weights cannot be had.
    """
    if name not in models():
        raise ModelError(
            f"There is no built-in network '{name}'; there are: {listed(models(), 50)}. A file ends in .keras or .h5."
        )
    labels = imagenet_labels()
    if name == DEFAULT:
        from vislib.zoo import efficientnet_lite0

        model, preprocess = efficientnet_lite0.load(), PREPROCESSINGS["efficientnet-lite"]
    elif name in trained_here.TRAINED:
        model, preprocess, labels = trained_here.load(name), PREPROCESSING, trained_here.TRAINED[name].labels
    else:
        model, preprocess = keras_applications.load(name), PREPROCESSINGS[keras_applications.NETWORKS[name][1]]
    height, width, channels = model.input_shape[1:]
    return Classifier(name, model, labels, (height, width), channels, preprocess)
