"""Preprocessings of networks, by name."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from vislib.errors import ParameterError, listed
from vislib.language import text

LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as Pillow and MNIST tools use


CROPS = ("stretch", "centre", "letterbox")
"""How an image is fitted to a network's input."""
CENTRE = 0.875
"""The share that ImageNet's networks see: "short side to 256, centre crop 224"."""


@dataclass(frozen=True)
class Preprocessing:
    """The preprocessing that a network was trained with: (value − mean) / scale for each channel.

    Args:
        name: Its name, such as "-1..1".
        mean: One number, or one per channel, in units of 0..255 for pictures (always in RGB order, for any `bgr`) and
            in the bands' own units for images of bands.
        scale: One number, or one per channel, by which the difference is divided; negative if bright and dark are
            exchanged.
        bgr: Whether the network expects the channels in the order blue, green, red.
        crop_fraction: Share of the largest centred crop with the input's proportions that the network sees, 0..1; None
            fits the whole image.
        letterbox: Whether the whole image keeps its proportions, with black (0) beside it, instead of being stretched.

    Raises:
        ParameterError: If a number is not finite, a scale is 0, or the share is not above 0 and at most 1, or is given
            together with `letterbox`.

    Example:
        >>> to_1 = vislib.Preprocessing("0..1", scale=(255.0,))
        >>> float(to_1(image[None], channels=3).max())
        1.0
    """

    name: str
    mean: tuple[float, ...] = (0.0,)
    scale: tuple[float, ...] = (1.0,)
    bgr: bool = False
    crop_fraction: float | None = None
    letterbox: bool = False

    def __post_init__(self) -> None:
        for name in ("mean", "scale"):
            numbers = np.atleast_1d(np.asarray(getattr(self, name), np.float64))
            if numbers.ndim != 1 or not np.isfinite(numbers).all() or (name == "scale" and not numbers.all()):
                given = getattr(self, name)
                raise ParameterError(
                    text(
                        "`{name}` must be one number or one per channel, finite numbers other than 0; not {given!r}.",
                        name=name,
                        given=given,
                    )
                    if name == "scale"
                    else text(
                        "`{name}` must be one number or one per channel, finite numbers; not {given!r}.",
                        name=name,
                        given=given,
                    )
                )
            object.__setattr__(self, name, tuple(numbers.tolist()))
        if self.crop_fraction is not None and not 0 < self.crop_fraction <= 1:
            raise ParameterError(
                text(
                    "`crop_fraction` must be above 0 and at most 1, or None; not {share}.",
                    share=self.crop_fraction,
                )
            )
        if self.letterbox and self.crop_fraction is not None:
            raise ParameterError(
                text("`letterbox` shows the whole image, so it takes no `crop_fraction`; leave one out.")
            )

    @property
    def crop(self) -> str:
        """How an image is fitted to the input: one of `CROPS`."""
        return "letterbox" if self.letterbox else "stretch" if self.crop_fraction is None else "centre"

    def cropped(self, crop: str) -> "Preprocessing":
        """This preprocessing with the image fitted in another of the ways of `CROPS`.

        "centre" keeps the share of a preprocessing that has one; otherwise it is `CENTRE`.

        Raises:
            ParameterError: If there is no such way.
        """
        if crop not in CROPS:
            raise ParameterError(text("`crop` must be one of {crops}; not {crop!r}.", crops=listed(CROPS), crop=crop))
        share = (self.crop_fraction or CENTRE) if crop == "centre" else None
        return replace(self, crop_fraction=share, letterbox=crop == "letterbox")

    @property
    def fitting(self) -> str:
        """How an image is fitted to the input, in words."""
        if self.letterbox:
            return text("the whole image, with black beside it where its shape differs")
        if self.crop_fraction is None:
            return text("the whole image, stretched to the input's shape")
        if self.crop_fraction == 1:
            return text("the largest centred part with the input's shape")
        return text(
            "the centre of the largest part with the input's shape, {percent:.3g} % of each of its sides",
            percent=100 * self.crop_fraction,
        )

    def __call__(self, pixels: np.ndarray, channels: int = 3) -> np.ndarray:
        """Converts resized images to network input (n, h, w, channels) float32.

        Args:
            pixels: (n, h, w, 3), RGB in 0..255, for 1 or 3 channels; (n, h, w, channels) for others.
            channels: The network's number of channels.
        """
        values: np.ndarray = pixels.astype(np.float32)
        if channels == 1 and values.shape[-1] == 3:
            values = (values @ LUMINANCE)[..., None]
        values = (values - np.array(self.mean, np.float32)) / np.array(self.scale, np.float32)
        return values[..., ::-1] if self.bgr else values

    def pixel_gradient(self, gradient: np.ndarray, channels: int = 3) -> np.ndarray:
        """The gradient by the resized images (n, h, w, 3 or channels), in units per grey level.

        Args:
            gradient: The gradient by the network's inputs (n, h, w, channels).
            channels: The network's number of channels; a grey network's gradient is shared out by the luminance of
                red, green and blue.
        """
        by_value = (gradient[..., ::-1] if self.bgr else gradient) / np.array(self.scale, np.float32)
        return by_value * LUMINANCE if channels == 1 else by_value

    @property
    def made_for(self) -> str:
        """The images that it is for: "colour" or "5 channels"; "any number of channels" if it treats all alike."""
        n_numbers = max(len(self.mean), len(self.scale))
        if self.bgr or n_numbers == 3:
            return text("colour")
        return text("any number of channels") if n_numbers == 1 else text("{n} channels", n=n_numbers)

    def suits(self, channels: int) -> bool:
        """Whether it can be applied to this number of channels: values per channel need as many of them."""
        fits = all(len(numbers) in (1, channels) for numbers in (self.mean, self.scale))
        return fits and (channels == 3 or not self.bgr)


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
        Preprocessing("as it is"),  # for bands in their own units
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

