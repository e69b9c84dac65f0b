"""A batch's folder in a zip file: written for a download, and opened again."""

import io
import os
import re
import zipfile
from pathlib import Path

from vislib.batch.reading import Batch, open_batch
from vislib.batch.store import MANIFEST
from vislib.errors import ArchiveError
from vislib.images.archives import MAX_BYTES_UNPACKED, MAX_FILES, ZipSource, read_file, zip_folder
from vislib.language import text

_PART = re.compile(r"part-\d{6}\.parquet")


def zipped(folder: str | os.PathLike[str]) -> bytes:
    """The folder that `explain_many` wrote, as a zip file."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:  # Parquet is already compressed
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file() and path.name != ".lock":
                archive.write(path, path.relative_to(folder))
    return content.getvalue()


def unzip(source: ZipSource, folder: str | os.PathLike[str], name: str | None = None) -> Batch:
    """Unpacks a batch from a zip file into a folder and opens it.

    Only the files of a batch are written, under their own names: its manifest, tables and maps.

    Args:
        source: A path, the file's bytes, or a file object opened for reading bytes.
        folder: An empty folder.
        name: The zip's name in error messages; by default the file's name.

    Raises:
        ArchiveError: If the file is not a zip file that `vislib.images.archives.zip_folder` accepts, or holds no batch.
        ParameterError: If the batch is damaged.
    """
    packed = zip_folder(source, name)
    title = name or (os.path.basename(os.fspath(source)) if isinstance(source, str | os.PathLike) else text("The zip"))
    if not (packed / MANIFEST).is_file():
        raise ArchiveError(
            text(
                "{title} holds no batch: it has no {file}. A batch is what “Table and maps (ZIP)” of the "
                "page Batch saves, or the folder of `explain_many`, zipped.",
                title=title,
                file=MANIFEST,
            )
        )
    to = Path(folder)
    (to / MANIFEST).write_bytes(read_file(packed / MANIFEST))
    for part in ("table", "maps"):
        (to / part).mkdir()
        if (packed / part).is_dir():
            for file in (packed / part).iterdir():
                if _PART.fullmatch(file.name):
                    (to / part / file.name).write_bytes(read_file(file))
                    _check_size(to / part / file.name, title)
    return open_batch(to)


def _check_size(file: Path, title: str) -> None:
    """Refuses a part that a few bytes make too large for the memory."""
    from pyarrow import ArrowException, parquet

    try:
        about = parquet.read_metadata(file)
        n_bytes = sum(about.row_group(group).total_byte_size for group in range(about.num_row_groups))
    except (ArrowException, OSError, ValueError):
        raise ArchiveError(
            text("{title} cannot be opened: '{file}' is no Parquet file, or damaged.", title=title, file=file.name)
        ) from None
    if about.num_rows > MAX_FILES or n_bytes > MAX_BYTES_UNPACKED:
        raise ArchiveError(
            text(
                "{title} cannot be opened: '{file}' holds {rows:,} rows of {size:,.1f} GB; at most "
                "{most_rows:,} rows and {most_size:.0f} GB are accepted. Open its folder with vislib.open_batch.",
                title=title,
                file=file.name,
                rows=about.num_rows,
                size=n_bytes / 1024**3,
                most_rows=MAX_FILES,
                most_size=MAX_BYTES_UNPACKED / 1024**3,
            )
        )
