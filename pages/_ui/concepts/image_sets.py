"""The set of images in which concepts of a class are looked for."""

import hashlib
from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages._ui.shell import images
from pages._ui.shell.context import Context
from pages._ui.widgets.choice import choose
from vislib import training
from vislib.concepts.images import decides
from vislib.errors import DatasetError
from vislib.images.archives import zip_folder
from vislib.images.sets import ArrayImages, FolderImages, ImageSet

MOST_IMAGES = 20_000
_SAMPLES, _ZIP = "Sample images", "Your own, in a zip"
_DATA = {"mnist": "MNIST, 10,000 test digits", "cifar10": "CIFAR-10, 10,000 test pictures"}
_USE = ("Those that it takes for the class", "All of the set")


@dataclass(frozen=True)
class Chosen:
    """The choice of images, which are read only when they are needed.

    Attributes:
        name: The choice in the list.
        file: The uploaded zip; None for another choice.
        only_predicted: Whether only images count that the network takes for the class.
    """

    name: str
    file: Any
    only_predicted: bool

    def images(self, context: Context) -> ImageSet:
        """The images.

        Raises:
            VislibError: If the data set is not there, or the zip is refused.
        """
        if self.name == _ZIP:
            return uploaded(self.file)
        if self.name == _SAMPLES:
            return images.sample_set(context.model_name, context.classifier)
        return _test_images(next(name for name, title in _DATA.items() if title == self.name))

    @property
    def identity(self) -> str:
        """A name of the set that no other set has, known before any image is read."""
        return self.name if self.file is None else hashlib.sha256(self.file.getvalue()).hexdigest()

    def code(self, context: Context) -> str:
        """The images in a script."""
        if self.name == _SAMPLES:
            names = images.samples_for(context.model_name, context.classifier)
            return repr([f"sample_images/{name}" for name in names])
        if self.file is not None:
            return repr(self.file.name)
        return repr(next(name for name, title in _DATA.items() if title == self.name))


def set_control(context: Context) -> Chosen | None:
    """Widgets for the images, for a row of settings; None until a zip is chosen."""
    usual = _usual(context)
    name = choose("Images", [_SAMPLES, *_DATA.values(), _ZIP], "concepts_of", usual, width=280)
    file = zip_control("A zip with pictures of the class", "concepts_zip") if name == _ZIP else None
    only_predicted = False
    if decides(context.classifier, context.target):
        use = choose("Use", _USE, f"concepts_use {name}", _USE[name == _SAMPLES], bind=None, width=280)
        only_predicted = use == _USE[0]
    return None if name == _ZIP and file is None else Chosen(name, file, only_predicted)


def zip_control(label: str, key: str):
    """The upload of a zip with pictures."""
    return st.file_uploader(label, type="zip", key=key, help="Up to 20 MB; the server does not keep it.", width=320)


def uploaded(file) -> FolderImages:
    """The images of an uploaded zip.

    Raises:
        VislibError: If it is refused.
    """
    found = FolderImages(zip_folder(file.getvalue(), file.name))
    found.name = file.name
    if len(found) > MOST_IMAGES:
        raise DatasetError(f"{file.name} holds {len(found):,} images; this page takes up to {MOST_IMAGES:,}.")
    return found


def _usual(context: Context) -> str:
    """The set that suits the network: the data set on which it was trained, if it is at hand, or the samples."""
    samples = images.samples_for(context.model_name, context.classifier)
    data = "mnist" if samples == images.DIGITS else "cifar10" if context.model_name == "cifar10" else None
    if data is None or training.why_missing(data) is not None:
        return _SAMPLES
    return _DATA[data]


@st.cache_resource(max_entries=2, show_spinner=False)
def _test_images(name: str) -> ArrayImages:
    return ArrayImages(training.load_dataset(name).test_images, _DATA[name])
