"""Reads zip files from unknown sources as folders of images. Nothing is unpacked to disk."""

import io
import os
import stat
import zipfile
from pathlib import Path
from typing import IO

from vislib.errors import ArchiveError
from vislib.language import Text, text

MAX_FILES = 20_000
MAX_BYTES_UNPACKED = 2 * 1024**3
MAX_BYTES_A_FILE = 50 * 1024**2
MAX_DEPTH = 32
_NESTED = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz")

ZipSource = str | os.PathLike[str] | bytes | IO[bytes]


def zip_folder(source: ZipSource, name: str | None = None) -> zipfile.Path:
    """Checks a zip file and returns the folder in it, which is used like a `pathlib.Path` and read in memory.

    If the zip file contains one folder and nothing else, the result is that folder.

    Args:
        source: A path, the file's bytes, or a file object opened for reading bytes.
        name: Its name in error messages; by default the file's name.

    Raises:
        ArchiveError: If the file is not a zip file, is damaged or encrypted; holds more than `MAX_FILES` files, more
            than `MAX_BYTES_UNPACKED` bytes in all or `MAX_BYTES_A_FILE` in one file; has a path that leads out of the
            folder, is malformed or more than `MAX_DEPTH` folders deep; or contains a link or another archive.
    """
    name = name or (os.path.basename(os.fspath(source)) if isinstance(source, str | os.PathLike) else text("The file"))
    try:
        archive = zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source)
    except FileNotFoundError:
        raise ArchiveError(text("There is no file '{name}'.", name=name)) from None
    except Exception as error:  # damaged files raise struct.error, UnicodeDecodeError, OSError …
        raise ArchiveError(text("{name} is not a zip file that can be read.", name=name)) from error
    _check(archive.infolist(), name)
    archive.filename = name
    folder = zipfile.Path(archive)
    while (
        len(entries := [entry for entry in folder.iterdir() if not is_hidden(entry.name)]) == 1 and entries[0].is_dir()
    ):
        folder = entries[0]
    return folder


def read_file(file: Path | zipfile.Path) -> bytes:
    """The bytes of a file in a folder or in a zip file.

    Raises:
        ArchiveError: If it cannot be read, such as from a damaged part of the archive.
    """
    try:
        return file.read_bytes()
    except Exception as error:  # damaged archives raise ValueError, struct.error, UnicodeDecodeError …
        raise ArchiveError(
            text("'{name}' cannot be read; the file or its archive is damaged there.", name=file.name)
        ) from error


def is_hidden(name: str) -> bool:
    """Whether a file or folder is hidden, or one that macOS adds to zip files."""
    return name.startswith(".") or name == "__MACOSX"


def _check(members: list[zipfile.ZipInfo], name: str) -> None:
    if len(members) > MAX_FILES:
        raise ArchiveError(
            text("{name} holds {n:,} files; at most {most:,} are accepted.", name=name, n=len(members), most=MAX_FILES)
        )
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_BYTES_UNPACKED:
        raise ArchiveError(
            text(
                "{name} would unpack to {size:,.1f} GB; at most {most:.0f} GB are accepted.",
                name=name,
                size=unpacked / 1024**3,
                most=MAX_BYTES_UNPACKED / 1024**3,
            )
        )
    for member in members:
        problem = _problem(member)
        if problem:
            raise ArchiveError(text("{name} cannot be used: {problem}.", name=name, problem=problem))


def _problem(member: zipfile.ZipInfo) -> Text | None:
    shown = member.filename[:80]
    parts = member.filename.replace("\\", "/").split("/")
    if ".." in parts or member.filename.startswith(("/", "\\")) or ":" in parts[0]:
        return text("'{file}' leads out of the folder it is in", file=shown)
    if "" in parts[:-1] or "." in parts or not parts[0]:  # on such a path zipfile.Path loops forever
        return text("'{file}' is not a path of folders and a file", file=shown)
    if len(parts) > MAX_DEPTH:
        return text("'{file}' is more than {most} folders deep", file=shown, most=MAX_DEPTH)
    if stat.S_ISLNK(member.external_attr >> 16):
        return text("'{file}' is a link, not a file", file=shown)
    if member.flag_bits & 0x1:
        return text("'{file}' is encrypted", file=shown)
    if member.filename.lower().endswith(_NESTED):
        return text("'{file}' is an archive inside the archive", file=shown)
    if member.file_size > MAX_BYTES_A_FILE:
        size, most = member.file_size / 1024**2, MAX_BYTES_A_FILE // 1024**2
        return text(
            "'{file}' would unpack to {size:,.0f} MB; at most {most} MB are accepted", file=shown, size=size, most=most
        )
    return None
