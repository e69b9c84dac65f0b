"""Finds a known data set in a local directory, in any of the accepted formats."""

import zipfile
import zlib
from pathlib import Path

import numpy as np

from vislib.errors import DatasetError
from vislib.language import listing, sentences, text
from vislib.training.idx import read_idx
from vislib.training.image_folder import class_folders, read_class_folders

_PARTS = ("train", "t10k")
_NPZ_NAMES = ("x_train", "y_train", "x_test", "y_test")

Arrays = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def load_local(name: str, place: Path, image_shape: tuple[int, int, int], labels: tuple[str, ...]) -> Arrays:
    """Training images, training labels, test images and test labels of the data set `name`, not yet checked.

    Args:
        name: The data set is searched in `place`/ and `place`/`name`/, also as `name`.npz.
        place: A directory, or an .npz file.
        image_shape: (height, width, channels) to which images in class folders are converted.
        labels: The names of the class folders.

    Raises:
        DatasetError: If the data set is not there or cannot be read.
    """
    if place.is_file():
        return _from_npz(place)
    if not place.is_dir():
        raise DatasetError(text("There is no directory '{place}' to load {name} from.", place=place, name=name))
    for folder in (place / name, place):
        if (folder / f"{name}.npz").is_file():
            return _from_npz(folder / f"{name}.npz")
        if len(image_shape) == 3 and image_shape[2] == 1 and _idx_file(folder, "train", "images"):
            return _from_idx(folder)
        if (folder / "train").is_dir() and class_folders(folder / "train"):
            return _from_folders(folder, image_shape, labels)
    packed = next((file for folder in (place / name, place) for file in folder.glob(f"{name}*.tar*")), None)
    missing = text(
        "{name} is not in '{place}': neither IDX files (train-images-idx3-ubyte), nor {name}.npz, nor folders train/ "
        "and test/ with one folder per class.",
        name=name,
        place=place,
    )
    if packed is None:
        raise DatasetError(missing)
    hint = text("Unpack {name} first and name the directory it was unpacked to.", name=packed.name)
    raise DatasetError(sentences(missing, hint))


def has_local(name: str, place: Path, image_shape: tuple[int, ...]) -> bool:
    """Whether `load_local` finds files of the data set in `place`; they are not read."""
    if place.is_file():
        return True
    grey = len(image_shape) == 3 and image_shape[2] == 1
    return any(
        (folder / f"{name}.npz").is_file()
        or (grey and _idx_file(folder, "train", "images") is not None)
        or bool((folder / "train").is_dir() and class_folders(folder / "train"))
        for folder in (place / name, place)
    )


def _idx_file(folder: Path, part: str, kind: str) -> Path | None:
    dimensions = 3 if kind == "images" else 1
    for separator in ("-", "."):
        for suffix in ("", ".gz"):
            path = folder / f"{part}-{kind}{separator}idx{dimensions}-ubyte{suffix}"
            if path.is_file():
                return path
    return None


def _from_idx(folder: Path) -> Arrays:
    arrays = []
    for part in _PARTS:
        for kind, n_dimensions in (("images", 3), ("labels", 1)):
            path = _idx_file(folder, part, kind)
            if path is None:
                raise DatasetError(
                    text(
                        "'{folder}' has no {part}-{kind}-idx{n_dimensions}-ubyte, gzipped or not.",
                        folder=folder,
                        part=part,
                        kind=kind,
                        n_dimensions=n_dimensions,
                    )
                )
            arrays.append(read_idx(path, n_dimensions))
    train_images, train_labels, test_images, test_labels = arrays
    return train_images, train_labels, test_images, test_labels


def _from_npz(path: Path) -> Arrays:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            missing = [name for name in _NPZ_NAMES if name not in arrays]
            if missing:
                raise DatasetError(
                    text(
                        "{name} lacks {missing}; it has {arrays}.",
                        name=path.name,
                        missing=listing(missing, "plain"),
                        arrays=listing(arrays, "plain") or text("nothing"),
                    )
                )
            train_images, train_labels, test_images, test_labels = (arrays[name] for name in _NPZ_NAMES)
    except (OSError, ValueError, EOFError, TypeError, AttributeError, zipfile.BadZipFile, zlib.error) as error:
        raise DatasetError(
            text("{name} cannot be read as an .npz of arrays: it is damaged or not an .npz file.", name=path.name)
        ) from error
    return train_images, train_labels, test_images, test_labels


def _from_folders(folder: Path, image_shape: tuple[int, int, int], labels: tuple[str, ...]) -> Arrays:
    arrays: list[np.ndarray] = []
    for part in ("train", "test"):
        found = class_folders(folder / part) if (folder / part).is_dir() else ()
        if found != tuple(sorted(labels)):
            missing = sorted(set(labels) - set(found)) or sorted(set(found) - set(labels))
            raise DatasetError(
                text(
                    "'{folder}' must hold one folder for each of the classes {labels}; the difference: {missing}.",
                    folder=folder / part,
                    labels=listing(labels, "plain"),
                    missing=listing(missing[:12], "plain"),
                )
            )
        arrays += read_class_folders(folder / part, labels, image_shape)
    train_images, train_labels, test_images, test_labels = arrays
    return train_images, train_labels, test_images, test_labels