_OF_FAMILIES = {family: PREPROCESSINGS[name].cropped("centre") for family, name in FAMILIES.items()}


def check_preprocessing(given: Any) -> None:
    """Checks that a preprocessing is given as a `Preprocessing`, a name, or None.

    Raises:
        ParameterError: If it is something else, such as a function of keras.applications; the message names the family.
    """
    if given is None or isinstance(given, str | Preprocessing):
        return
    module = getattr(given, "__module__", None) or ""
    last = module.rpartition(".")[2].replace("_", "")
    family = next((each for each in FAMILIES if each.lower() == last and ".applications." in module), None)
    if family is not None:
        raise ParameterError(
            text(
                "`preprocess` must be a name or a vislib.Preprocessing, not a function. For the function of "
                'keras.applications that is given, write preprocess="{family}".',
                family=family,
            )
        )
    raise ParameterError(
        text(
            "`preprocess` must be a name or a vislib.Preprocessing; not {kind}. Names are {preprocessings}, and the "
            'families of keras.applications, such as "ResNet".',
            kind=type(given).__name__,
            preprocessings=listed(PREPROCESSINGS),
        )
    )


def preprocessing_named(name: str) -> Preprocessing:
    """The preprocessing with this name, or that of a family of `keras.applications`, which sees the image's centre.

    Args:
        name: One of `PREPROCESSINGS` or `FAMILIES`; letter case, "_" and "-" are ignored in the name of a family.

    Raises:
        ParameterError: If there is no such preprocessing or family.
    """
    if name in PREPROCESSINGS:
        return PREPROCESSINGS[name]
    plain = name.replace("_", "").replace("-", "").lower()
    for family, preprocessing in _OF_FAMILIES.items():
        if family.lower() == plain:
            return preprocessing
    raise ParameterError(
        text(
            "`preprocess` must be one of {preprocessings}, or a family of keras.applications "
            "({families}); not '{name}'.",
            preprocessings=listed(PREPROCESSINGS),
            families=listed(FAMILIES, 20),
            name=name,
        )
    )
