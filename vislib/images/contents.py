"""The bytes of a file from an unknown source, and what they look like."""

import codecs
import os
from pathlib import Path
from typing import IO

from vislib.errors import ImageError
from vislib.language import sentences, text

MAX_BYTES = 50 * 1024 * 1024

FileSource = str | os.PathLike[str] | bytes | IO[bytes]


def content_of(source: FileSource, accepted: str, most: int = MAX_BYTES) -> tuple[bytes, str]:
    """The bytes of a file and its name in messages.

    Args:
        source: A path, the bytes, or a file object opened for reading bytes.
        accepted: What is accepted, one sentence for the message about an empty file.
        most: The largest size in bytes.

    Raises:
        ImageError: If there is no such file, it cannot be read, is empty, or has more than `most` bytes.
    """
    content, name = _read(source, most)
    if not content:
        raise ImageError(sentences(text("{name} is empty (0 bytes).", name=name), accepted))
    return content, name


def _read(source: FileSource, most: int) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        return source, text("The file")
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        try:
            size = path.stat().st_size
            if size > most:
                raise ImageError(
                    text(
                        "{name} has {size:.0f} MB; at most {most:.0f} MB are accepted.",
                        name=path.name,
                        size=size / 1e6,
                        most=most / 1e6,
                    )
                )
            return path.read_bytes(), path.name
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise ImageError(text("{path} cannot be read: {reason}.", path=path, reason=reason)) from None
    if hasattr(source, "read"):
        try:
            content = source.read()
        except (OSError, ValueError) as error:
            raise ImageError(text("The file cannot be read: {reason}.", reason=error)) from None
        if not isinstance(content, bytes):
            raise ImageError(
                text(
                    "A file must be opened for reading bytes: open(path, 'rb'); not {kind}.", kind=type(source).__name__
                )
            )
        return content, text("The file")
    raise ImageError(
        text(
            "An image must be a path, bytes, a file object, a PIL image or an array; not {kind}.",
            kind=type(source).__name__,
        )
    )


def looks_like(content: bytes) -> str:
    """What a file that is no image looks like: "it is a web page"."""
    start = content[:512].lstrip().lower()
    if b"<svg" in start:
        return text("it is an SVG drawing")
    if start.startswith((b"<!doctype html", b"<html")):
        return text("it is a web page")
    if start.startswith((b"%!ps", b"%pdf")):
        return text("it is a PostScript or PDF document")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(content[:512])  # incremental, as byte 512 may split a letter
    except UnicodeDecodeError:
        return text("its format is not recognised")
    return text("it contains text")
