"""Sets of images that pages offer: samples, the images of this user, data sets at hand, a zip."""

import hashlib
from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages._ui.shell import images
from pages._ui.shell.chosen import source_of
from pages._ui.shell.context import Context, image_names
from pages._ui.widgets.choice import choose
from vislib import training
from vislib.errors import DatasetError
from vislib.images.archives import zip_folder
from vislib.images.sets import ArrayImages, FolderImages, ImageSet

MOST_IMAGES = 20_000
SAMPLES, LISTED, ZIP = "Sample images", "Sample images and yours", "Your own, in a zip"
_DATA = {"mnist": "MNIST, 10,000 test digits", "cifar10": "CIFAR-10, 10,000 test pictures"}


@dataclass(frozen=True)
class ChosenSet:
    """The choice of images, which are read only when they are needed.

    Attributes:
        name: The choice in the list.
        file: The uploaded zip; None for another choice.
    """

    name: str
    file: Any

    def images(self, context: Context) -> ImageSet:
        """The images.

        Raises:
            VislibError: If the data set is not there, or the zip is refused.
        """
        if self.name == ZIP:
            return uploaded(self.file)
        if self.name == SAMPLES:
            return images.sample_set(context.model_name, context.classifier)
        if self.name == LISTED:
            names = image_names(context)
            return ArrayImages([images.image_named(name) for name in names], "the sample images and yours", names)
        return _test_images(next(name for name, title in _DATA.items() if title == self.name))

    @property
    def identity(self) -> str:
        """A name of the set that no other set has, known before any image is read."""
        return self.name if self.file is None else hashlib.sha256(self.file.getvalue()).hexdigest()

    def code(self, context: Context) -> str:
        """The images in a script."""
        if self.name == SAMPLES:
            names = images.samples_for(context.model_name, context.classifier)
            return repr([f"sample_images/{name}" for name in names])
        if self.name == LISTED:
            return repr([source_of(name) for name in image_names(context)])
        if self.file is not None:
            return repr(self.file.name)
        return repr(next(name for name, title in _DATA.items() if title == self.name))


def choose_set(context: Context, key: str, zip_label: str, usual: str | None = None, own: bool = False) -> ChosenSet:
    """Widgets for the images, for a row of settings; with the choice of a zip, `file` is None until there is one.

    Args:
        context: The network, whose samples are offered.
        key: The keys of the widgets begin with it.
        zip_label: What the zip holds.
        usual: The first choice; by default the data set on which the network was trained, if it is at hand, or the
            samples.
        own: Whether the images of this user are offered together with the samples, if there are any.
    """
    names = [SAMPLES, *_DATA.values(), ZIP]
    if own and len(image_names(context)) > len(images.samples_for(context.model_name, context.classifier)):
        names.insert(1, LISTED)
    name = choose("Images", names, f"{key}_of", usual or _usual(context), width=280)
    return ChosenSet(name, zip_control(zip_label, f"{key}_zip") if name == ZIP else None)


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
        return SAMPLES
    return _DATA[data]


@st.cache_resource(max_entries=2, show_spinner=False)
def _test_images(name: str) -> ArrayImages:
    return ArrayImages(training.load_dataset(name).test_images, _DATA[name])
