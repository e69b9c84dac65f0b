"""The ImageNet classifiers of `keras.applications`, by their names in Keras."""

from functools import partial
from typing import TYPE_CHECKING

from vislib.errors import ModelError
from vislib.language import text
from vislib.model.preprocessing import preprocessing_named
from vislib.training.downloads import keras_folder, wanted_file, why_failed
from vislib.zoo.built_in import BuiltIn, imagenet_labels

if TYPE_CHECKING:
    import keras

# name: (input side in pixels, family)
NETWORKS: dict[str, tuple[int, str]] = {
    "ConvNeXtTiny": (224, "ConvNeXt"),
    "ConvNeXtSmall": (224, "ConvNeXt"),
    "ConvNeXtBase": (224, "ConvNeXt"),
    "ConvNeXtLarge": (224, "ConvNeXt"),
    "ConvNeXtXLarge": (224, "ConvNeXt"),
    "DenseNet121": (224, "DenseNet"),
    "DenseNet169": (224, "DenseNet"),
    "DenseNet201": (224, "DenseNet"),
    "EfficientNetB0": (224, "EfficientNet"),
    "EfficientNetB1": (240, "EfficientNet"),
    "EfficientNetB2": (260, "EfficientNet"),
    "EfficientNetB3": (300, "EfficientNet"),
    "EfficientNetB4": (380, "EfficientNet"),
    "EfficientNetB5": (456, "EfficientNet"),
    "EfficientNetB6": (528, "EfficientNet"),
    "EfficientNetB7": (600, "EfficientNet"),
    "EfficientNetV2B0": (224, "EfficientNetV2"),
    "EfficientNetV2B1": (240, "EfficientNetV2"),
    "EfficientNetV2B2": (260, "EfficientNetV2"),
    "EfficientNetV2B3": (300, "EfficientNetV2"),
    "EfficientNetV2S": (384, "EfficientNetV2"),
    "EfficientNetV2M": (480, "EfficientNetV2"),
    "EfficientNetV2L": (480, "EfficientNetV2"),
    "InceptionResNetV2": (299, "InceptionResNetV2"),
    "InceptionV3": (299, "InceptionV3"),
    "MobileNet": (224, "MobileNet"),
    "MobileNetV2": (224, "MobileNetV2"),
    "MobileNetV3Large": (224, "MobileNetV3"),
    "MobileNetV3Small": (224, "MobileNetV3"),
    "NASNetLarge": (331, "NASNet"),
    "NASNetMobile": (224, "NASNet"),
    "ResNet50": (224, "ResNet"),
    "ResNet101": (224, "ResNet"),
    "ResNet152": (224, "ResNet"),
    "ResNet50V2": (224, "ResNetV2"),
    "ResNet101V2": (224, "ResNetV2"),
    "ResNet152V2": (224, "ResNetV2"),
    "VGG16": (224, "VGG16"),
    "VGG19": (224, "VGG19"),
    "Xception": (299, "Xception"),
}


def networks() -> list[BuiltIn]:
    """All of them as built-in networks."""
    return [
        BuiltIn(
            name,
            text("ImageNet, 1,000 classes, {side} × {side}; downloaded by Keras on first use", side=side),
            partial(load, name),
            imagenet_labels,
            preprocessing_named(family),
        )
        for name, (side, family) in NETWORKS.items()
    ]


def load(name: str, weights: str | None = "imagenet") -> "keras.Model":
    """The network with its ImageNet weights, which Keras downloads once and keeps.

    Args:
        name: One of `NETWORKS`.
        weights: "imagenet"; None for random weights, for tests that do not depend on the weights.

    Raises:
        ModelError: If the weights are not on this machine and cannot be downloaded.
    """
    from vislib.backend import keras

    side = NETWORKS[name][0]
    try:
        return getattr(keras.applications, name)(weights=weights, input_shape=(side, side, 3))
    except Exception as error:  # Keras raises bare Exception for a failed download
        if weights is None:
            raise
        raise ModelError(
            text(
                "The ImageNet weights of {name} are not on this machine and could not be downloaded: {reason}. To use "
                "them, put {file} into the folder {folder}. efficientnet-lite0 needs no download.",
                name=name,
                reason=why_failed(error),
                file=wanted_file(error) or text("their .h5 file"),
                folder=keras_folder("models"),
            )
        ) from error
