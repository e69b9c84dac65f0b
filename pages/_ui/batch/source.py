"""Which images a batch is of: the samples, an uploaded zip, or a folder of the server that its operator allows."""

import os
from pathlib import Path

import streamlit as st

from pages._ui.shell import images
from pages._ui.shell.context import Context
from vislib.batch.finding import source_of
from vislib.batch.sources import SetImages, Source
from vislib.errors import DatasetError
from vislib.images.archives import zip_folder
from vislib.images.sets import ArrayImages
from vislib.tasks import Task

MOST_IMAGES = 2_000
"""More images would block the server for other users too long."""
_SAMPLES, _ZIP, _FOLDER = "Sample images", "Your own, in a zip", "A folder of this server"
VARIABLE = "VISLIB_BATCH_FOLDERS"


def source_control(here: Context) -> Source | None:
    """Widgets for the images; None until images are chosen.

    Raises:
        VislibError: If a zip or folder is refused.
    """
    folders = allowed_folders()
    kinds = [_SAMPLES, _ZIP, *([_FOLDER] if folders else [])]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox("Images", kinds, key="batch_of", bind="query-params", width=280)
        if chosen == _ZIP:
            file = st.file_uploader(
                "A zip with one folder per class, or with images only"
                if here.classifier.task.has_classes
                else "A zip of images",
                type="zip",
                key="batch_zip",
                help="Up to 20 MB; the server does not keep it.",
            )
        elif chosen == _FOLDER:
            name = st.selectbox("Folder", list(folders), key="batch_folder", width=280)
    if chosen == _SAMPLES:
        return _samples(here)
    if chosen == _ZIP:
        return None if file is None else _bounded(source_of(zip_folder(file.getvalue(), file.name)), file.name)
    return _bounded(source_of(folders[name]), name)


def allowed_folders() -> dict[str, Path]:
    """The existing folders that the operator allows, by name."""
    listed = [Path(place) for place in os.environ.get(VARIABLE, "").split(os.pathsep) if place]
    found: dict[str, Path] = {}
    for place in listed:
        if place.is_dir():
            found[place.name if place.name not in found else str(place)] = place
    return found


def _samples(here: Context) -> Source:
    """The samples that suit the network; the file names of digits and small images are their labels."""
    names = images.samples_for(here.model_name, here.classifier)
    stems = [Path(name).stem for name in names]
    is_label = here.classifier.task in (Task.CLASSIFICATION, Task.BINARY)
    labels = [stem if "/" in name and is_label else None for name, stem in zip(names, stems, strict=True)]
    return SetImages(ArrayImages([images.image_named(name) for name in names], "sample images", names), labels)


def _bounded(source: Source, name: str) -> Source:
    if len(source) > MOST_IMAGES:
        raise DatasetError(
            f"{name} holds {len(source):,} images; this page takes up to {MOST_IMAGES:,}. For more, use the command "
            "line, which continues after an interruption: python -m vislib batch FOLDER --out DIR."
        )
    return source
