"""Sets of images: arrays, or the files of a folder, each read when it is needed."""

import hashlib
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from vislib.errors import ArchiveError, DatasetError, ImageError
from vislib.images.archives import is_hidden, read_file
from vislib.images.reading import load_of_many
from vislib.language import Text, listing, text

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff")
Folder = Path | zipfile.Path
_UNNAMED = text("images")


class ImageSet(Protocol):
    """Images by number.

    Attributes:
        name: A name to show.
        digest: A digest that changes when the images change; a key for cached results.
    """

    name: str
    digest: str

    def __len__(self) -> int: ...

    def __getitem__(self, number: int) -> np.ndarray:
        """An image (H, W, 3) uint8. Raises ImageError if it cannot be read."""

    def title(self, number: int) -> str:
        """The name of an image."""


class ArrayImages:
    """Images in memory: an array (n, h, w, 1 or 3) uint8, or a sequence of arrays of different sizes.

    Raises:
        DatasetError: If there are no images, or they are not such arrays.
    """

    def __init__(self, images: np.ndarray | Sequence[np.ndarray], name: str = _UNNAMED, titles: Sequence[str] = ()):
        if not len(images):
            raise DatasetError(
                text("The given list of images is empty; give at least one image.")
                if name is _UNNAMED
                else text("There are no images in {name}.", name=name)
            )
        if not all(_is_image(image) for image in images):
            raise DatasetError(text("Images must be arrays (h, w, 1 or 3) uint8; those of {name} are not.", name=name))
        self.name, self._images, self._titles = name, images, titles
        digest = hashlib.sha256()
        for image in images:
            digest.update(repr(image.shape).encode() + np.ascontiguousarray(image).tobytes())
        self.digest = digest.hexdigest()[:16]

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, number: int) -> np.ndarray:
        image = self._images[number]
        return np.repeat(image, 3, axis=2) if image.shape[2] == 1 else image

    def title(self, number: int) -> str:
        return self._titles[number] if self._titles else text("number {number}", number=number)


class FolderImages:
    """The image files of a folder and its subfolders, in the order of their names; hidden files are left out.

    Args:
        folder: A path, or the folder in a zip file (see `vislib.images.archives.zip_folder`).

    Raises:
        DatasetError: If there is no such folder or it holds no images.
    """

    def __init__(self, folder: str | os.PathLike[str] | zipfile.Path):
        root: Folder = folder if isinstance(folder, zipfile.Path) else Path(folder)
        if not root.is_dir():
            raise DatasetError(text("There is no folder '{folder}'.", folder=root))
        self.name, self._said = root.name, set[str]()
        self._files = sorted(_files(root, ""), key=lambda found: found[0])
        if not self._files:
            raise DatasetError(without_images(root))
        identity = "\n".join(f"{title} {_version(file)}" for title, file in self._files)
        self.digest = hashlib.sha256(identity.encode()).hexdigest()[:16]

    def __len__(self) -> int:
        return len(self._files)

    def __getitem__(self, number: int) -> np.ndarray:
        title, file = self._files[number]
        try:
            return load_of_many(read_file(file), self._said)
        except ArchiveError as error:
            raise ImageError(text("{title} cannot be read.", title=title)) from error

    def title(self, number: int) -> str:
        return self._files[number][0]


class SomeImages:
    """Some images of a set, by their numbers there."""

    def __init__(self, images: ImageSet, numbers: Sequence[int]):
        self.name, self._images, self._numbers = images.name, images, numbers
        self.digest = hashlib.sha256(f"{images.digest} {list(numbers)}".encode()).hexdigest()[:16]

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, number: int) -> np.ndarray:
        return self._images[self._numbers[number]]

    def title(self, number: int) -> str:
        return self._images.title(self._numbers[number])


def some_of(images: ImageSet, most: int) -> ImageSet:
    """At most `most` images of a set, spread evenly over it: all folders of classes have their share."""
    if len(images) <= most:
        return images
    return SomeImages(images, [number * len(images) // most for number in range(most)])


def _is_image(image: object) -> bool:
    return isinstance(image, np.ndarray) and image.ndim == 3 and image.shape[2] in (1, 3) and image.dtype == np.uint8


def _files(folder: Folder, before: str) -> list[tuple[str, Folder]]:
    found: list[tuple[str, Folder]] = []
    for entry in folder.iterdir():
        if is_hidden(entry.name):
            continue
        title = f"{before}{entry.name}"
        if entry.is_dir():
            found += _files(entry, f"{title}/")
        elif entry.name.lower().endswith(SUFFIXES):
            found.append((title, entry))
    return found


def _version(file: Folder) -> str:
    if isinstance(file, zipfile.Path):
        return str(file.root.getinfo(file.at).CRC)
    about = file.stat()
    return f"{about.st_size} {about.st_mtime_ns}"


def without_images(folder: Path | zipfile.Path) -> Text:
    """What is wrong with a folder or a zip that holds no images, and what to do."""
    suffixes = listing(SUFFIXES, "plain")
    if isinstance(folder, zipfile.Path):
        return text(
            "The zip {name} holds no images ({suffixes}). Put image files into it; they may lie in folders.",
            name=Path(str(folder)).name,
            suffixes=suffixes,
        )
    return text(
        "The folder '{folder}' holds no images ({suffixes}). Name a folder with such files; folders in it are searched "
        "too.",
        folder=folder,
        suffixes=suffixes,
    )
