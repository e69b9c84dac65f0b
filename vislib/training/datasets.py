"""Data sets to train on: MNIST and CIFAR-10 from Keras or from a local directory, checked."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vislib.errors import DatasetError, listed
from vislib.language import text
from vislib.training.dataset import Dataset
from vislib.training.downloads import keras_folder, why_failed
from vislib.training.local_data import has_local, load_local

DATA_DIR_VARIABLE = "VISLIB_DATA_DIR"


@dataclass(frozen=True)
class _Known:
    """A data set that can be loaded by name."""

    short: str
    title: str
    image_shape: tuple[int, int, int]
    labels: tuple[str, ...]
    download: str
    """The file or folder in Keras's cache after a download; a pattern."""
    files: str
    """The files that a local directory may hold instead, for people."""


DATASETS: dict[str, _Known] = {
    "mnist": _Known(
        "MNIST",
        text("MNIST, handwritten digits"),
        (28, 28, 1),
        tuple("0123456789"),
        "mnist.npz",
        text(
            "mnist.npz, or the four files train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, "
            "t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz"
        ),
    ),
    "cifar10": _Known(
        "CIFAR-10",
        text("CIFAR-10, small pictures"),
        (32, 32, 3),
        ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
        "cifar-10-batches-py*",
        text(
            "cifar10.npz with x_train, y_train, x_test, y_test, or the folders train/ and test/ with one "
            "folder per class"
        ),
    ),
}


def load_dataset(name: str, data_dir: str | os.PathLike[str] | None = None) -> Dataset:
    """MNIST or CIFAR-10.

    Args:
        name: One of `DATASETS`.
        data_dir: Local directory with the data set, directly or in a subdirectory with its name: IDX files
            (gzipped or not), `<name>.npz` with x_train, y_train, x_test, y_test, or the folders train/ and
            test/ with one subfolder per class. None: the directory in the environment variable VISLIB_DATA_DIR;
            if that is not set, Keras downloads the data set.

    Raises:
        DatasetError: If the data set is missing, cannot be read, or has wrong shapes or labels.

    Example:
        >>> vislib.training.load_dataset("faces")
        Traceback (most recent call last):
            ...
        vislib.errors.DatasetError: There is no data set 'faces'; there are: mnist, cifar10, or your own folder.
    """
    if name not in DATASETS:
        raise DatasetError(
            text(
                "There is no data set '{name}'; there are: {datasets}, or your own folder.",
                name=name,
                datasets=listed(DATASETS),
            )
        )
    known = DATASETS[name]
    place = data_dir or os.environ.get(DATA_DIR_VARIABLE)
    if place:
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
        raise DatasetError(
            text(
                "Images of {name} are {expected}; these are {shape}.",
                name=name,
                expected=known.image_shape,
                shape=dataset.image_shape,
            )
        )
    return dataset


def why_missing(name: str) -> str | None:
    """Why a data set cannot be read from this machine, and where its files belong; None if it is there.

    It only looks for the files: it reads and downloads nothing.

    Args:
        name: One of `DATASETS`.

    Example:
        >>> why = vislib.training.why_missing("mnist")
        >>> why is None or isinstance(why, str)
        True
    """
    known = DATASETS[name]
    place = os.environ.get(DATA_DIR_VARIABLE)
    if place:
        if has_local(name, Path(place), known.image_shape):
            return None
        return text(
            "{title}, is not on this machine. vislib looks in the folder {place} ({variable}) and in {within} for "
            "{files}.",
            title=known.title,
            place=place,
            variable=DATA_DIR_VARIABLE,
            within=Path(place) / name,
            files=known.files,
        )
    if any(keras_folder("datasets").glob(known.download)):
        return None
    return text(
        "{title}, is not on this machine. vislib will try to download it into {cache}. Without a network, put {files} "
        "into a folder and set {variable} to it.",
        title=known.title,
        cache=keras_folder("datasets"),
        files=known.files,
        variable=DATA_DIR_VARIABLE,
    )


def _from_keras(name: str) -> tuple[np.ndarray, ...]:
    from vislib.backend import keras

    try:
        (train_images, train_labels), (test_images, test_labels) = getattr(keras.datasets, name).load_data()
    except Exception as error:  # Keras raises bare Exception for a failed download
        raise DatasetError(
            text(
                "{name} is not on this machine and could not be downloaded: {reason}. To use it from this machine, put "
                "{files} into a folder and set {variable} to it.",
                name=name,
                reason=why_failed(error),
                files=DATASETS[name].files,
                variable=DATA_DIR_VARIABLE,
            )
        ) from error
    return train_images, train_labels, test_images, test_labels


def _with_channels(images: np.ndarray) -> np.ndarray:
    return images[..., None] if images.ndim == 3 else images


def _flat(labels: np.ndarray) -> np.ndarray:
    """Labels (n,), also from the shape (n, 1) of Keras's CIFAR-10."""
    flat = labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels
    return flat.astype(np.int64) if np.issubdtype(flat.dtype, np.integer) else flat
