"""Finds images in a folder, a zip file, a list of paths or arrays."""

import hashlib
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vislib.errors import DatasetError
from vislib.images.archives import is_hidden, zip_folder
from vislib.images.lists import csv_paths, listed_paths, parquet_paths
from vislib.images.sets import SUFFIXES, ArrayImages, FolderImages, ImageSet, without_images
from vislib.images.sources import PathImages, SetImages, Source
from vislib.language import text

Images = ImageSet | np.ndarray | Sequence[np.ndarray | str | os.PathLike[str]] | str | os.PathLike[str] | zipfile.Path
"""What `source_of` accepts."""


def source_of(
    images: Any, labels: Sequence[str | int | float | None] | None = None, without: str | os.PathLike[str] | None = None
) -> Source:
    """The images of a batch or another set, from any of the sources that `explain_many` accepts.

    Args:
        images: The path of a folder, a zip file, a text file of paths or a Parquet file of paths; a sequence of
            paths; an array (n, h, w, 1 or 3) uint8 or a sequence of arrays (h, w, 1 or 3) uint8; or an `ImageSet`.
        labels: (n,) the class of each image, by name or number; None: the labels come from the source, such as the
            names of its folders.
        without: A folder inside that of the images which is left out, such as one of masks.

    Raises:
        DatasetError: If there are no images, or the numbers of images and labels differ.
        ArchiveError: If a zip file is refused.
    """
    # A missing label of a pandas column is a NaN, which is not equal to itself.
    names = None if labels is None else [None if label is None or label != label else str(label) for label in labels]
    if names is None and hasattr(images, "piece") and hasattr(images, "label"):
        return images
    if isinstance(images, str | os.PathLike):
        if names is not None:
            raise DatasetError(
                text("`labels` is for arrays and sequences; a folder or a list file has its own labels.")
            )
        return _from_path(Path(images), None if without is None else Path(without))
    if isinstance(images, zipfile.Path):
        return SetImages(FolderImages(images), names)
    if isinstance(images, list | tuple) and images and all(isinstance(each, str | os.PathLike) for each in images):
        paths = [os.fspath(path) for path in images]
        if names is not None and len(names) != len(paths):
            raise DatasetError(text("There are {n:,} images, but {labels:,} labels.", n=len(paths), labels=len(names)))
        return PathImages(paths, "", names, "paths", _digest(paths, names))
    if isinstance(images, np.ndarray | list | tuple):
        return SetImages(ArrayImages(images), names)
    if not hasattr(images, "title") or not hasattr(images, "__getitem__"):
        raise DatasetError(
            text(
                "`images` must be a folder, a zip file, a list or Parquet file of paths, arrays, or an "
                "ImageSet; not as {kind}.",
                kind=type(images).__name__,
            )
        )
    return SetImages(images, names)


def _from_path(path: Path, without: Path | None) -> Source:
    if path.is_dir():
        return _from_folder(path, without)
    if not path.exists():
        raise DatasetError(text("There is no folder or file '{path}'.", path=path))
    root, suffix = str(path.parent), path.suffix.lower()
    if suffix == ".zip":
        return SetImages(FolderImages(zip_folder(path)), None)
    if suffix == ".parquet":
        paths, labels = parquet_paths(path)
    elif suffix in (".txt", ".tsv", ".lst", ".list"):
        paths, labels = listed_paths(path)
    elif suffix == ".csv":
        paths, labels = csv_paths(path)
    else:
        raise DatasetError(
            text(
                "The images of a batch must be a folder, a .zip, a .txt, .tsv or .csv file of paths, or a "
                ".parquet file; not '{file}'.",
                file=path.name,
            )
        )
    return PathImages(paths, root, labels, path.name, _digest(paths, labels))


def _from_folder(folder: Path, without: Path | None) -> PathImages:
    paths, identity = [], hashlib.sha256()
    left_out = set() if without is None or not without.is_dir() else {_identity(os.stat(without))}
    for path in sorted(_image_files(str(folder), "", left_out)):
        about = os.stat(folder / path)
        identity.update(f"{path} {about.st_size} {about.st_mtime_ns}\n".encode(errors="surrogateescape"))
        paths.append(path)
    if not paths:
        raise DatasetError(without_images(folder))
    return PathImages(paths, str(folder), None, folder.resolve().name, identity.hexdigest()[:16])


def _image_files(folder: str, before: str, above: set[tuple[int, int]]) -> list[str]:
    """Paths of the image files in a folder and its subfolders, without the folders `above`, so that a folder that
    contains a link to itself is read once."""
    me = _identity(os.stat(folder))
    if me in above:
        return []
    found: list[str] = []
    try:
        entries = list(os.scandir(folder))
    except OSError as error:
        raise DatasetError(
            text("The folder '{folder}' cannot be read: {reason}.", folder=folder, reason=error.strerror)
        ) from error
    for entry in entries:
        if is_hidden(entry.name):
            continue
        if entry.is_dir():
            found += _image_files(entry.path, f"{before}{entry.name}/", above | {me})
        elif entry.is_file() and entry.name.lower().endswith(SUFFIXES):
            found.append(f"{before}{entry.name}")
    return found


def _identity(about: os.stat_result) -> tuple[int, int]:
    return about.st_dev, about.st_ino


def _digest(paths: Sequence[str], labels: Sequence[str | None] | None) -> str:
    identity = hashlib.sha256()
    for number, path in enumerate(paths):
        label = "" if labels is None else repr(labels[number])
        identity.update(f"{path}\t{label}\n".encode(errors="surrogateescape"))
    return identity.hexdigest()[:16]
