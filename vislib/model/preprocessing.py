"""Preprocessings of networks, by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from vislib.errors import ParameterError, listed

LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as Pillow and MNIST tools use


@dataclass(frozen=True)
class Preprocessing:
    """The preprocessing that a network was trained with: (pixel − mean) / scale for each channel.

    Args:
        name: Its name, such as "-1..1".
        mean: One number, or one per channel, in units of 0..255; always in RGB order, for any `bgr`.
        scale: One number, or one per channel, by which the difference is divided; negative if bright and dark are
            exchanged.
        bgr: Whether the network expects the channels in the order blue, green, red.
        crop_fraction: Share of the largest centred crop with the input's proportions that the network sees, 0..1; None
            stretches the whole image instead.
    """

    name: str
    mean: tuple[float, ...] = (0.0,)
    scale: tuple[float, ...] = (1.0,)
    bgr: bool = False
    crop_fraction: float | None = 0.875

    def __call__(self, pixels: np.ndarray, channels: int = 3) -> np.ndarray:
        """Converts pixels (n, h, w, 3), RGB in 0..255, to network input (n, h, w, channels) float32."""
        values: np.ndarray = pixels.astype(np.float32)
        if channels == 1:
            values = (values @ LUMINANCE)[..., None]
        values = (values - np.array(self.mean, np.float32)) / np.array(self.scale, np.float32)
        return values[..., ::-1] if self.bgr else values

    def suits(self, channels: int) -> bool:
        """Whether it can be applied to this number of channels: different values per colour need 3 channels."""
        return channels == 3 or (len(self.mean) == len(self.scale) == 1 and not self.bgr)


_TORCH_MEAN = (0.485 * 255, 0.456 * 255, 0.406 * 255)
_TORCH_SCALE = (0.229 * 255, 0.224 * 255, 0.225 * 255)

PREPROCESSINGS: dict[str, Preprocessing] = {
    preprocessing.name: preprocessing
    for preprocessing in (
        Preprocessing("0..255"),
        Preprocessing("0..1", scale=(255.0,)),
        Preprocessing("-1..1", mean=(127.5,), scale=(127.5,)),
        Preprocessing("efficientnet-lite", mean=(127.0,), scale=(128.0,)),
        Preprocessing("imagenet mean/std", mean=_TORCH_MEAN, scale=_TORCH_SCALE),
        Preprocessing("caffe bgr", mean=(123.68, 116.779, 103.939), bgr=True),
        Preprocessing("grey inverted", mean=(255.0,), scale=(-255.0,)),  # dark on light, as 0..1 of light on dark
    )
}

FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "ConvNeXt": "0..255",
        "DenseNet": "imagenet mean/std",
        "EfficientNet": "0..255",
        "EfficientNetV2": "0..255",
        "InceptionResNetV2": "-1..1",
        "InceptionV3": "-1..1",
        "MobileNet": "-1..1",
        "MobileNetV2": "-1..1",
        "MobileNetV3": "0..255",
        "NASNet": "-1..1",
        "ResNet": "caffe bgr",
        "ResNetV2": "-1..1",
        "VGG16": "caffe bgr",
        "VGG19": "caffe bgr",
        "Xception": "-1..1",
    }
)
"""Each family of `keras.applications`, and the name of the preprocessing that its `preprocess_input` does."""


def preprocessing_named(name: str) -> Preprocessing:
    """The preprocessing with this name, or that of a family of `keras.applications`.

    Args:
        name: One of `PREPROCESSINGS` or `FAMILIES`; letter case, "_" and "-" are ignored in the name of a family.

    Raises:
        ParameterError: If there is no such preprocessing or family.
    """
    if name in PREPROCESSINGS:
        return PREPROCESSINGS[name]
    plain = name.replace("_", "").replace("-", "").lower()
    for family, preprocessing in FAMILIES.items():
        if family.lower() == plain:
            return PREPROCESSINGS[preprocessing]
    raise ParameterError(
        f"`preprocess` must be one of {listed(PREPROCESSINGS)}, or a family of keras.applications "
        f"({listed(FAMILIES, 20)}); not '{name}'."
    )
