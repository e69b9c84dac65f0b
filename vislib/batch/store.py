"""A batch's folder: its manifest and its finished parts. Each file is written completely or not at all.

    manifest.json               settings, model, source, versions
    table/part-000000.parquet   one row per image
    maps/part-000000.parquet    the maps and a thumbnail of the same images, in the same order
    pictures/part-000000/       on request

A part is finished when its table exists, which is written last. A file is written in .writing/, flushed to the disk
and then renamed, so that a reader, a killed run or a second machine never sees an incomplete file.

Why the maps are fixed-size lists of float16 in Parquet and not NPZ: pandas, DuckDB, Polars and Ray Data read them
without vislib, one column (one method) or a range of rows at a time; and with zstd a smooth map of 56 × 56 takes
3.1 kB, less than in NPZ (3.7 kB), and is written faster. (The encoding BYTE_STREAM_SPLIT would suit them, but
DuckDB 2.0 cannot read it.) The maps are in separate files, so that reading the table does not touch them. float16 has
11 significant bits; each map is divided by its largest |value|, which is in the table as `<method>_reach`, so that no
value overflows.
"""

import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vislib.batch.manifest import check_same
from vislib.batch.parts import Explained
from vislib.batch.rows import maps_schema, table_schema
from vislib.batch.settings import BatchSettings
from vislib.errors import ParameterError
from vislib.language import text
from vislib.tasks import Task

if TYPE_CHECKING:
    import pyarrow as pa

MANIFEST = "manifest.json"
_WRITING = ".writing"
_OURS = (".lock", _WRITING, "table", "maps")


