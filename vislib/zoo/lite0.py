"""EfficientNet-Lite0 as a built-in network; this module does not import TensorFlow."""

from typing import TYPE_CHECKING

from vislib.language import text
from vislib.model.preprocessing import PREPROCESSINGS
from vislib.zoo.built_in import BuiltIn, imagenet_labels

if TYPE_CHECKING:
    import keras


def _load() -> "keras.Model":
    from vislib.zoo import efficientnet_lite0

    return efficientnet_lite0.load()


NETWORK = BuiltIn(
    "efficientnet-lite0",
    text("ImageNet, 1,000 classes, 224 × 224; comes with the installation"),
    _load,
    imagenet_labels,
    PREPROCESSINGS["efficientnet-lite"].cropped("centre"),
)
