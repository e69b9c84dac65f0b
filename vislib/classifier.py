"""A trained Keras classifier with everything needed to use it rightly."""

import difflib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from vislib.errors import ImageError, ModelError, ParameterError, listed
from vislib.images import Box, fit_box, resize_box

if TYPE_CHECKING:
    import keras

    from vislib.network import Network

LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as Pillow and MNIST tools use


@dataclass(frozen=True)
class Preprocessing:
    """What a network was trained to be given: (pixel − mean) / scale for each channel.

    Args:
        name: How people call it, such as "-1..1".
        mean: One number, or one a channel, in 0..255 units; in RGB order whatever `bgr` says.
        scale: Likewise, what the difference is divided by.
        bgr: Whether the network wants blue first.
        crop_fraction: Share of the largest centred crop of the input's proportions that the network
            sees; None stretches the whole image instead.
    """

    name: str
    mean: tuple[float, ...] = (0.0,)
    scale: tuple[float, ...] = (1.0,)
    bgr: bool = False
    crop_fraction: float | None = 0.875

    def __call__(self, pixels: np.ndarray, channels: int = 3) -> np.ndarray:
        """Pixels (n, h, w, 3) in 0..255 RGB to network input (n, h, w, channels) float32."""
        values: np.ndarray = pixels.astype(np.float32)
        if channels == 1:
            values = (values @ LUMINANCE)[..., None]
        values = (values - np.array(self.mean, np.float32)) / np.array(self.scale, np.float32)
        return values[..., ::-1] if self.bgr else values


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
    )
}


@dataclass(frozen=True)
class Prediction:
    """One class with its probability (0..1)."""

    index: int
    label: str
    probability: float


@dataclass(frozen=True, eq=False)
class Classifier:
    """A trained Keras image classifier with everything needed to use it rightly.

    Args:
        key: Stable identity: the built-in's name, or the file's digest.
        model: The Keras model; never changed.
        labels: A name for each class, all different; two for a single sigmoid unit.
        input_size: (height, width) in pixels.
        channels: 1 (grey) or 3 (RGB).
        preprocess: From RGB in 0..255 to what the model was trained on.

    Raises:
        ModelError: If labels and outputs do not agree in number, or vislib cannot look inside the model.
    """

    key: str
    model: "keras.Model"
    labels: tuple[str, ...]
    input_size: tuple[int, int]
    channels: int
    preprocess: Preprocessing
    _indices: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.channels not in (1, 3):
            raise ModelError(f"{self.key} takes {self.channels} channels; 1 (grey) or 3 (RGB) can be used.")
        object.__setattr__(self, "_indices", {label: index for index, label in enumerate(self.labels)})
        if len(self._indices) != len(self.labels):
            twice = sorted({label for label in self.labels if self.labels.count(label) > 1})
            raise ModelError(f"Labels must all be different; these are there more than once: {listed(twice)}.")
        if len(self.labels) != self.network.n_classes:
            raise ModelError(
                f"{self.key} tells {self.network.n_classes} classes apart, but {len(self.labels)} labels were given."
            )

    @cached_property
    def network(self) -> "Network":
        """The model's scores, feature maps and gradients, as NumPy."""
        from vislib.network import Network

        return Network(self.model, (*self.input_size, self.channels))

    def box(self, image: np.ndarray) -> Box:
        """The part of an image (H, W, 3) that the network sees."""
        return fit_box(image.shape[:2], self.input_size, self.preprocess.crop_fraction)

    def fit(self, image: np.ndarray) -> np.ndarray:
        """The image as the network sees it, before preprocessing: (h, w, 3) uint8.

        Raises:
            ImageError: If it is no array (H, W, 3).
        """
        if not isinstance(image, np.ndarray) or image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape:
            came = f"shape {image.shape}" if isinstance(image, np.ndarray) else type(image).__name__
            raise ImageError(f"An image is an array (H, W, 3) in 0..255, as load_image gives it; not {came}.")
        return resize_box(image, self.box(image), self.input_size)

    def prepare(self, fitted: np.ndarray) -> np.ndarray:
        """Fitted images (n, h, w, 3) in 0..255 as network input (n, h, w, channels) float32."""
        return self.preprocess(fitted, self.channels)

    def logits(self, image: np.ndarray) -> np.ndarray:
        """Scores (classes,) of an image (H, W, 3) before softmax or sigmoid."""
        return self.network.logits(self.prepare(self.fit(image)[None]))[0]

    def predict(self, image: np.ndarray, top: int = 5) -> list[Prediction]:
        """The `top` most probable classes of an image (H, W, 3), most probable first."""
        if top < 1:
            raise ParameterError(f"`top` must be at least 1; not {top}.")
        probabilities = self.network.probabilities(self.logits(image))
        order = np.argsort(-probabilities, kind="stable")[:top]
        return [Prediction(int(index), self.labels[index], float(probabilities[index])) for index in order]

    def class_index(self, name: str | int) -> int:
        """The index of a class given by its label or by its number.

        Raises:
            ParameterError: If there is no such class.
        """
        if isinstance(name, str) and name in self._indices:
            return self._indices[name]
        if isinstance(name, bool) or not isinstance(name, str | int | np.integer):
            raise ParameterError(f"A class is given by its label or its number; not by {name!r}.")
        try:
            index = int(name)
        except ValueError:
            near = difflib.get_close_matches(str(name), self.labels, n=3) or self.labels[:5]
            raise ParameterError(
                f"'{name}' is not one of the {len(self.labels)} classes of {self.key}; "
                f"there are, for example: {listed(near)}."
            ) from None
        if not 0 <= index < len(self.labels):
            raise ParameterError(f"Class numbers of {self.key} go from 0 to {len(self.labels) - 1}; not {index}.")
        return index