class BatchFolder:
    """The folder that a batch is written to. It holds only the path, so it can be sent to other processes.

    Args:
        path: Created by `prepare` if it does not exist.
    """

    def __init__(self, path: str | os.PathLike[str]):
        self.path = Path(os.path.abspath(path))

    def check(self, manifest: dict[str, Any]) -> dict[str, Any] | None:
        """Checks that this batch can be written to the folder, without changing it.

        Returns:
            The manifest in the folder; None if there is none yet.

        Raises:
            ParameterError: If the folder holds something else, or a batch with other settings.
        """
        found = self.manifest()
        if found is not None:
            check_same(self.path, found, manifest)
        elif self.path.exists() and (not self.path.is_dir() or _holds_other(self.path)):
            raise ParameterError(
                text("{path} exists and holds no batch; give an empty or a new folder.", path=self.path)
            )
        return found

    def prepare(self, manifest: dict[str, Any]) -> None:
        """Creates the folder, or checks that it holds the same batch and removes a killed run's incomplete files.

        Raises:
            ParameterError: If the folder cannot be written, holds something else, or a batch with other settings.
        """
        found = self.check(manifest)
        try:
            for name in ("table", "maps"):
                (self.path / name).mkdir(parents=True, exist_ok=True)
            shutil.rmtree(self.path / _WRITING, ignore_errors=True)
            (self.path / _WRITING).mkdir()
            if found is None:
                content = json.dumps(manifest, indent=2, ensure_ascii=False).encode()
                self._whole(self.path / MANIFEST, lambda to: to.write_bytes(content))
        except OSError as error:
            raise ParameterError(
                text("{path} cannot be written: {reason}.", path=self.path, reason=error.strerror or error)
            ) from error

    def manifest(self) -> dict[str, Any] | None:
        """The manifest of the folder's batch; None if the folder holds no batch.

        Raises:
            ParameterError: If the manifest cannot be read.
        """
        try:
            return json.loads((self.path / MANIFEST).read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as error:
            raise ParameterError(
                text("{path} cannot be read; it is damaged or not the manifest of a batch.", path=self.path / MANIFEST)
            ) from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Locks the folder against a second run. If the process is killed, the system releases the lock.

        Raises:
            ParameterError: If another run has locked the folder, or it cannot be written.
        """
        import fcntl

        try:
            self.path.mkdir(parents=True, exist_ok=True)
            file = open(self.path / ".lock", "w")  # noqa: SIM115
        except OSError as error:
            raise ParameterError(
                text("{path} cannot be written: {reason}.", path=self.path, reason=error.strerror or error)
            ) from error
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ParameterError(
                    text("Another run is writing to {path}; wait for it or stop it.", path=self.path)
                ) from None
            yield

    def finished(self, part: int) -> bool:
        """Whether a part is finished."""
        return self.table_file(part).exists()

    def finished_parts(self, n: int) -> list[int]:
        """The finished ones of the first `n` parts, in order."""
        numbers = (int(file.stem[-6:]) for file in (self.path / "table").glob("part-" + "[0-9]" * 6 + ".parquet"))
        return sorted(number for number in numbers if number < n)

    def tries(self, part: int) -> int:
        """How often a part was started in this run."""
        return len(list((self.path / _WRITING).glob(f"try-{part:06d}.*")))

    def try_begins(self, part: int) -> None:
        """Records that a part is started."""
        (self.path / _WRITING / f"try-{part:06d}.{uuid.uuid4().hex}").touch()

    def table_file(self, part: int) -> Path:
        """The file of a part's rows."""
        return self.path / "table" / f"part-{part:06d}.parquet"

    def maps_file(self, part: int) -> Path:
        """The file of a part's maps."""
        return self.path / "maps" / f"part-{part:06d}.parquet"

    def write(
        self, part: int, settings: BatchSettings, images: list[Explained], shape: tuple[int, int], task: Task
    ) -> None:
        """Writes a finished part.

        Raises:
            ParameterError: If it cannot be written, such as on a full disk.
        """
        import pyarrow as pa
        from pyarrow import parquet

        table = pa.Table.from_pylist([one.row for one in images], table_schema(settings, task))
        maps = _maps_table(settings, images, shape)
        try:
            if settings.pictures:
                from vislib.batch.pictures import write_pictures

                self._whole(
                    self.path / "pictures" / f"part-{part:06d}", lambda to: write_pictures(images, settings, to)
                )
            self._whole(
                self.maps_file(part),
                lambda to: parquet.write_table(
                    maps, to, compression="zstd", compression_level=9, use_dictionary=False, write_statistics=False
                ),
            )
            self._whole(self.table_file(part), lambda to: parquet.write_table(table, to, compression="zstd"))
        except OSError as error:
            raise ParameterError(
                text("{path} cannot be written: {reason}.", path=self.path, reason=error.strerror or error)
            ) from error

    def _whole(self, path: Path, make: Callable[[Path], Any]) -> None:
        """Writes a file or folder with `make`, and gives it its name once it is complete and flushed to the disk."""
        path.parent.mkdir(exist_ok=True)
        (self.path / _WRITING).mkdir(exist_ok=True)
        make(temporary := self.path / _WRITING / f"{path.name}.{uuid.uuid4().hex}")
        for file in [temporary] if temporary.is_file() else [*temporary.iterdir(), temporary]:
            _to_disk(file)
        if path.is_dir():
            shutil.rmtree(path)
        os.replace(temporary, path)
        _to_disk(path.parent)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _maps_table(settings: BatchSettings, images: list[Explained], shape: tuple[int, int]) -> "pa.Table":
    import pyarrow as pa

    nothing = np.zeros(shape, np.float16)
    columns: list[Any] = [
        pa.array([one.row["number"] for one in images], pa.int64()),
        pa.array([one.thumbnail for one in images], pa.binary()),
    ]
    for method in settings.methods:
        cells = np.stack([one.maps.get(method.name, nothing) for one in images])
        columns.append(pa.FixedSizeListArray.from_arrays(pa.array(cells.ravel()), cells[0].size))
    n_features = max((len(one.features) for one in images if one.features is not None), default=1)
    if settings.features:
        missing = np.full(n_features, np.nan, np.float32)  # of an image that could not be read
        vectors = np.stack([missing if one.features is None else one.features for one in images])
        columns.append(pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), n_features))
    return pa.Table.from_arrays(columns, schema=maps_schema(settings, shape, n_features))


def _holds_other(path: Path) -> bool:
    return any(entry.name not in _OURS for entry in path.iterdir())
