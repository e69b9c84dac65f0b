"""Labelled images for training and testing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vislib.errors import DatasetError, listed
from vislib.language import text


@dataclass(frozen=True, eq=False)
class Dataset:
    """Labelled images, split into training images and test images.

    Args:
        name: The name of the data set, such as "mnist".
        labels: The name of each class.
        train_images: (n, h, w, c) uint8 with c 1 or 3.
        train_labels: (n,) class indices.
        test_images: (m, h, w, c) uint8.
        test_labels: (m,) class indices.

    Raises:
        DatasetError: If shapes, counts or the range of the class indices do not fit together.

    Example:
        >>> images = np.zeros((20, 28, 28, 1), np.uint8)
        >>> numbers = np.arange(20) % 2
        >>> data = vislib.training.Dataset("two", ("0", "1"), images, numbers, images[:4], numbers[:4])
        >>> data.image_shape, data.only(["1"]).train_images.shape
        ((28, 28, 1), (10, 28, 28, 1))
    """

    name: str
    labels: tuple[str, ...]
    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray

    def __post_init__(self) -> None:
        for part, said in (("train", text("train")), ("test", text("test"))):
            images, labels = getattr(self, f"{part}_images"), getattr(self, f"{part}_labels")
            images_of = {"part": said, "data": self.name}
            if images.ndim != 4 or images.shape[3] not in (1, 3) or images.dtype != np.uint8:
                raise DatasetError(
                    text(
                        "The {part} images of {data} must be (n, h, w, 1 or 3) uint8; not {shape} {dtype}.",
                        **images_of,
                        shape=images.shape,
                        dtype=images.dtype,
                    )
                )
            if labels.ndim != 1 or not np.issubdtype(labels.dtype, np.integer):
                raise DatasetError(
                    text(
                        "The {part} images of {data} need whole numbers (n,) as labels; not {shape} {dtype}.",
                        **images_of,
                        shape=labels.shape,
                        dtype=labels.dtype,
                    )
                )
            if len(images) != len(labels):
                raise DatasetError(
                    text(
                        "The {part} images of {data} are {n:,}, but there are {n_labels:,} labels.",
                        **images_of,
                        n=len(images),
                        n_labels=len(labels),
                    )
                )
            if len(images) == 0:
                raise DatasetError(text("The {part} images of {data} are missing: there is not one.", **images_of))
            if labels.min() < 0 or labels.max() >= len(self.labels):
                raise DatasetError(
                    text(
                        "The {part} images of {data} have labels from {low} to {high}; with {n} classes they must be "
                        "from 0 to {last}.",
                        **images_of,
                        low=labels.min(),
                        high=labels.max(),
                        n=len(self.labels),
                        last=len(self.labels) - 1,
                    )
                )
        if self.train_images.shape[1:] != self.test_images.shape[1:]:
            raise DatasetError(
                text(
                    "The train and test images of {name} differ in shape: {train} and {test}.",
                    name=self.name,
                    train=self.train_images.shape[1:],
                    test=self.test_images.shape[1:],
                )
            )

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        return self.train_images.shape[1:]

    def only(self, labels: Sequence[str]) -> "Dataset":
        """The images of these classes alone; the class indices follow the order of `labels`.

        Raises:
            DatasetError: If there is no such class.
        """
        unknown = [label for label in labels if label not in self.labels]
        if unknown:
            raise DatasetError(
                text(
                    "{name} has no class {unknown}; its classes: {labels}.",
                    name=self.name,
                    unknown=listed(unknown),
                    labels=listed(self.labels),
                )
            )
        new_index = np.full(len(self.labels), -1)
        new_index[[self.labels.index(label) for label in labels]] = np.arange(len(labels))
        train, test = new_index[self.train_labels], new_index[self.test_labels]
        return Dataset(
            f"{self.name} ({', '.join(labels)})",
            tuple(labels),
            self.train_images[train >= 0],
            train[train >= 0],
            self.test_images[test >= 0],
            test[test >= 0],
        )