def load_classifier(
    source: Any,
    *,
    preprocess: Preprocessing | str | None = None,
    labels: Sequence[str] | None = None,
    input_size: tuple[int, int] | None = None,
) -> Classifier:
    """A classifier from a built-in name or a Keras model.

    Args:
        source: The name of a built-in network (see `vislib.models()`), or a built `keras.Model` with one
            image input, channels last.
        preprocess: For a model of one's own: how it wants its images, by name (see `PREPROCESSINGS`) or
            made to measure.
        labels: For a model of one's own: a name a class; class numbers if left out.
        input_size: (height, width), for a model that takes any size.

    Raises:
        ModelError: If there is no such network, its weights cannot be had, or the model cannot be used.
    """
    if isinstance(source, str):
        if preprocess is not None or labels is not None or input_size is not None:
            raise ModelError("A built-in network brings its own preprocessing, labels and input size.")
        from vislib import zoo

        return zoo.load(source)
    return _own(source, preprocess, labels, input_size)


def _own(model, preprocess, labels, input_size) -> Classifier:
    shape = getattr(model, "input_shape", None)
    if not isinstance(shape, tuple) or len(shape) != 4:
        what = type(model).__name__ + (f" with input {shape}" if shape is not None else "")
        raise ModelError(
            "A classifier is made from the name of a built-in network or from a built Keras model with one "
            f"input (batch, height, width, channels); not from {what}."
        )
    height, width = (shape[1], shape[2]) if input_size is None else input_size
    if height is None or width is None:
        raise ModelError(f"{model.name} takes images of any size: say which with `input_size=(height, width)`.")
    if isinstance(preprocess, str):
        if preprocess not in PREPROCESSINGS:
            raise ParameterError(f"`preprocess` must be one of {listed(PREPROCESSINGS)}; not '{preprocess}'.")
        preprocess = PREPROCESSINGS[preprocess]
    if preprocess is None:
        raise ModelError(
            f"Say how {model.name} wants its images, with `preprocess=`: one of {listed(PREPROCESSINGS)}, "
            "or a Preprocessing of your own."
        )
    if labels is None:
        from vislib.network import Network

        labels = [f"class {index}" for index in range(Network(model, (height, width, shape[3])).n_classes)]
    return Classifier(_identity(model), model, tuple(labels), (height, width), shape[3], preprocess)


def _identity(model: "keras.Model") -> str:
    """Name and digest of architecture and weights: stable across processes, different when trained on."""
    digest = hashlib.sha256(model.to_json().encode())
    for weight in model.get_weights():
        digest.update(np.ascontiguousarray(weight).tobytes())
    return f"{model.name}-{digest.hexdigest()[:12]}"
