"""Sets of labelled images: the samples, a data set, an uploaded zip, or a folder that the operator allows."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from pages._ui.shell import images
from pages._ui.shell.chosen import path_expressions
from pages._ui.shell.context import Context
from pages._ui.shell.image_sets import CHOICES, MOST_IMAGES, SAMPLES, ZIP, data_name, zip_control
from pages._ui.widgets.choice import choose
from vislib.batch.finding import source_of
from vislib.batch.image_sets import images_of
from vislib.batch.sources import SetImages, Source
from vislib.errors import DatasetError
from vislib.images.archives import zip_folder
from vislib.images.sets import ArrayImages
from vislib.tasks import Task

VARIABLE = "VISLIB_BATCH_FOLDERS"
_FOLDER = "A folder of this server"


@dataclass(frozen=True)
class Chosen:
    """The choice of a set, whose images are read only when they are needed.

    Attributes:
        name: The choice in the list.
        file: The uploaded zip; None for another choice.
        folder: The chosen folder; None for another choice.
    """

    name: str
    file: Any = None
    folder: Path | None = None

    def source(self, here: Context) -> Source:
        """The images, with their classes where those are known.

        Raises:
            VislibError: If the data set is not there, or the zip or folder is refused.
        """
        if self.file is not None:
            return _bounded(source_of(zip_folder(self.file.getvalue(), self.file.name)), self.file.name)
        if self.folder is not None:
            return _bounded(source_of(self.folder), self.folder.name)
        if self.name == SAMPLES:
            return samples(here)
        return _test_images(data_name(self.name))

    @property
    def is_large(self) -> bool:
        """Whether looking at all of them waits for a click."""
        return self.name != SAMPLES

    @property
    def title(self) -> str:
        """The set, for a sentence."""
        if self.file is not None:
            return self.file.name
        if self.folder is not None:
            return self.folder.name
        return "the sample images" if self.name == SAMPLES else self.name

    def code(self, here: Context) -> str:
        """The images in a script."""
        if self.file is not None or self.folder is not None:
            return repr(self.title)
        if self.name == SAMPLES:
            source = samples(here)
            paths = path_expressions(source.title(number) for number in range(len(source)))
            labels = [source.label(number) for number in range(len(source))]
            return f"vislib.batch.source_of(\n    {paths},\n    {labels},\n)"
        return repr(data_name(self.name))

    @property
    def identity(self) -> str:
        """A name of the set that no other set has."""
        if self.file is not None:
            return hashlib.sha256(self.file.getvalue()).hexdigest()
        return self.name if self.folder is None else f"{self.folder} {source_of(self.folder).digest}"


def set_control(key: str) -> Chosen | None:
    """Widgets for the set, for a row of settings: at first the samples, which are quick; None until a zip is chosen."""
    folders = allowed_folders()
    names = [*CHOICES, *([_FOLDER] if folders else [])]
    name = choose("Among", names, key, width=280)
    if name == _FOLDER:
        folder = choose("Folder", list(folders), f"{key}_folder", width=220)
        return Chosen(name, folder=folders[folder])
    if name != ZIP:
        return Chosen(name)
    file = zip_control("A zip with one folder per class, or with images only", f"{key}_zip")
    return None if file is None else Chosen(name, file=file)


def samples(here: Context) -> Source:
    """The samples that suit the network; the file names of digits and small images are their labels."""
    names = images.samples_for(here.model_name, here.classifier)
    stems = [Path(name).stem for name in names]
    is_label = here.classifier.task in (Task.CLASSIFICATION, Task.BINARY)
    labels = [stem if "/" in name and is_label else None for name, stem in zip(names, stems, strict=True)]
    return SetImages(ArrayImages([images.image_named(name) for name in names], "sample images", names), labels)


def allowed_folders() -> dict[str, Path]:
    """The existing folders that the operator allows, by name."""
    listed = [Path(place) for place in os.environ.get(VARIABLE, "").split(os.pathsep) if place]
    found: dict[str, Path] = {}
    for place in listed:
        if place.is_dir():
            found[place.name if place.name not in found else str(place)] = place
    return found


@st.cache_resource(max_entries=2, show_spinner=False)
def _test_images(name: str) -> Source:
    return images_of(name)


def _bounded(source: Source, name: str) -> Source:
    if len(source) > MOST_IMAGES:
        raise DatasetError(f"{name} holds {len(source):,} images; this page takes up to {MOST_IMAGES:,}.")
    return source
