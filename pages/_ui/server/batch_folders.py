"""The folders of batches on this server: of those being computed or stopped, which go on there, and of the finished
ones, from which a selection gets its own report."""

import os
import shutil
import tempfile
from hashlib import sha256
from pathlib import Path

import streamlit as st

MOST = 8
MOST_BYTES = 4_000_000_000
"""Of all folders together; 10,000 photographs with the maps of two methods and their features take 0.2 GB."""


@st.cache_resource(show_spinner=False, validate=lambda folder: Path(folder.name).is_dir())
def place() -> tempfile.TemporaryDirectory:
    """The folder of all of them. Only the server's user can read it; it ends with the server.

    A new one is made if it was deleted: a machine may clean up its temporary files.
    """
    return tempfile.TemporaryDirectory(prefix="vislib-batches-")


def folder_of(key: tuple) -> Path:
    """The folder of the batch with this key, which may not exist yet; too many others are deleted."""
    folder = Path(place().name) / sha256(repr(key).encode()).hexdigest()[:24]
    if folder.is_dir():
        os.utime(folder)  # the most recently used one
    make_room(folder)
    return folder


def make_room(folder: Path) -> None:
    """Deletes the least recently used folders beside this one that are too many, or too large together."""
    left = sorted((one for one in folder.parent.iterdir() if one != folder), key=_used, reverse=True)
    total = 0
    for number, one in enumerate(left):
        total += sum(file.stat().st_size for file in one.rglob("*") if file.is_file())
        if number >= MOST or total > MOST_BYTES:
            shutil.rmtree(one, ignore_errors=True)


def _used(folder: Path) -> float:
    return folder.stat().st_mtime
