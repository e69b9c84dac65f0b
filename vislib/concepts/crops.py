"""Crops of a set's images, and a layer's activations for them."""

from dataclasses import dataclass

import numpy as np

from vislib.concepts.images import ImagesOfTarget
from vislib.images.bands import as_picture
from vislib.images.fitting import Box, resize_bands, resize_box
from vislib.images.sets import ImageSet
from vislib.model.classifier import Classifier
from vislib.progress import Steps

_STEP_SHARE = 0.8


def grid_of_crops(size: tuple[int, int], share: float) -> list[tuple[int, int, int, int]]:
    """The crops (top, left, side, side) of an image (height, width), evenly spaced, at most 0.8 of a side apart."""
    side = max(1, round(share * min(size)))
    starts = []
    for length in size:
        n = int(np.ceil((length - side) / max(1, _STEP_SHARE * side))) + 1
        starts.append(np.unique(np.rint(np.linspace(0, length - side, n)).astype(int)))
    return [(int(top), int(left), side, side) for top in starts[0] for left in starts[1]]


@dataclass(frozen=True, eq=False)
class Crops:
    """The crops of a set's images.

    Attributes:
        activations: (n_crops, channels): the positive part, averaged over each crop's places.
        lost: 0..1: the share of the activations that is negative.
        numbers: (n_crops,): the image of each.
        boxes: (n_crops, 4).
        images: The numbers of the images.
    """

    activations: np.ndarray
    lost: float
    numbers: np.ndarray
    boxes: np.ndarray
    images: list[int]

    @classmethod
    def of(cls, asked: ImagesOfTarget, layer: str, share: float, most: int, steps: Steps, unread: list[int]) -> "Crops":
        """Those of at most `most` images, each crop's side a share of the input's shorter side."""
        boxes = grid_of_crops(asked.classifier.input_size, share)
        vectors, negative, used = [], 0.0, list[int]()
        for numbers, resized in asked.read(most, steps, unread):
            for image in resized:
                cut = np.stack([_enlarged(asked.classifier, image, box) for box in boxes])
                positive, below = _mean_activations(asked.classifier, cut, layer)
                vectors.append(positive)
                negative += float(below.sum(dtype=np.float64))
                steps.watch(0, 1)
            used += numbers
        activations, places = np.concatenate(vectors), np.tile(np.array(boxes), (len(used), 1))
        kept = float(activations.sum(dtype=np.float64))
        lost = negative / (kept + negative) if negative else 0.0
        return cls(activations, lost, np.repeat(used, len(boxes)), places, used)

    def pictures(self, classifier: Classifier, source: ImageSet, shown: np.ndarray) -> np.ndarray:
        """The pictures (n, k, side, side, 3) uint8 of crops (n, k)."""
        found = {}
        for number in np.unique(self.numbers[shown]):
            resized = classifier.resize(source[int(number)])
            picture = resized if classifier.takes_pictures else as_picture(resized)
            for crop in np.unique(shown[self.numbers[shown] == number]):
                top, left, height, width = self.boxes[crop]
                found[int(crop)] = picture[top : top + height, left : left + width]
        return np.stack([np.stack([found[int(crop)] for crop in of_concept]) for of_concept in shown])


def _enlarged(classifier: Classifier, image: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    resize = resize_box if classifier.takes_pictures else resize_bands
    return resize(image, Box(*map(float, box)), classifier.input_size)


def _mean_activations(classifier: Classifier, images: np.ndarray, layer: str) -> tuple[np.ndarray, np.ndarray]:
    """The positive part of a layer's activations and the magnitude of the negative part, averaged over places."""
    network, found = classifier.network, []
    for start in range(0, len(images), network.batch_size):
        inputs = classifier.preprocess_input(images[start : start + network.batch_size])
        (maps,) = network.maps(inputs, [layer])
        found.append([np.maximum(sign * maps, 0).mean(axis=(1, 2)) for sign in (1, -1)])
    positive, negative = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return positive, negative
