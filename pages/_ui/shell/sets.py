"""The one choice of a set of images that all pages have: samples, this user's images, a data set, a zip, a folder that
the operator allows, an earlier batch."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from pages._ui.shell import images
from pages._ui.shell.chosen import Context, path_expressions
from pages._ui.widgets.choice import choose
from vislib import batch
from vislib.batch.image_sets import images_of
from vislib.batch.store import MANIFEST
from vislib.errors import DatasetError
from vislib.images.archives import zip_folder
from vislib.images.sets import ArrayImages
from vislib.images.sources import SetImages, Source
from vislib.language import Text, sentences, text, tr
from vislib.tasks import Task

VARIABLE = "VISLIB_BATCH_FOLDERS"
MOST_IMAGES = 20_000
SAMPLES, LISTED = text("Sample images"), text("Sample images and yours")
ZIP, FOLDER, BATCH = text("Your own, in a zip"), text("A folder of this server"), text("An earlier batch")
DATA = {"mnist": text("MNIST, 10,000 test digits"), "cifar10": text("CIFAR-10, 10,000 test pictures")}
_TITLES: dict[str, str] = {SAMPLES: text("the sample images"), LISTED: text("the sample images and yours")}
_LARGE = (ZIP, FOLDER, BATCH, *DATA.values())
_READ = "the set that was read last"


@dataclass(frozen=True)
class Chosen:
    """The choice of a set, whose images are read only when they are needed.

    Attributes:
        name: The choice in the list.
        file: The uploaded zip; None for another choice.
        folder: The chosen folder of the server; None for another choice.
    """

    name: str
    file: Any = None
    folder: Path | None = None

    @property
    def is_batch(self) -> bool:
        """Whether it is a batch that was computed before: its zip, or its folder."""
        return self.name == BATCH or (self.folder is not None and (self.folder / MANIFEST).is_file())

    @property
    def is_large(self) -> bool:
        """Whether looking at all of its images waits for a click."""
        return self.name in _LARGE

    @property
    def data(self) -> str | None:
        """The short name of a data set: "mnist" or "cifar10"; None for another choice."""
        return next((name for name, title in DATA.items() if title == self.name), None)

    @property
    def title(self) -> str:
        """The set, for a sentence."""
        if self.file is not None:
            return self.file.name
        if self.folder is not None:
            return self.folder.name
        return _TITLES.get(self.name, self.name)

    @property
    def identity(self) -> str:
        """A name of the set that no other set has, known before its images are read."""
        if self.file is not None:
            return hashlib.sha256(self.file.getvalue()).hexdigest()
        if self.folder is None:
            return self.name
        if self.is_batch:
            return f"{self.folder} {max(file.stat().st_mtime_ns for file in self.folder.rglob('*'))}"
        return f"{self.folder} {batch.source_of(self.folder).digest}"

    def images(self, here: Context, most: int = MOST_IMAGES, otherwise: str = "") -> Source:
        """The images, with their classes where those are known.

        Args:
            here: The page's context.
            most: The most images that the page takes.
            otherwise: What to do with more, for the refusal.

        Raises:
            VislibError: If the data set is not there, the zip or folder is refused, there are more images, or it is a
                batch, which has none.
        """
        if self.is_batch:
            raise DatasetError(
                text(
                    "{name} is a batch: it holds no images, only small pictures and features. The page Similar images "
                    "looks among these, and the page Batch shows it again; here, choose the images themselves.",
                    name=self.title,
                )
            )
        found = self._images(here)
        if len(found) > most:
            raise DatasetError(sentences(_too_many(self.title, len(found), most), otherwise))
        return found

    def _images(self, here: Context) -> Source:
        if self.file is not None:
            return _read(self.identity, self.file.name, lambda: zip_folder(self.file.getvalue(), self.file.name))
        if self.folder is not None:
            return batch.source_of(self.folder)
        if self.name == SAMPLES:
            return samples(here)
        if self.name == LISTED:
            names = images.image_names(_samples(here), here.classifier.channels)
            return SetImages(ArrayImages([images.image_named(name) for name in names], self.title, names), None)
        assert self.data is not None
        return test_images(self.data)

    def code(self, here: Context, labelled: bool = False) -> str:
        """The images in a script.

        Args:
            here: The page's context.
            labelled: Whether the classes of the samples are needed.
        """
        if self.is_batch:
            return "vislib.open_batch('my_batch')"
        if self.file is not None or self.folder is not None:
            return repr(self.title)
        if self.data is not None:
            return repr(self.data)
        if self.name == LISTED:
            return path_expressions(images.image_names(_samples(here), here.classifier.channels))
        source = samples(here)
        paths = path_expressions(source.title(number) for number in range(len(source)))
        if not labelled:
            return paths
        labels = [source.label(number) for number in range(len(source))]
        return f"vislib.batch.source_of(\n    {paths},\n    {labels},\n)"

    def as_set(self, here: Context, labelled: bool = False) -> str:
        """The set of images in a script, for functions that take no path; see `code`."""
        code = self.code(here, labelled)
        return code if code.startswith("vislib.batch.") else f"vislib.concepts.images_of({code})"


def set_control(
    key: str,
    label: str = "",
    default: str | None = None,
    zip_label: str = "",
    further: tuple[str, ...] = (),
) -> Chosen | None:
    """Widgets for the set, for a row of settings; None until a zip is chosen.

    Args:
        key: Key of the list; those of the other widgets begin with it.
        label: Label of the list; "" for "Images".
        default: The set at first; the samples by default, which are quick.
        zip_label: What the zip holds; "" for "A zip of pictures".
        further: `LISTED` or `BATCH`, where the page takes them.
    """
    folders, stem = allowed_folders(), key.removesuffix("_of")
    names = [SAMPLES, *DATA.values(), ZIP, *([FOLDER] if folders else []), *further]
    name = choose(label or tr("Images"), names, key, default, width=280, format_func=tr)
    if name == FOLDER:
        return Chosen(name, folder=folders[choose(tr("Folder"), list(folders), f"{stem}_folder", width=220)])
    if name == BATCH:
        about = tr("What it holds is shown and searched; nothing is computed again. Up to 20 MB.")
        file = upload(tr("A batch, as “Table and maps (ZIP)” saves it"), f"{stem}_earlier", about)
    elif name == ZIP:
        file = upload(zip_label or tr("A zip of pictures"), f"{stem}_zip")
    else:
        return Chosen(name)
    return None if file is None else Chosen(name, file=file)


def show_missing(key: str) -> None:
    """What to choose where `set_control` with this key gave None."""
    is_batch = st.session_state.get(key) == BATCH
    st.caption(tr("Choose the zip of a batch above.") if is_batch else tr("Choose a zip of pictures above."))


def upload(label: str, key: str, about: str = "") -> Any:
    """The upload of a zip."""
    return st.file_uploader(
        label, type="zip", key=key, help=about or tr("Up to 20 MB; the server does not keep it."), width=320
    )


def uploaded(file: Any) -> Source:
    """The images of an uploaded zip.

    Raises:
        VislibError: If it is refused, or has too many images.
    """
    found = batch.source_of(zip_folder(file.getvalue(), file.name))
    found.name = file.name
    if len(found) > MOST_IMAGES:
        raise DatasetError(_too_many(file.name, len(found), MOST_IMAGES))
    return found


def _too_many(name: str, n: int, most: int) -> Text:
    return text("{name} holds {n:,} images; this page takes up to {most:,}.", name=name, n=n, most=most)


def samples(here: Context) -> Source:
    """The samples that suit the network; the file names of digits and small images are their labels."""
    names = _samples(here)
    is_label = here.classifier.task in (Task.CLASSIFICATION, Task.BINARY)
    labels = [Path(name).stem if "/" in name and is_label else None for name in names]
    pixels = [images.image_named(name) for name in names]
    return SetImages(ArrayImages(pixels, text("the sample images"), names), labels)


def allowed_folders() -> dict[str, Path]:
    """The existing folders that the operator allows, by name."""
    listed = [Path(place) for place in os.environ.get(VARIABLE, "").split(os.pathsep) if place]
    found: dict[str, Path] = {}
    for place in listed:
        if place.is_dir():
            found[place.name if place.name not in found else str(place)] = place
    return found


@st.cache_resource(max_entries=2, show_spinner=False)
def test_images(name: str) -> Source:
    """The test images of "mnist" or "cifar10", with their classes."""
    return images_of(name)


def _samples(here: Context) -> tuple[str, ...]:
    return images.samples_for(here.model_name, here.classifier)


def _read(identity: str, name: str, folder: Callable[[], Any]) -> Source:
    """The images of a zip; the list of its files is made once for a session, which takes seconds for 10,000 files."""
    known, found = st.session_state.get(_READ, ("", None))
    if known != identity + name:
        found = batch.source_of(folder())
        found.name = name
        st.session_state[_READ] = (identity + name, found)
    return found
