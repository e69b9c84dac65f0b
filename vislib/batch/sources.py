"""Where a batch's images come from: each by number, with its name and, where it is known, the class it belongs to."""

import hashlib
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from vislib.archives import is_hidden, zip_folder
from vislib.batch.lists import listed_paths, parquet_paths
from vislib.errors import DatasetError, ImageError
from vislib.image_sets import SUFFIXES, ArrayImages, FolderImages, ImageSet
from vislib.images import load_image


class Source(ImageSet, Protocol):
    """Images by number, as an `ImageSet`, whose order never changes."""

    def label(self, number: int) -> str | None:
        """The name or number of the class an image belongs to; None where it is not known."""

    def piece(self, start: int, stop: int) -> "Source":
        """The images start … stop − 1 as a small set of their own, to be sent to another process or machine."""


class PathImages:
    """Image files by their paths. Only the paths are held, and a file is opened when it is asked for.

    Args:
        paths: As they are to be called; relative to `root` or absolute.
        root: The folder that relative paths start from.
        labels: The class of each; None: its folder's name.
        name: For people.
        digest: Changes when the list or the files do.
    """

    def __init__(self, paths: Sequence[str], root: str, labels: Sequence[str | None] | None, name: str, digest: str):
        self.name, self.digest = name, digest
        self._paths, self._root, self._labels = paths, root, labels

    def __len__(self) -> int:
        return len(self._paths)

    def __getitem__(self, number: int) -> np.ndarray:
        return load_image(os.path.join(self._root, self._paths[number]))

    def title(self, number: int) -> str:
        return self._paths[number]

    def label(self, number: int) -> str | None:
        return _folder_of(self._paths[number]) if self._labels is None else self._labels[number]

    def piece(self, start: int, stop: int) -> "PathImages":
        labels = None if self._labels is None else self._labels[start:stop]
        return PathImages(self._paths[start:stop], self._root, labels, self.name, self.digest)


class SetImages:
    """A set of images of any kind, with labels beside it or in the names of its folders."""

    def __init__(self, images: ImageSet, labels: Sequence[str | None] | None):
        if labels is not None and len(labels) != len(images):
            raise DatasetError(f"There are {len(images):,} images, but {len(labels):,} labels.")
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
                held.append(str(error))
        numbers = range(start, stop)
        return HeldImages(held, [self.title(n) for n in numbers], [self.label(n) for n in numbers], self)


class HeldImages:
    """A few images in memory, or why one of them could not be read."""

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


def source_of(images, labels: Sequence[str | int | None] | None = None) -> Source:
    """Whatever `explain_many` takes as a source.

    Args:
        images: A path: of a folder, a zip file, a text file of paths, or a Parquet file of paths; a sequence of
            paths; an array (n, h, w, 1 or 3) uint8 or a sequence of such; or an `ImageSet`.
        labels: (n,) the class of each, by name or number; None: what the source itself tells.

    Raises:
        DatasetError: If there are no images, or not as many labels.
        ArchiveError: If a zip file is refused.
    """
    names = None if labels is None else [None if label is None else str(label) for label in labels]
    if isinstance(images, str | os.PathLike):
        if names is not None:
            raise DatasetError("`labels` is for arrays and sequences; a folder or list tells its labels itself.")
        return _from_path(Path(images))
    if isinstance(images, zipfile.Path):
        return SetImages(FolderImages(images), names)
    if isinstance(images, list | tuple) and images and all(isinstance(each, str | os.PathLike) for each in images):
        paths = [os.fspath(path) for path in images]
        if names is not None and len(names) != len(paths):
            raise DatasetError(f"There are {len(paths):,} images, but {len(names):,} labels.")
        return PathImages(paths, "", names, "paths", _digest(paths, names))
    if isinstance(images, np.ndarray | list | tuple):
        return SetImages(ArrayImages(images), names)
    if not hasattr(images, "title") or not hasattr(images, "__getitem__"):
        raise DatasetError(
            "Images are given as a folder, a zip, a list or Parquet file of paths, arrays or an ImageSet; "
            f"not as {type(images).__name__}."
        )
    return SetImages(images, names)


def _from_path(path: Path) -> Source:
    if path.is_dir():
        return _from_folder(path)
    if not path.exists():
        raise DatasetError(f"There is no folder or file '{path}'.")
    root, suffix = str(path.parent), path.suffix.lower()
    if suffix == ".zip":
        return SetImages(FolderImages(zip_folder(path)), None)
    if suffix == ".parquet":
        paths, labels = parquet_paths(path)
    elif suffix in (".txt", ".tsv", ".lst", ".list"):
        paths, labels = listed_paths(path)
    else:
        raise DatasetError(
            f"A batch's images are a folder, a .zip, a .txt or .tsv file of paths, or a .parquet file; not '{path.name}'."
        )
    return PathImages(paths, root, labels, path.name, _digest(paths, labels))


def _from_folder(folder: Path) -> PathImages:
    paths, identity = [], hashlib.sha256()
    for path in sorted(_image_files(str(folder), "", set())):
        about = os.stat(folder / path)
        identity.update(f"{path} {about.st_size} {about.st_mtime_ns}\n".encode(errors="surrogateescape"))
        paths.append(path)
    if not paths:
        raise DatasetError(f"The folder '{folder}' holds no images ({', '.join(SUFFIXES)}).")
    return PathImages(paths, str(folder), None, folder.resolve().name, identity.hexdigest()[:16])


def _image_files(folder: str, before: str, above: set[tuple[int, int]]) -> list[str]:
    """Paths of the image files in a folder and those in it; a folder linked into itself is entered once."""
    about = os.stat(folder)
    me = (about.st_dev, about.st_ino)
    if me in above:
        return []
    found: list[str] = []
    try:
        entries = list(os.scandir(folder))
    except OSError as error:
        raise DatasetError(f"The folder '{folder}' cannot be read: {error.strerror}.") from error
    for entry in entries:
        if is_hidden(entry.name):
            continue
        if entry.is_dir():
            found += _image_files(entry.path, f"{before}{entry.name}/", above | {me})
        elif entry.is_file() and entry.name.lower().endswith(SUFFIXES):
            found.append(f"{before}{entry.name}")
    return found


def _digest(paths: Sequence[str], labels: Sequence[str | None] | None) -> str:
    identity = hashlib.sha256()
    for number, path in enumerate(paths):
        label = "" if labels is None else repr(labels[number])
        identity.update(f"{path}\t{label}\n".encode(errors="surrogateescape"))
    return identity.hexdigest()[:16]


def _folder_of(title: str) -> str | None:
    return os.path.basename(os.path.dirname(title)) or None
