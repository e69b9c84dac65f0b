"""The ImageNet classifiers of `keras.applications`, by the names that Keras gives them."""

from typing import TYPE_CHECKING

from vislib.errors import ModelError

if TYPE_CHECKING:
    import keras

# name: (input side in pixels, preprocessing)
NETWORKS: dict[str, tuple[int, str]] = {
    "ConvNeXtTiny": (224, "0..255"),
    "ConvNeXtSmall": (224, "0..255"),
    "ConvNeXtBase": (224, "0..255"),
    "ConvNeXtLarge": (224, "0..255"),
    "ConvNeXtXLarge": (224, "0..255"),
    "DenseNet121": (224, "imagenet mean/std"),
    "DenseNet169": (224, "imagenet mean/std"),
    "DenseNet201": (224, "imagenet mean/std"),
    "EfficientNetB0": (224, "0..255"),
    "EfficientNetB1": (240, "0..255"),
    "EfficientNetB2": (260, "0..255"),
    "EfficientNetB3": (300, "0..255"),
    "EfficientNetB4": (380, "0..255"),
    "EfficientNetB5": (456, "0..255"),
    "EfficientNetB6": (528, "0..255"),
    "EfficientNetB7": (600, "0..255"),
    "EfficientNetV2B0": (224, "0..255"),
    "EfficientNetV2B1": (240, "0..255"),
    "EfficientNetV2B2": (260, "0..255"),
    "EfficientNetV2B3": (300, "0..255"),
    "EfficientNetV2S": (384, "0..255"),
    "EfficientNetV2M": (480, "0..255"),
    "EfficientNetV2L": (480, "0..255"),
    "InceptionResNetV2": (299, "-1..1"),
    "InceptionV3": (299, "-1..1"),
    "MobileNet": (224, "-1..1"),
    "MobileNetV2": (224, "-1..1"),
    "MobileNetV3Large": (224, "0..255"),
    "MobileNetV3Small": (224, "0..255"),
    "NASNetLarge": (331, "-1..1"),
    "NASNetMobile": (224, "-1..1"),
    "ResNet50": (224, "caffe bgr"),
    "ResNet101": (224, "caffe bgr"),
    "ResNet152": (224, "caffe bgr"),
    "ResNet50V2": (224, "-1..1"),
    "ResNet101V2": (224, "-1..1"),
    "ResNet152V2": (224, "-1..1"),
    "VGG16": (224, "caffe bgr"),
    "VGG19": (224, "caffe bgr"),
    "Xception": (299, "-1..1"),
}


def load(name: str, weights: str | None = "imagenet") -> "keras.Model":
    """The network with its ImageNet weights, which Keras downloads once and keeps.

    Args:
        name: One of `NETWORKS`.
        weights: "imagenet"; None gives random weights (for tests of what does not depend on them).

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
            f"The ImageNet weights of {name} are not on this machine and could not be downloaded "
            f"({type(error).__name__}: {str(error)[:200]}). Without a network use efficientnet-lite0."
        ) from error
