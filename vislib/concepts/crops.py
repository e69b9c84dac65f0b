"""Crops of a set's images, and a layer's activations for them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vislib.concepts.images import ImagesOfTarget
from vislib.concepts.layers import activations_of, has_places
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


def tiles_with_windows(size: tuple[int, int], side: int) -> tuple[tuple[int, int], list[tuple[int, int, int, int]]]:
    """Tiles of an image (height, width), three along a crop's side, and for each the window (top, left, height, width)
    of a crop's side around its middle, cut at the image's border: (rows, columns), windows."""
    n_tiles = [int(np.ceil(3 * length / side)) for length in size]
    spans = []
    for length, n in zip(size, n_tiles, strict=True):
        starts = [round((tile + 0.5) * length / n - side / 2) for tile in range(n)]
        spans.append([(max(start, 0), min(start + side, length)) for start in starts])
    windows = [(top, left, bottom - top, right - left) for top, bottom in spans[0] for left, right in spans[1]]
    return (n_tiles[0], n_tiles[1]), windows


def kept_in_place(image: np.ndarray, boxes: Sequence[tuple[int, int, int, int]]) -> np.ndarray:
    """An image (h, w, c) with all but a box (top, left, height, width) filled with its median colour, for each box:
    (boxes, h, w, c)."""
    kept = np.broadcast_to(_fill(image), (len(boxes), *image.shape)).copy()
    for one, (top, left, height, width) in zip(kept, boxes, strict=True):
        one[top : top + height, left : left + width] = image[top : top + height, left : left + width]
    return kept


def windows_less_fill(classifier: Classifier, image: np.ndarray, layer: str, side: int) -> tuple[np.ndarray, ...]:
    """The activations of a layer without places for windows of a resized image, kept in place, and for the fill alone:
    (rows, columns, channels) and (1, channels)."""
    (rows, columns), windows = tiles_with_windows(image.shape[:2], side)
    both = np.concatenate([kept_in_place(image, windows), kept_in_place(image, [(0, 0, 0, 0)])])
    found = activations_of(classifier, both, layer)[:, 0]
    return found[:-1].reshape(rows, columns, -1), found[-1:]


def _fill(image: np.ndarray) -> np.ndarray:
    return np.median(image, axis=(0, 1)).astype(image.dtype)


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
        """Those of at most `most` images, each crop's side a share of the input's shorter side.

        For a layer with places a crop is enlarged to the input's size. For one without places it stays in place, and
        the rest of the image is filled with the image's median colour.
        """
        boxes = grid_of_crops(asked.classifier.input_size, share)
        enlarged = has_places(asked.classifier.network, layer)
        vectors, negative, used = [], 0.0, list[int]()
        for numbers, resized in asked.read(most, steps, unread):
            for image in resized:
                cut = _enlarged(asked.classifier, image, boxes) if enlarged else kept_in_place(image, boxes)
                found = activations_of(asked.classifier, cut, layer)
                vectors.append(np.maximum(found, 0).mean(axis=1))
                negative += float(np.maximum(-found, 0).mean(axis=1).sum(dtype=np.float64))
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


def _enlarged(classifier: Classifier, image: np.ndarray, boxes: Sequence[tuple[int, int, int, int]]) -> np.ndarray:
    resize = resize_box if classifier.takes_pictures else resize_bands
    return np.stack([resize(image, Box(*map(float, box)), classifier.input_size) for box in boxes])
