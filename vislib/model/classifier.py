"""A trained Keras network with its labels, input size and preprocessing."""

import dataclasses
import difflib
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from vislib import html
from vislib.errors import ModelError, ParameterError, listed, warn
from vislib.images.arrays import MAX_BANDS, LoadedImage, rgb_of
from vislib.images.bands import for_network
from vislib.images.fitting import Box, fit_box, resize_bands, resize_box
from vislib.language import text, tr
from vislib.model import identity
from vislib.model.predictions import Prediction, Predictions
from vislib.model.preprocessing import Preprocessing
from vislib.model.reading import AS_THE_MODEL_SAYS, Reading
from vislib.targets.base import Target
from vislib.targets.pixels import SCORE_NAMES
from vislib.targets.scores import ClassScore
from vislib.tasks import Task, known_task

if TYPE_CHECKING:
    import keras

    from vislib.network.network import Network
    from vislib.speed.watched import OfWeights

_DIGEST = re.compile(r"-[0-9a-f]{12}(?=,|$)")


@dataclass(frozen=True, eq=False)
class Classifier:
    """A trained Keras image network with its labels, input size and preprocessing.

    Most are classifiers; `task` says what the network does.

    Args:
        key: Stable identity: the name of a built-in network, or a name and a digest for a custom model, of its weights
            at loading.
        model: The Keras model; it is never changed.
        labels: A name for each class or output, all different; two for a single sigmoid unit.
        input_size: (height, width) in pixels.
        channels: 1 (grey), 3 (RGB), or another number of bands up to 32.
        preprocess: Converts RGB in 0..255, or bands, to the values that the model was trained on.
        reading: How the model is read, where the model itself does not say it: task, output, other inputs, unit.
        weights_digest: Digest of the model's weights at loading, by which `current_key` sees further training; empty
            for a network that is not trained further.

    Raises:
        ModelError: If the numbers of labels and classes differ, a label occurs twice, the preprocessing does not suit
            the channels, or vislib cannot run the model.

    Example:
        >>> classifier.input_size, classifier.channels, classifier.task.value
        ((28, 28), 1, 'classification')
        >>> classifier.predict(image, top=1)[0].label
        '3'
        >>> classifier.logits(image).shape
        (10,)
    """

    key: str
    model: "keras.Model"
    labels: tuple[str, ...]
    input_size: tuple[int, int]
    channels: int
    preprocess: Preprocessing
    reading: Reading = AS_THE_MODEL_SAYS
    weights_digest: str = field(default="", kw_only=True, repr=False)
    _indices: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not 1 <= self.channels <= MAX_BANDS:
            raise ModelError(
                text(
                    "{key} takes {n} channels; 1 to {most} are accepted.",
                    key=self.name,
                    n=self.channels,
                    most=MAX_BANDS,
                )
            )
        if not self.preprocess.suits(self.channels):
            takes = text("grey images") if self.channels == 1 else text("images of {n} channels", n=self.channels)
            raise ModelError(
                text(
                    "{key} takes {images}, and the preprocessing '{name}' is for {made_for}.",
                    key=self.name,
                    images=takes,
                    name=self.preprocess.name,
                    made_for=self.preprocess.made_for,
                )
            )
        object.__setattr__(self, "_indices", {label: index for index, label in enumerate(self.labels)})
        if len(self._indices) != len(self.labels):
            twice = sorted({label for label in self.labels if self.labels.count(label) > 1})
            raise ModelError(
                text("Labels must all be different; these occur more than once: {labels}.", labels=listed(twice))
            )
        if len(self.labels) != self.network.n_classes:
            n, n_labels = self.network.n_classes, len(self.labels)
            raise ModelError(
                text("The network has {n} classes, but {n_labels} labels are given.", n=n, n_labels=n_labels)
                if self.task.has_classes
                else text("The network has {n} outputs, but {n_labels} labels are given.", n=n, n_labels=n_labels)
            )

    @cached_property
    def network(self) -> "Network":
        """The model's scores, feature maps and gradients, as NumPy."""
        from vislib.network.network import Network

        return Network(self.model, (*self.input_size, self.channels), **self.reading.of_network)

    @property
    def task(self) -> Task:
        """What the network does."""
        return self.network.head.task

    @property
    def unit(self) -> str:
        """The unit of the predicted numbers, such as "years"; "" if there is none."""
        return self.reading.unit

    @property
    def name(self) -> str:
        """The name for people: the key without the digest.

        Example:
            >>> classifier.name
            'digits'
        """
        return _DIGEST.sub("", self.key)

    def current_key(self) -> str:
        """The key for the weights that the model has now; another than `key` after further training.

        Results bear this key, as they follow the weights. It reads all the weights if one was written to since the
        last call: some 40 ms for 5 million of them. A model that is loaded again with these weights has the same key.

        Example:
            >>> classifier.current_key() == classifier.key
            True
        """
        return self._of_weights(self._key_of_weights_now) if self.weights_digest else self.key

    @cached_property
    def _of_weights(self) -> "OfWeights[str]":
        from vislib.speed.watched import OfWeights

        return OfWeights(self.model.weights)

    def _key_of_weights_now(self) -> str:
        if identity.weights_digest(self.model) == self.weights_digest:
            return self.key
        shape, digest = (*self.input_size, self.channels), identity.model_digest(self.model)
        return identity.key_of(self.name, digest, self.preprocess, self.labels, shape, self.reading)

    def copy_with(self, key: str, model: "keras.Model") -> "Classifier":
        """The classifier of another model of the same structure, such as one with random weights."""
        reading = dataclasses.replace(self.reading, task=known_task(self.task))
        return dataclasses.replace(self, key=key, model=model, reading=reading, weights_digest="")

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

    def input_bounds(self, resized: np.ndarray) -> np.ndarray:
        """The preprocessed inputs (2, h, w, c) of the lowest and of the highest values that an image can have.

        A picture has values from 0 to 255. Bands in units of their own have no known bounds: there it is the lowest
        and the highest value of each band of these resized images (n, h, w, c).
        """
        edges = np.stack([np.zeros_like(resized[0]), np.full_like(resized[0], 255)])
        if not self.takes_pictures:
            edges[0], edges[1] = resized.min(axis=(0, 1, 2)), resized.max(axis=(0, 1, 2))
        return self.preprocess_input(edges)

    def target(self, given: "int | str | Target") -> Target:
        """A target of this network: the score of a class given by label or number, or a target with its names resolved.

        Raises:
            ParameterError: If there is no such class.
            LayerError: If there is no such layer, channel or place.
        """
        if isinstance(given, Target):
            return given.resolved(self)
        if self.task is Task.EMBEDDING:
            raise ParameterError(
                text(
                    "{key} gives an embedding, which has no classes. Give the target "
                    "vislib.targets.similarity(classifier, other_image), or targets.Output(number).",
                    key=self.name,
                )
            )
        score = "probability" if self.network.head.probabilities_only else "logit"
        return ClassScore(given, score=score).resolved(self)

    def score_name(self, score: str) -> str:
        """What a score of this network is called: "logit", "probability", "log probability" or "output".

        Raises:
            ParameterError: If the outputs are no scores of classes, so that there are no probabilities.
        """
        if not self.task.has_classes:
            if score == "probability":
                raise ParameterError(
                    text(
                        "{key} gives numbers ({task}), which have no probabilities.",
                        key=self.name,
                        task=self.task.in_words(),
                    )
                )
            return text("output")
        if score == "logit" and self.network.head.probabilities_only:
            return text("log probability")
        return SCORE_NAMES.get(score, score)

    def logits(self, image: np.ndarray) -> np.ndarray:
        """Scores (classes,) of an image (H, W, 3) before softmax or sigmoid; (h, w, classes) of a segmentation; the
        outputs themselves of a regression or an embedding.

        Raises:
            ImageError: If it is no image.
            ModelError: If the network fails or gives NaN.
        """
        inputs = self.preprocess_input(self.resize(image)[None])
        logits = self.network.logits(inputs)
        self.network.check_finite(logits, inputs)
        return logits[0]

    def predict(self, image: np.ndarray, top: int = 5) -> Predictions:
        """What the network says about an image (H, W, 3): the `top` most probable classes, most probable first; for
        predicted numbers, the first `top` outputs in their order; for a segmentation, the `top` classes with the
        largest share of the pixels."""
        if top < 1:
            raise ParameterError(text("`top` must be at least 1; not {top}.", top=top))
        return self.ranked(self.logits(image), top)

    def segment(self, image: np.ndarray) -> np.ndarray:
        """The predicted class of each pixel of a segmentation's output, (h, w) int.

        Raises:
            ParameterError: If the network is no segmentation.
        """
        if self.task is not Task.SEGMENTATION:
            raise ParameterError(
                text(
                    "{key} gives no class for each pixel: its task is {task}.", key=self.name, task=self.task.in_words()
                )
            )
        return self.logits(image).argmax(axis=-1)

    def values(self, logits: np.ndarray) -> np.ndarray:
        """One number for each class or output, (classes,), from logits (classes,) or (h, w, classes): its probability,
        its share of the pixels, or the predicted number (of a map, the mean).

        Predictions show these numbers.
        """
        if self.task is Task.SEGMENTATION:
            return np.bincount(logits.argmax(axis=-1).ravel(), minlength=len(self.labels)) / logits[..., 0].size
        if not self.task.has_classes:
            return logits.mean(axis=tuple(range(logits.ndim - 1)))
        return self.network.probabilities(logits)

    def ranked(self, logits: np.ndarray, top: int) -> Predictions:
        """The `top` predictions for logits (classes,), in the order of `predict`."""
        values = self.values(logits)
        if not self.task.has_classes:
            return Predictions(
                Prediction(index, self.labels[index], float(values[index]), is_share=False)
                for index in range(len(values))[:top]
            )
        order = np.argsort(-values, kind="stable")[:top]
        found = [(int(index), self.labels[index], float(values[index])) for index in order]
        if self.task is Task.SEGMENTATION:
            return Predictions(Prediction(*each) for each in found)
        return Predictions(Prediction(*each, probability=each[2]) for each in found)

    def main_class(self, logits: np.ndarray) -> int:
        """The class or output that is explained by default: the most probable class, the largest segment other than a
        class called "background", or the first output."""
        if not self.task.has_classes:
            return 0
        values = self.values(logits)
        if self.task is Task.SEGMENTATION and "background" in self._indices and (values > 0).sum() > 1:
            values[self._indices["background"]] = 0
        return int(np.argmax(values))

    def class_index(self, name: str | int) -> int:
        """The index of a class given by its label or by its number.

        Raises:
            ParameterError: If there is no such class.
        """
        if isinstance(name, str) and name in self._indices:
            return self._indices[name]
        if isinstance(name, bool) or not isinstance(name, str | int | np.integer):
            raise ParameterError(text("A class is given by its label or its number; not by {name!r}.", name=name))
        try:
            index = int(name)
        except ValueError:
            near = difflib.get_close_matches(str(name), self.labels, n=3) or self.labels[:5]
            raise ParameterError(
                text(
                    "'{name}' is not one of the {n} classes of {key}; there are, for example: {near}.",
                    name=name,
                    n=len(self.labels),
                    key=self.name,
                    near=listed(near),
                )
            ) from None
        if not 0 <= index < len(self.labels):
            raise ParameterError(
                text(
                    "Class numbers of {key} go from 0 to {n}; not {index}.",
                    key=self.name,
                    n=len(self.labels) - 1,
                    index=index,
                )
            )
        return index

    def _repr_html_(self) -> str:
        height, width = self.input_size
        what = tr("classes") if self.task.has_classes else tr("outputs")
        rows = [
            (tr("task"), str(self.task)),
            (tr("input"), tr("{height} × {width}, {n} channels", height=height, width=width, n=self.channels)),
            (what, tr("{n:,}: {labels}", n=len(self.labels), labels=listed(self.labels, 6))),
            (tr("preprocessing"), self.preprocess.name),
            (tr("layers"), f"{len(self.model.layers):,}"),
            (tr("parameters"), f"{self.model.count_params():,}"),
        ]
        return html.block(self.name, html.table(rows))
