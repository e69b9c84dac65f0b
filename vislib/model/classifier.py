"""A trained Keras classifier with its labels, input size and preprocessing."""

import difflib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from vislib.errors import ModelError, ParameterError, listed, warn
from vislib.images.arrays import LoadedImage, rgb_of
from vislib.images.bands import MAX_BANDS, for_network
from vislib.images.fitting import Box, fit_box, resize_bands, resize_box
from vislib.model.preprocessing import Preprocessing
from vislib.targets.base import Target
from vislib.targets.scores import ClassScore

if TYPE_CHECKING:
    import keras

    from vislib.network.network import Network

_FILE_SUFFIXES = (".keras", ".h5", ".hdf5")


@dataclass(frozen=True)
class Prediction:
    """One class with its probability (0..1)."""

    index: int
    label: str
    probability: float


@dataclass(frozen=True, eq=False)
class Classifier:
    """A trained Keras image classifier with its labels, input size and preprocessing.

    Args:
        key: Stable identity: the name of a built-in network, or a name and a digest for a custom model.
        model: The Keras model; it is never changed.
        labels: A name for each class, all different; two for a single sigmoid unit.
        input_size: (height, width) in pixels.
        channels: 1 (grey), 3 (RGB), or another number of bands up to 32.
        preprocess: Converts RGB in 0..255, or bands, to the values that the model was trained on.

    Raises:
        ModelError: If the numbers of labels and classes differ, a label occurs twice, the preprocessing does not suit
            the channels, or vislib cannot look inside the model.
    """

    key: str
    model: "keras.Model"
    labels: tuple[str, ...]
    input_size: tuple[int, int]
    channels: int
    preprocess: Preprocessing
    _indices: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not 1 <= self.channels <= MAX_BANDS:
            raise ModelError(f"{self.key} takes {self.channels} channels; 1 to {MAX_BANDS} are accepted.")
        if not self.preprocess.suits(self.channels):
            takes = "grey images" if self.channels == 1 else f"images of {self.channels} channels"
            raise ModelError(
                f"{self.key} takes {takes}, and the preprocessing '{self.preprocess.name}' is for "
                f"{self.preprocess.made_for}."
            )
        object.__setattr__(self, "_indices", {label: index for index, label in enumerate(self.labels)})
        if len(self._indices) != len(self.labels):
            twice = sorted({label for label in self.labels if self.labels.count(label) > 1})
            raise ModelError(f"Labels must all be different; these occur more than once: {listed(twice)}.")
        if len(self.labels) != self.network.n_classes:
            raise ModelError(
                f"The network has {self.network.n_classes} classes, but {len(self.labels)} labels are given."
            )

    @cached_property
    def network(self) -> "Network":
        """The model's scores, feature maps and gradients, as NumPy."""
        from vislib.network.network import Network

        return Network(self.model, (*self.input_size, self.channels))

    def box(self, image: np.ndarray) -> Box:
        """The part of an image (H, W, 3) that the network sees; larger than the image if it is letterboxed."""
        return fit_box(image.shape[:2], self.input_size, self.preprocess.crop_fraction, self.preprocess.letterbox)

    def resize(self, image: np.ndarray) -> np.ndarray:
        """The image, fitted to the network's input size, before preprocessing.

        How an array that is not uint8 was read is a `VislibWarning`.

        Args:
            image: An image array as `load_image` accepts it, such as (H, W, 3) in 0..255; for a network of other than
                1 or 3 channels (H, W, channels) in any unit.

        Returns:
            (h, w, 3) uint8, also for a grey network; for other channels (h, w, channels) float32.

        Raises:
            ImageError: If the image is not such an array.
        """
        read = self.image_of(image)
        for note in read.notes:
            warn(note)
        resize = resize_box if self.takes_pictures else resize_bands
        return resize(read.values, self.box(read.values), self.input_size)

    def image_of(self, image: np.ndarray) -> LoadedImage:
        """An image array as this network takes images, with notes on how its values were read.

        Raises:
            ImageError: If the image is not such an array.
        """
        return rgb_of(image) if self.takes_pictures else for_network(image, self.channels)

    @property
    def takes_pictures(self) -> bool:
        """Whether it takes RGB in 0..255 (and perhaps makes grey of that), not bands in their own units."""
        return self.channels in (1, 3)

    def preprocess_input(self, resized: np.ndarray) -> np.ndarray:
        """Resized images (n, h, w, 3 or channels), as from `resize`, as network input (n, h, w, channels) float32."""
        return self.preprocess(resized, self.channels)

    fit, prepare = resize, preprocess_input
    """The old names, for one release."""

    def target(self, given: "int | str | Target") -> Target:
        """A target of this network: the score of a class given by label or number, or a target with its names resolved.

        Raises:
            ParameterError: If there is no such class.
            LayerError: If there is no such layer, channel or place.
        """
        return (given if isinstance(given, Target) else ClassScore(given)).resolved(self)

    def logits(self, image: np.ndarray) -> np.ndarray:
        """Scores (classes,) of an image (H, W, 3) before softmax or sigmoid."""
        return self.network.logits(self.preprocess_input(self.resize(image)[None]))[0]

    def predict(self, image: np.ndarray, top: int = 5) -> list[Prediction]:
        """The `top` most probable classes of an image (H, W, 3), most probable first."""
        if top < 1:
            raise ParameterError(f"`top` must be at least 1; not {top}.")
        return self.ranked(self.logits(image), top)

    def ranked(self, logits: np.ndarray, top: int) -> list[Prediction]:
        """The `top` most probable classes by scores (classes,), most probable first."""
        probabilities = self.network.probabilities(logits)
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
