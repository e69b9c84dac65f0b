"""An earlier batch, opened from its zip or from a folder of the server."""

import contextlib
import os
import shutil
import tempfile

import vislib
from pages._ui.server import batch_folders
from pages._ui.shell.sets import Chosen
from vislib.batch import Batch, open_batch
from vislib.batch.packed_folder import unzip
from vislib.batch.store import MANIFEST
from vislib.language import text


def opened(chosen: Chosen) -> Batch:
    """The batch; a zip is unpacked once, into a folder of this server, which may have to make room for others later.

    Raises:
        VislibError: If it holds no batch, or a damaged one.
    """
    try:
        if chosen.folder is not None:
            return open_batch(chosen.folder)
        folder = batch_folders.folder_of(("earlier batch", chosen.identity))
        if (folder / MANIFEST).is_file():
            return open_batch(folder)
        half = tempfile.mkdtemp(dir=folder.parent)
        try:
            unzip(chosen.file.getvalue(), half, chosen.title)
            with contextlib.suppress(OSError):  # another session was quicker
                os.replace(half, folder)
        finally:
            shutil.rmtree(half, ignore_errors=True)
        return open_batch(folder)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise sentence(chosen, error) from error


def sentence(chosen: Chosen, error: Exception) -> vislib.VislibError:
    """What to say of an error that a damaged batch raises."""
    if isinstance(error, vislib.VislibError):
        return error
    return vislib.ParameterError(
        text("{name} is damaged, or another version of vislib wrote it. Compute the batch again.", name=chosen.title)
    )
