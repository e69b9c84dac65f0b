"""What is chosen at the top of the page: a network, an image, a target; and what the network says about the image."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
from PIL import Image

import vislib
from pages._ui.server import work
from pages._ui.shell import answers, images
from vislib.images.reading import image_digest
from vislib.language import Text, text, with_unit
from vislib.tasks import Task

TOP = "Top prediction"
"""The value of the class's select box until a person chooses a class."""


@dataclass(frozen=True, eq=False)
class Reference:
    """The image with which an embedding compares: its name, its pixels' digest, and its vector (numbers,)."""

    name: str
    digest: str
    vector: np.ndarray


@dataclass(frozen=True, eq=False)
class Context:
    """A classifier, an image, and the target of the explanation.

    Attributes:
        classifier: The network.
        model_name: Its name at the top of the page.
        image: (H, W, 3) uint8, or (H, W, bands).
        image_name: Its name at the top of the page.
        digest: A digest of its pixels.
        target: What is explained.
        logits: The network's output for the image.
        reference: For an embedding, the image that is compared with; else None.
    """

    classifier: vislib.Classifier
    model_name: str
    image: np.ndarray
    image_name: str
    digest: str
    target: vislib.targets.Target
    logits: np.ndarray
    reference: Reference | None = None

    @property
    def shown(self) -> np.ndarray:
        """The image with the colours that the network is given, for drawing."""
        return as_given(self.classifier, self.image)

    @property
    def values(self) -> np.ndarray:
        """One number for each class or output, (classes,); see `Classifier.values`."""
        return self.classifier.values(self.logits)

    @property
    def class_index(self) -> int:
        """The class or output that is explained; 0 for a similarity."""
        return 0 if self.target.class_index is None else int(self.target.class_index)

    @property
    def label(self) -> str:
        """Its name; for a similarity the name of the other image."""
        return self.reference.name if self.reference else self.classifier.labels[self.class_index]

    @property
    def similarity(self) -> float:
        """For an embedding, the cosine similarity to the reference, −1..1."""
        assert self.reference is not None
        return cosine(self.logits, self.reference.vector)

    @property
    def answer(self) -> str:
        """The value of what is explained, as text: "38 %", "23.44 px"."""
        if self.reference:
            return with_unit(self.similarity)
        return answers.value_text(self.classifier, float(self.values[self.class_index]))

    @property
    def answer_in_words(self) -> Text:
        """The same as a sentence: "“cat”: 38 %."."""
        if self.reference:
            return text("Its similarity to {image}: {value}.", image=self.reference.name, value=self.answer)
        if self.classifier.task is Task.SEGMENTATION:
            return text("“{label}”: {share} of the pixels.", label=self.label, share=self.answer)
        return text("“{label}”: {value}.", label=self.label, value=self.answer)

    @property
    def subject(self) -> Text:
        """What is explained, for a heading: "the score of “cat”"."""
        if self.classifier.task is Task.SEGMENTATION:
            return text("the segment “{label}”", label=self.label)
        if self.classifier.task in (Task.REGRESSION, Task.UNKNOWN):
            return text("the output “{label}”", label=self.label)
        if self.classifier.task is Task.EMBEDDING:
            return text("the similarity to “{label}”", label=self.label)
        return text("the score of “{label}”", label=self.label)

    @property
    def source(self) -> str:
        """The Python expression of the image's path."""
        return path_expression(self.image_name)

    @property
    def reading(self) -> str:
        """The Python expression that reads the image as it is read here."""
        return images.reading_lines(self.image_name, self.source, self.classifier.channels)

    @property
    def reference_reading(self) -> str:
        """The Python expression that reads the reference."""
        assert self.reference is not None
        return images.reading_lines(self.reference.name, path_expression(self.reference.name), self.classifier.channels)

    def key(self, *rest) -> tuple:
        """Key of a result for this model and image."""
        return (self.classifier.key, self.digest, *rest)

    @property
    def target_key(self) -> Hashable:
        """What the target depends on, for the key of a result."""
        return ("similar to", self.reference.digest) if self.reference else self.target


def as_given(classifier: vislib.Classifier, image: np.ndarray) -> np.ndarray:
    """An image with the colours that the network is given, for drawing: (H, W, 3) in grey for a grey network."""
    if classifier.channels != 1:
        return image
    return np.asarray(Image.fromarray(image).convert("L").convert("RGB"))


def logits_of(classifier: vislib.Classifier, image: np.ndarray, digest: str = "") -> np.ndarray:
    """The network's output for an image; cached. `digest` is the image's, if it is known already."""
    key = (classifier.key, digest or image_digest(image), "logits")
    return work.stored(key, lambda: classifier.logits(image))


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    """The cosine similarity of two vectors, −1..1; 0 if one of them is zero."""
    length = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(np.vdot(one, other)) / length if length else 0.0


def path_expressions(names: Iterable[str]) -> str:
    """The Python expression of a list of images' paths."""
    return f"[{', '.join(path_expression(name) for name in names)}]"


def path_expression(name: str) -> str:
    """The Python expression of an image's path."""
    return f"vislib.sample_path({name!r})" if name in images.SAMPLE_NAMES else repr(name)
