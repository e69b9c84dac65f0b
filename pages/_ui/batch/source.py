"""Which images a batch is of: the samples, an uploaded zip, or a folder of the server that its operator allows; or
an earlier batch, which is opened again."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from pages._ui.shell import labelled_sets
from pages._ui.shell.context import Context
from vislib.batch.finding import source_of
from vislib.batch.sources import Source
from vislib.batch.store import MANIFEST
from vislib.errors import DatasetError
from vislib.images.archives import zip_folder

MOST_IMAGES = 2_000
"""More images would block the server for other users too long."""
_SAMPLES, _ZIP, _FOLDER = "Sample images", "Your own, in a zip", "A folder of this server"
_EARLIER = "An earlier batch"


@dataclass(frozen=True)
class Earlier:
    """A batch that was computed before: an uploaded zip, or a folder of the server.

    Attributes:
        name: The name of the file or folder.
        content: The zip; empty for a folder.
        folder: The folder; None for a zip.
    """

    name: str
    content: bytes = b""
    folder: Path | None = None

    @property
    def identity(self) -> str:
        """A name that no other batch has."""
        if self.folder is None:
            return hashlib.sha256(self.content).hexdigest()
        return f"{self.folder} {max(file.stat().st_mtime_ns for file in self.folder.rglob('*'))}"


def source_control(here: Context) -> Source | Earlier | None:
    """Widgets for the images; None until images are chosen. The page ends here until an earlier batch is chosen.

    Raises:
        VislibError: If a zip or folder is refused.
    """
    folders = labelled_sets.allowed_folders()
    kinds = [_SAMPLES, _ZIP, *([_FOLDER] if folders else []), _EARLIER]
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
        elif chosen == _EARLIER:
            file = st.file_uploader(
                "A batch, as “Table and maps (ZIP)” saves it",
                type="zip",
                key="batch_earlier",
                help="Its table, map and report are shown again; nothing is computed. Up to 20 MB.",
            )
        elif chosen == _FOLDER:
            name = st.selectbox("Folder", list(folders), key="batch_folder", width=280)
    if chosen == _SAMPLES:
        return labelled_sets.samples(here)
    if chosen == _EARLIER:
        if file is None:
            st.caption("Choose the zip of a batch above.")
            st.stop()
        return Earlier(file.name, file.getvalue())
    if chosen == _ZIP:
        return None if file is None else _bounded(source_of(zip_folder(file.getvalue(), file.name)), file.name)
    if (folders[name] / MANIFEST).is_file():
        return Earlier(name, folder=folders[name])
    return _bounded(source_of(folders[name]), name)


def _bounded(source: Source, name: str) -> Source:
    if len(source) > MOST_IMAGES:
        raise DatasetError(
            f"{name} holds {len(source):,} images; this page takes up to {MOST_IMAGES:,}. For more, use the command "
            "line, which continues after an interruption: python -m vislib batch FOLDER --out DIR."
        )
    return source
