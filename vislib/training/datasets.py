"""Data sets to train on: MNIST and CIFAR-10 from Keras or from a local directory, checked."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vislib.errors import DatasetError, listed

DATA_DIR_VARIABLE = "VISLIB_DATA_DIR"


@dataclass(frozen=True, eq=False)
class Dataset:
    """Labelled images, split into those to train on and those to test on.

    Args:
        name: Such as "mnist".
        labels: A name for each class.
        train_images: (n, h, w, c) uint8 with c 1 or 3.
        train_labels: (n,) class indices.
        test_images: (m, h, w, c) uint8.
        test_labels: (m,) class indices.

    Raises:
        DatasetError: If shapes, counts or the range of the class indices do not fit together.
    """

    name: str
    labels: tuple[str, ...]
    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray

    def __post_init__(self) -> None:
        for part in ("train", "test"):
            images, labels = getattr(self, f"{part}_images"), getattr(self, f"{part}_labels")
            of = f"The {part} images of {self.name}"
            if images.ndim != 4 or images.shape[3] not in (1, 3) or images.dtype != np.uint8:
                raise DatasetError(f"{of} must be (n, h, w, 1 or 3) uint8; not {images.shape} {images.dtype}.")
            if labels.ndim != 1 or not np.issubdtype(labels.dtype, np.integer):
                raise DatasetError(f"{of} need whole numbers (n,) as labels; not {labels.shape} {labels.dtype}.")
            if len(images) != len(labels):
                raise DatasetError(f"{of} are {len(images):,}, but there are {len(labels):,} labels.")
            if len(images) == 0:
                raise DatasetError(f"{of} are none.")
            if labels.min() < 0 or labels.max() >= len(self.labels):
                raise DatasetError(
                    f"{of} have labels from {labels.min()} to {labels.max()}; "
                    f"with {len(self.labels)} classes they go from 0 to {len(self.labels) - 1}."
                )
        if self.train_images.shape[1:] != self.test_images.shape[1:]:
            raise DatasetError(
                f"The train and test images of {self.name} differ in shape: "
                f"{self.train_images.shape[1:]} and {self.test_images.shape[1:]}."
            )

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        return self.train_images.shape[1:]

    def only(self, labels: Sequence[str]) -> "Dataset":
        """The images of these classes alone, numbered in this order.

        Raises:
            DatasetError: If there is no such class.
        """
        unknown = [label for label in labels if label not in self.labels]
        if unknown:
            raise DatasetError(f"{self.name} has no class {listed(unknown)}; its classes: {listed(self.labels)}.")
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


@dataclass(frozen=True)
class _Known:
    """A data set that can be had by name."""

    title: str
    image_shape: tuple[int, int, int]
    labels: tuple[str, ...]


DATASETS: dict[str, _Known] = {
    "mnist": _Known("MNIST, handwritten digits", (28, 28, 1), tuple("0123456789")),
    "cifar10": _Known(
        "CIFAR-10, small pictures",
        (32, 32, 3),
        ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    ),
}


def load_dataset(name: str, data_dir: str | os.PathLike[str] | None = None) -> Dataset:
    """MNIST or CIFAR-10.

    Args:
        name: One of `DATASETS`.
        data_dir: Local directory that holds it, directly or in a subdirectory of its name: IDX files
            (gzipped or not), `<name>.npz` with x_train, y_train, x_test, y_test, or the folders train/ and
            test/ with a folder a class. None: the directory in the environment variable VISLIB_DATA_DIR,
            and without it what Keras downloads.

    Raises:
        DatasetError: If it is missing, cannot be read, or is not what it should be.
    """
    if name not in DATASETS:
        raise DatasetError(f"There is no data set '{name}'; there are: {listed(DATASETS)}, or a folder of your own.")
    known = DATASETS[name]
    place = data_dir or os.environ.get(DATA_DIR_VARIABLE)
    if place:
        from vislib.training.local_data import load_local

        arrays: tuple[np.ndarray, ...] = load_local(name, Path(place), known.image_shape, known.labels)
    else:
        arrays = _from_keras(name)
    train_images, train_labels, test_images, test_labels = arrays
    dataset = Dataset(
        name,
        known.labels,
        _with_channels(train_images),
        _flat(train_labels),
        _with_channels(test_images),
        _flat(test_labels),
    )
    if dataset.image_shape != known.image_shape:
        raise DatasetError(f"Images of {name} are {known.image_shape}; these are {dataset.image_shape}.")
    return dataset


def _from_keras(name: str) -> tuple[np.ndarray, ...]:
    from vislib.backend import keras

    try:
        (train_images, train_labels), (test_images, test_labels) = getattr(keras.datasets, name).load_data()
    except Exception as error:  # Keras raises bare Exception for a failed download
        raise DatasetError(
            f"{name} is not on this machine and could not be downloaded ({str(error)[:150]}). "
            f"Name a directory that holds it with --data-dir or {DATA_DIR_VARIABLE}."
        ) from error
    return train_images, train_labels, test_images, test_labels


def _with_channels(images: np.ndarray) -> np.ndarray:
    return images[..., None] if images.ndim == 3 else images


def _flat(labels: np.ndarray) -> np.ndarray:
    """(n, 1), as CIFAR-10 comes, to (n,)."""
    flat = labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels
    return flat.astype(np.int64) if np.issubdtype(flat.dtype, np.integer) else flat
