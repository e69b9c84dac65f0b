"""Concepts that were found for a class: what they are, and where they are in any image."""

import hashlib
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vislib.attribution.base import upsample
from vislib.concepts.crops import windows_less_fill
from vislib.concepts.factors import coefficients_of
from vislib.concepts.layers import has_places
from vislib.errors import ParameterError
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.output.heatmap import Heatmap

UNIT = text("activation")


@dataclass(frozen=True, eq=False)
class Concepts:
    """The concepts of a class (CRAFT), the most important first.

    Attributes:
        model: The classifier's key.
        layer: The layer whose activations are factored.
        explained: What the concepts matter for, in words: "logit of “3”".
        class_index: The class; None if the target is not about a single class.
        vectors: (n, channels) float32, ≥ 0: the channels of each concept; rows of length 1.
        importance: (n,) float32, ≥ 0: total Sobol index, the mean over images: how much of the score varies with each
            concept when all are weakened at random. The indices may sum to more than 1.
        contributions: (n,) float32: what each adds to the score by gradient × activation, the mean over images.
        coefficients: (n_crops, n) float32: how much of each concept is in each crop.
        crops: (n, k, side, side, 3) uint8: the crops that show each concept most; of bands their picture.
        crop_images: (n, k) int: the numbers of the images in the set from which they are.
        crop_boxes: (n, k, 4) int: their top, left, height and width at the size of the network's input.
        error: ‖A⁺ − U W‖ / ‖A⁺‖ for the crops' activations A⁺.
        lost: 0..1: the share of the crops' activations that is negative, which no concept holds.
        n_images: Number of images whose crops were factored.
        n_measured: Number of images over which the importance was measured.
        set_name: The name of the set of images.
        seed: The seed.
        notes: Sentences to show beside the concepts.

    Example:
        >>> digits = vislib.sample_path("digits")
        >>> concepts = vislib.concepts.craft(classifier, digits, "3", only_predicted=False, n_concepts=2)
        >>> concepts.importance.shape, concepts.heatmap(classifier, image, 0).values.shape
        ((2,), (28, 28))
    """

    model: str
    layer: str
    explained: str
    class_index: int | None
    vectors: np.ndarray
    importance: np.ndarray
    contributions: np.ndarray
    coefficients: np.ndarray
    crops: np.ndarray
    crop_images: np.ndarray
    crop_boxes: np.ndarray
    error: float
    lost: float
    n_images: int
    n_measured: int
    set_name: str
    seed: int
    notes: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.vectors)

    @property
    def digest(self) -> str:
        """A digest of the concepts' channels, for the key of a cached result."""
        return hashlib.sha256(self.vectors.tobytes()).hexdigest()[:16]

    def maps(self, classifier: Classifier, image: np.ndarray) -> np.ndarray:
        """How strong each concept is at each place of an image (H, W, 3): (h, w, n) float32, ≥ 0.

        In a layer without places, a place's value is that of a window of a crop's side around it, kept in place, less
        that of the fill alone.

        Raises:
            ParameterError: If the concepts are those of another network.
        """
        key = classifier.current_key()
        if key != self.model:
            raise ParameterError(
                text(
                    "These concepts are those of the network {model}; in {other}, another network or one whose weights "
                    "have changed, they mean nothing. Find its own with vislib.concepts.craft.",
                    model=self.model,
                    other=key,
                )
            )
        resized = classifier.resize(image)
        if has_places(classifier.network, self.layer):
            (maps,) = classifier.network.maps(classifier.preprocess_input(resized[None]), [self.layer])
            return self._coefficients(maps[0])
        of_windows, of_fill = windows_less_fill(classifier, resized, self.layer, int(self.crop_boxes[0, 0, 2]))
        return np.maximum(self._coefficients(of_windows) - self._coefficients(of_fill), 0)

    def _coefficients(self, activations: np.ndarray) -> np.ndarray:
        """How much of each concept is in activations (…, channels): (…, n)."""
        n_channels = activations.shape[-1]
        if n_channels != self.vectors.shape[1]:
            raise ParameterError(
                text(
                    "Layer '{layer}' has {n} channels, and these concepts {channels}.",
                    layer=self.layer,
                    n=n_channels,
                    channels=self.vectors.shape[1],
                )
            )
        found = coefficients_of(activations.reshape(-1, n_channels), self.vectors)
        return found.reshape(*activations.shape[:-1], len(self))

    def heatmap(self, classifier: Classifier, image: np.ndarray, concept: int) -> Heatmap:
        """Where one concept is in an image (H, W, 3), as a heatmap that `vislib.save` and `vislib.render` take.

        Its `score` is the concept's largest value in the image.

        Raises:
            ParameterError: If there is no such concept, or the concepts are those of another network.
        """
        return self.heatmaps(classifier, image)[self._checked(concept)]

    def heatmaps(self, classifier: Classifier, image: np.ndarray) -> list[Heatmap]:
        """The heatmap of every concept, from one pass."""
        from vislib.targets import Layer

        begun = time.perf_counter()
        maps = self.maps(classifier, image)
        shared: dict[str, Any] = {
            "signed": False,
            "unit": UNIT,
            "method": "concept",
            "target": Layer(self.layer),
            "class_index": self.class_index,
            "layer": self.layer,
            "model": self.model,
            "box": classifier.box(image),
            "image_size": (image.shape[0], image.shape[1]),
            "notes": self.notes,
            "seconds": time.perf_counter() - begun,
        }
        return [
            Heatmap(
                values=np.maximum(upsample(maps[..., k], classifier.input_size), 0),
                label=text("concept {n}", n=k + 1),
                explained=text("concept {n} for the {explained}", n=k + 1, explained=self.explained),
                score=float(maps[..., k].max()),
                params={"concept": k, "set": self.set_name, "seed": self.seed},
                title=text("Concept {n}", n=k + 1),
                details={"cells": maps[..., k]},
                **shared,
            )
            for k in range(len(self))
        ]

    def _checked(self, concept: int) -> int:
        if (
            isinstance(concept, bool)
            or not isinstance(concept, int | np.integer)
            or not 0 <= concept < len(self.vectors)
        ):
            raise ParameterError(
                text("Concepts go from 0 to {last}; not {concept!r}.", last=len(self.vectors) - 1, concept=concept)
            )
        return int(concept)
