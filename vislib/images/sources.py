"""Images from any source, by number: each with its name and, if known, the class it belongs to."""

import hashlib
import os
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from vislib.errors import DatasetError, ImageError, VislibError
from vislib.images.reading import load_of_many
from vislib.images.sets import ImageSet
from vislib.language import Text, text


class Source(ImageSet, Protocol):
    """An `ImageSet` whose order never changes, with labels."""

    def label(self, number: int) -> str | None:
        """The name or number of the class that an image belongs to; None if unknown."""

    def piece(self, start: int, stop: int) -> "Source":
        """The images start … stop − 1 as a separate small set that can be sent to another process or machine."""


class PathImages:
    """Image files by their paths. Only the paths are in memory; a file is read when its image is needed.

    Args:
        paths: Absolute, or relative to `root`; they are also the images' names.
        root: The folder that relative paths start from.
        labels: The class of each image; None: the name of the image's folder.
        name: A name to show.
        digest: A digest that changes when the list or the files change.
    """

    def __init__(self, paths: Sequence[str], root: str, labels: Sequence[str | None] | None, name: str, digest: str):
        self.name, self.digest = name, digest
        self._paths, self._root, self._labels, self._said = paths, root, labels, set[str]()

    def __len__(self) -> int:
        return len(self._paths)

    def __getitem__(self, number: int) -> np.ndarray:
        return load_of_many(os.path.join(self._root, self._paths[number]), self._said)

    def title(self, number: int) -> str:
        return self._paths[number]

    def label(self, number: int) -> str | None:
        return _folder_of(self._paths[number]) if self._labels is None else self._labels[number]

    def piece(self, start: int, stop: int) -> "PathImages":
        labels = None if self._labels is None else self._labels[start:stop]
        return PathImages(self._paths[start:stop], self._root, labels, self.name, self.digest)


class SetImages:
    """A set of images of any kind, with labels given separately or by the names of its folders."""

    def __init__(self, images: ImageSet, labels: Sequence[str | None] | None):
        if labels is not None and len(labels) != len(images):
            raise DatasetError(
                text("There are {n:,} images, but {labels:,} labels.", n=len(images), labels=len(labels))
            )
        self.name, self.digest = images.name, images.digest
        if labels is not None:
            self.digest = hashlib.sha256(repr((self.digest, list(labels))).encode()).hexdigest()[:16]
        self._images, self._labels = images, labels

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, number: int) -> np.ndarray:
        return self._images[number]

    def title(self, number: int) -> str:
        return self._images.title(number)

    def label(self, number: int) -> str | None:
        return _folder_of(self.title(number)) if self._labels is None else self._labels[number]

    def piece(self, start: int, stop: int) -> "HeldImages":
        held: list[np.ndarray | str] = []
        for number in range(start, stop):
            try:
                held.append(self[number])
            except ImageError as error:
                held.append(sentence_of(error))
        numbers = range(start, stop)
        return HeldImages(held, [self.title(n) for n in numbers], [self.label(n) for n in numbers], self)


class HeldImages:
    """A few images in memory; in place of an image that could not be read, the sentence of its error."""

    def __init__(self, held: list, titles: list[str], labels: list[str | None], of: ImageSet):
        self.name, self.digest = of.name, of.digest
        self._held, self._titles, self._labels = held, titles, labels

    def __len__(self) -> int:
        return len(self._held)

    def __getitem__(self, number: int) -> np.ndarray:
        if isinstance(self._held[number], str):
            raise ImageError(self._held[number])
        return self._held[number]

    def title(self, number: int) -> str:
        return self._titles[number]

    def label(self, number: int) -> str | None:
        return self._labels[number]

    def piece(self, start: int, stop: int) -> "HeldImages":
        now = slice(start, stop)
        return HeldImages(self._held[now], self._titles[now], self._labels[now], self)


def sentence_of(error: VislibError) -> str:
    """The sentence of an error; it can still be translated."""
    said = error.args[0] if len(error.args) == 1 else None
    return said if isinstance(said, Text) else str(error)


def _folder_of(title: str) -> str | None:
    return os.path.basename(os.path.dirname(title)) or None
