"""Zip files that anyone may have made, as folders to read images from. Nothing is ever unpacked to disk."""

import io
import os
import stat
import zipfile
from pathlib import Path
from typing import IO

from vislib.errors import ArchiveError

MAX_FILES = 20_000
MAX_BYTES_UNPACKED = 2 * 1024**3
MAX_BYTES_A_FILE = 50 * 1024**2
MAX_DEPTH = 32
_NESTED = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz")

ZipSource = str | os.PathLike[str] | bytes | IO[bytes]


def zip_folder(source: ZipSource, name: str | None = None) -> zipfile.Path:
    """The folder in a zip file, checked, to be walked like a `pathlib.Path` and read from memory.

    Where everything lies in one folder, as when a folder was zipped, it is that folder.

    Args:
        source: A path, the file's bytes, or a file object opened for reading bytes.
        name: How messages call it; by default the file's name.

    Raises:
        ArchiveError: If it is no zip file, is damaged or encrypted; holds more than `MAX_FILES` files or more
            than `MAX_BYTES_UNPACKED` in all or `MAX_BYTES_A_FILE` in one; has a name that leads out of
            the folder, goes round in it or `MAX_DEPTH` folders deep; a link, or an archive inside.
    """
    name = name or (os.path.basename(os.fspath(source)) if isinstance(source, str | os.PathLike) else "The file")
    try:
        archive = zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source)
    except FileNotFoundError:
        raise ArchiveError(f"There is no file '{name}'.") from None
    except Exception as error:  # struct.error, UnicodeDecodeError, OSError … were seen on damaged files
        raise ArchiveError(f"{name} is not a zip file that can be read.") from error
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
        ArchiveError: If it cannot be read, as where the archive is damaged there.
    """
    try:
        return file.read_bytes()
    except Exception as error:  # ValueError, struct.error, UnicodeDecodeError … were seen on damaged archives
        raise ArchiveError(f"'{file.name}' cannot be read; the file or its archive is damaged there.") from error


def is_hidden(name: str) -> bool:
    """Whether a file or folder is no one's content: hidden, or what macOS adds."""
    return name.startswith(".") or name == "__MACOSX"


def _check(members: list[zipfile.ZipInfo], name: str) -> None:
    if len(members) > MAX_FILES:
        raise ArchiveError(f"{name} holds {len(members):,} files; at most {MAX_FILES:,} are accepted.")
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_BYTES_UNPACKED:
        raise ArchiveError(
            f"{name} would unpack to {unpacked / 1024**3:,.1f} GB; at most {MAX_BYTES_UNPACKED / 1024**3:.0f} GB are accepted."
        )
    for member in members:
        problem = _problem(member)
        if problem:
            raise ArchiveError(f"{name} cannot be used: '{member.filename[:80]}' {problem}.")


def _problem(member: zipfile.ZipInfo) -> str | None:
    parts = member.filename.replace("\\", "/").split("/")
    if ".." in parts or member.filename.startswith(("/", "\\")) or ":" in parts[0]:
        return "leads out of the folder it is in"
    if "" in parts[:-1] or "." in parts or not parts[0]:  # zipfile.Path would go round in circles there
        return "is no path of folders and a file"
    if len(parts) > MAX_DEPTH:
        return f"is more than {MAX_DEPTH} folders deep"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "is a link, not a file"
    if member.flag_bits & 0x1:
        return "is encrypted"
    if member.filename.lower().endswith(_NESTED):
        return "is an archive inside the archive"
    if member.file_size > MAX_BYTES_A_FILE:
        return f"would unpack to {member.file_size / 1024**2:,.0f} MB; at most {MAX_BYTES_A_FILE // 1024**2} MB are accepted"
    return None
