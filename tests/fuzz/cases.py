"""One damaged file by its number, and what vislib makes of it: the same number gives the same file."""

import contextlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from damage import damaged
from damaged_files import damaged_image, damaged_model, damaged_zip

import vislib
from vislib.images.archives import zip_folder
from vislib.images.sets import FolderImages
from vislib.model_file.look import look, suffix_of

_READ_OF_A_ZIP = 20


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    Args:
        seeds: Sound files.
        damage: Takes a sound file, all of them, and a generator.
        take: What vislib does with one; raises VislibError where it is refused.
    """

    seeds: list[bytes]
    damage: Callable[..., bytes]
    take: Callable[[bytes], None]

    def file(self, number: int) -> bytes:
        """The damaged file of that number."""
        random = np.random.default_rng(number)
        return self.damage(self.seeds[random.integers(len(self.seeds))], self.seeds, random)


def add_image(content: bytes) -> None:
    """Reads it, and checks what came."""
    image = vislib.load_image(content)
    assert image.dtype == np.uint8
    assert image.ndim == 3
    assert image.shape[2] == 3
    assert 0 < image.shape[0] * image.shape[1] <= 25_000_000


def take_labels(content: bytes) -> None:
    """Reads them, and checks what came."""
    labels = vislib.read_labels(content)
    assert labels
    assert all(isinstance(label, str) and label.strip() for label in labels)


def take_zip(content: bytes) -> None:
    """Reads the images in it as a page does."""
    folder = FolderImages(zip_folder(content, "pets.zip"))
    for number in range(min(len(folder), _READ_OF_A_ZIP)):
        with contextlib.suppress(vislib.ImageError):
            take_image_array(folder[number])


def take_image_array(image: np.ndarray) -> None:
    assert image.ndim == 3


def take_model(content: bytes) -> None:
    """The look that comes before everything else."""
    with model_path(content) as path:
        look(path)


@contextlib.contextmanager
def model_path(content: bytes):
    """The model file under a name of ours, as `load_model_file` puts it."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        path = Path(folder) / f"model{suffix_of(content[:8])}"
        path.write_bytes(content)
        yield path


def kind_of(name: str, seeds: list[bytes]) -> Kind:
    """The kind "image", "model", "labels" or "zip", to damage these sound files."""
    damage, take = {
        "image": (damaged_image, add_image),
        "model": (damaged_model, take_model),
        "labels": (damaged, take_labels),
        "zip": (damaged_zip, take_zip),
    }[name]
    return Kind(seeds, damage, take)
