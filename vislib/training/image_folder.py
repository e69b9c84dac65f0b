"""Custom images: a folder with one subfolder of images per class."""

import os
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from vislib.errors import ArchiveError, DatasetError, ImageError, ParameterError
from vislib.images.archives import is_hidden, read_file, zip_folder
from vislib.images.reading import load_of_many
from vislib.language import text
from vislib.training.dataset import Dataset

_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff")
_MAX_PIXELS_IN_ALL = 2_000_000_000

Folder = Path | zipfile.Path


def load_image_folder(
    path: str | os.PathLike[str] | zipfile.Path,
    size: tuple[int, int],
    validation_share: float = 0.2,
    seed: int = 0,
    channels: int = 3,
) -> Dataset:
    """Images in a folder of class folders, resized.

    The folders train/ and test/ (or validation/ or val/), each with the same class folders, define the split. Without
    them, a share of each class is drawn at random and held out for testing.

    Args:
        path: The folder, or a zip file with it; or the result of `vislib.images.archives.zip_folder`.
        size: (height, width) in pixels to which the images are stretched.
        validation_share: Share of each class that is held out, between 0 and 1; not used if the folders define the
            split.
        seed: Seed of the split.
        channels: 1 for grey, 3 for RGB.

    Raises:
        ArchiveError: If a zip file is damaged, too large, or has content that is not accepted.
        DatasetError: If there are not at least two class folders with two images each, or an image cannot be read;
            the message names the image.
        ParameterError: If `validation_share` is not between 0 and 1.

    Example:
        >>> from pathlib import Path
        >>> from PIL import Image
        >>> for name in ("cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png"):
        ...     path = Path("pictures", name)
        ...     path.parent.mkdir(parents=True, exist_ok=True)
        ...     Image.fromarray(image).save(path)
        >>> vislib.training.load_image_folder("pictures", size=(28, 28)).labels
        ('cat', 'dog')
    """
    folder: Folder = path if isinstance(path, zipfile.Path) else Path(path)
    if isinstance(folder, Path) and folder.suffix.lower() == ".zip" and folder.is_file():
        folder = zip_folder(folder)
    if not 0 < validation_share < 1:
        raise ParameterError(
            text(
                "`validation_share` must lie between 0 and 1; not {validation_share!r}.",
                validation_share=validation_share,
            )
        )
    if not folder.is_dir():
        raise DatasetError(text("There is no folder '{folder}'.", folder=folder))
    shape = (*size, channels)
    training = folder / "train"
    held_out = next((folder / name for name in ("test", "validation", "val") if (folder / name).is_dir()), None)
    if training.is_dir() and held_out is not None and class_folders(training):
        labels = _labels(training)
        if class_folders(held_out) != labels:
            raise DatasetError(
                text(
                    "'{training}' and '{held_out}' do not have the same class folders.",
                    training=training,
                    held_out=held_out,
                )
            )
        return Dataset(
            folder.name,
            labels,
            *read_class_folders(training, labels, shape),
            *read_class_folders(held_out, labels, shape),
        )
    labels = _labels(folder)
    images, indices = read_class_folders(folder, labels, shape)
    tested = _held_out(indices, validation_share, seed)
    return Dataset(folder.name, labels, images[~tested], indices[~tested], images[tested], indices[tested])


def class_folders(folder: Folder) -> tuple[str, ...]:
    """Sorted names of the subfolders that are not hidden."""
    return tuple(sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and not is_hidden(entry.name)))


def read_class_folders(
    folder: Folder, labels: tuple[str, ...], shape: tuple[int, int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Images (n, h, w, c) uint8 and class indices (n,) of the subfolders `labels`, files in the order of their names.

    Raises:
        DatasetError: If a folder is empty or an image cannot be read; the message names it.
    """
    files = [(file, index) for index, label in enumerate(labels) for file in _image_files(folder / label)]
    if len(files) * shape[0] * shape[1] > _MAX_PIXELS_IN_ALL:
        raise DatasetError(
            text(
                "{n:,} images of {height} × {width} do not fit into memory; choose a smaller size.",
                n=len(files),
                height=shape[0],
                width=shape[1],
            )
        )
    images = np.empty((len(files), *shape), np.uint8)
    said: set[str] = set()
    for position, (file, _) in enumerate(files):
        images[position] = _read(file, shape, said)
    return images, np.array([index for _, index in files])


def _labels(folder: Folder) -> tuple[str, ...]:
    labels = class_folders(folder)
    if len(labels) < 2:
        raise DatasetError(
            text(
                "'{folder}' must hold a folder of images for each class, two or more; it has {n}.",
                folder=folder,
                n=len(labels),
            )
        )
    return labels


def _image_files(folder: Folder) -> list[Folder]:
    files = [file for file in folder.iterdir() if file.suffix.lower() in _SUFFIXES and file.is_file()]
    if not files:
        raise DatasetError(text("The class folder '{folder}' holds no images.", folder=folder))
    return sorted(files, key=lambda file: file.name)


def _read(file: Folder, shape: tuple[int, int, int], said: set[str]) -> np.ndarray:
    try:
        picture = Image.fromarray(load_of_many(read_file(file), said))
    except ImageError as error:
        raise DatasetError(text("'{file}' cannot be used: {error}", file=file, error=error.args[0])) from error
    except ArchiveError as error:
        raise DatasetError(text("'{file}' cannot be read; the archive is damaged there.", file=file)) from error
    if shape[2] == 1:
        picture = picture.convert("L")
    if picture.size != (shape[1], shape[0]):
        picture = picture.resize((shape[1], shape[0]), Image.Resampling.BICUBIC)
    return np.asarray(picture).reshape(shape)


def _held_out(indices: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Which images (n,) bool are held out: the share of each class, at least one image and not all."""
    rng = np.random.default_rng(seed)
    held_out = np.zeros(len(indices), bool)
    for index in np.unique(indices):
        shuffled = rng.permutation(np.flatnonzero(indices == index))
        if len(shuffled) < 2:
            raise DatasetError(
                text("Every class folder needs at least two images, one to train on and one to test on.")
            )
        held_out[shuffled[: min(max(1, round(len(shuffled) * share)), len(shuffled) - 1)]] = True
    return held_out
