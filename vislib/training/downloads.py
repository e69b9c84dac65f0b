"""What Keras downloads: where it keeps the files, and why a download failed."""

import os
import re
import socket
from pathlib import Path

from vislib.language import text

_LAST_PART_OF_ADDRESS = re.compile(r"https?://\S+/([\w.+-]+)")


def keras_folder(kind: str) -> Path:
    """Where Keras keeps what it has downloaded.

    Args:
        kind: "datasets" or "models".

    Example:
        >>> keras_folder("models").name
        'models'
    """
    home = os.environ.get("KERAS_HOME")
    return (Path(home) if home else Path.home() / ".keras") / kind


def why_failed(error: BaseException) -> str:
    """Why a download failed, in words.

    Example:
        >>> why_failed(ConnectionRefusedError(111, "Connection refused"))
        'connection refused'
    """
    found: BaseException | None = error
    while found is not None:
        reason = getattr(found, "reason", found)
        if isinstance(reason, socket.gaierror):
            return text("the server's name was not found, so there seems to be no network")
        if isinstance(reason, OSError) and reason.strerror:
            return reason.strerror[:1].lower() + reason.strerror[1:]
        found = found.__cause__ or found.__context__
    return text("the server did not deliver it")


def wanted_file(error: BaseException) -> str | None:
    """The name of the file that Keras could not download, from its error's address; None if there is none.

    Example:
        >>> wanted_file(Exception("URL fetch failure on https://storage.googleapis.com/resnet50.h5: None -- x"))
        'resnet50.h5'
    """
    found = _LAST_PART_OF_ADDRESS.search(str(error))
    return found[1].rstrip(".") if found else None
