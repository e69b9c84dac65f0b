"""Sets of images from which a page takes many: the samples, the test images of a data set, or an uploaded zip."""

from typing import Any

import streamlit as st

from pages._ui.shell import images
from pages._ui.shell.context import Context
from vislib import training
from vislib.errors import DatasetError
from vislib.images.archives import zip_folder
from vislib.images.sets import ArrayImages, FolderImages, ImageSet

MOST_IMAGES = 20_000
SAMPLES, ZIP = "Sample images", "Your own, in a zip"
DATA = {"mnist": "MNIST, 10,000 test digits", "cifar10": "CIFAR-10, 10,000 test pictures"}
CHOICES = (SAMPLES, *DATA.values(), ZIP)


def data_name(choice: str) -> str:
    """The short name of a data set: "mnist" or "cifar10"."""
    return next(name for name, title in DATA.items() if title == choice)


def zip_control(label: str, key: str):
    """The upload of a zip with pictures."""
    return st.file_uploader(label, type="zip", key=key, help="Up to 20 MB; the server does not keep it.", width=320)


def images_chosen(context: Context, choice: str, file: Any) -> ImageSet:
    """The images of a choice of `CHOICES`; of a zip, those of the uploaded file.

    Raises:
        VislibError: If the data set is not there, or the zip is refused.
    """
    if choice == ZIP:
        return uploaded(file)
    if choice == SAMPLES:
        return images.sample_set(context.model_name, context.classifier)
    return test_images(data_name(choice))


def uploaded(file: Any) -> FolderImages:
    """The images of an uploaded zip.

    Raises:
        VislibError: If it is refused.
    """
    found = FolderImages(zip_folder(file.getvalue(), file.name))
    found.name = file.name
    if len(found) > MOST_IMAGES:
        raise DatasetError(f"{file.name} holds {len(found):,} images; this page takes up to {MOST_IMAGES:,}.")
    return found


@st.cache_resource(max_entries=2, show_spinner=False)
def test_images(name: str) -> ArrayImages:
    """The test images of "mnist" or "cifar10"."""
    return ArrayImages(training.load_dataset(name).test_images, DATA[name])
