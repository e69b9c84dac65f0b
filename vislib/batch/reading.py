"""Reads a batch's folder: its table, and the maps and thumbnails of any of its images."""

import copy
import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from vislib import html
from vislib.batch.rows import FEATURES, agreement_column
from vislib.batch.settings import column
from vislib.batch.store import BatchFolder
from vislib.errors import ParameterError, listed
from vislib.language import text, tr
from vislib.output.export import jpeg_bytes
from vislib.tasks import Task

if TYPE_CHECKING:
    import pyarrow as pa

Numbers = Sequence[int] | np.ndarray
_THUMBNAILS = 8
"""How many images a notebook shows."""


class Batch:
    """A finished or unfinished batch. Files are read when a method needs them, not before.

    Attributes:
        path: Its folder.
        manifest: Its settings, model, source and versions, see `vislib.batch.manifest.manifest_of`.
        methods: Names of its methods.
        labels: Names of the network's classes or outputs.
        task: What the network does.
        unit: The unit of predicted numbers; "" if there is none.
        map_shape: (height, width) of the maps.
        n_images: Number of images in the batch, finished or not; of a selection (see `only`), those selected.
        n_in_batch: The same of the whole batch.

    A notebook shows a summary and the first images.

    Example:
        >>> import vislib
        >>> classifier = vislib.load_classifier("digits")
        >>> _ = vislib.explain_many(classifier, vislib.sample_path("digits"), out="explained")
        >>> batch = vislib.open_batch("explained")
        >>> batch.n_images, batch.methods
        (10, ('grad-cam',))
    """

    def __init__(self, folder: BatchFolder, manifest: dict[str, Any]):
        self.path: Path = folder.path
        self.manifest = manifest
        self.methods: tuple[str, ...] = tuple(manifest["settings"]["methods"])
        self.labels: tuple[str, ...] = tuple(manifest["labels"])
        self.task = Task(manifest.get("task", Task.CLASSIFICATION))
        self.unit: str = manifest.get("unit", "")
        self.n_images: int = manifest["source"]["n_images"]
        self.n_in_batch = self.n_images
        self._only: np.ndarray | None = None
        self._rows: int = manifest["settings"]["part_rows"]
        self._folder = folder
        self.parts = folder.finished_parts(-(-self.n_images // self._rows))

    def _repr_html_(self) -> str:
        finished = f"{self.n_finished:,}"
        if self.n_finished != self.n_images:
            finished = tr("{n:,} of {total:,}", n=self.n_finished, total=self.n_images)
        rows = [(tr("images"), finished), (tr("methods"), tr(listed(self.methods))), (tr("task"), str(self.task))]
        rows += [(tr("model"), str(self.manifest["model"])), (tr("folder"), str(self.path))]
        table = self.table(["error", *(["correct"] if "correct" in self._columns else [])])
        n_errors = len(table) - table.column("error").null_count
        rows += [(tr("not read or explained"), f"{n_errors:,}")] if n_errors else []
        known = table.column("correct").drop_null().to_pylist() if "correct" in table.column_names else []
        if known:
            correct = tr("{n:,} of {total:,} with a known class", n=sum(known), total=len(known))
            rows.append((tr("classified correctly"), correct))
        numbers = [part * self._rows + row for part in self.parts for row in range(self._rows)][:_THUMBNAILS]
        shown = self.thumbnails([number for number in numbers if number < self.n_images])
        parts = [html.picture(jpeg_bytes(each), "jpeg", "", each.width) for each in shown if each is not None]
        return html.block(tr("Batch of explanations"), html.table(rows), *parts)

    @property
    def _columns(self) -> list[str]:
        from pyarrow import parquet

        return parquet.read_schema(self._folder.table_file(self.parts[0])).names

    @property
    def has_probabilities(self) -> bool:
        """Whether each image has a most probable class."""
        return self.task.has_classes and self.task is not Task.SEGMENTATION

    @property
    def map_shape(self) -> tuple[int, int]:
        """(height, width) of the maps."""
        from pyarrow import parquet

        about = parquet.read_schema(self._folder.maps_file(self.parts[0])).field(column(self.methods[0])).metadata
        return int(about[b"height"]), int(about[b"width"])

    @property
    def n_finished(self) -> int:
        """Number of images in finished parts."""
        if self._only is not None:
            return len(self._only)
        return sum(min(self._rows, self.n_images - part * self._rows) for part in self.parts)

    def only(self, numbers: Numbers) -> "Batch":
        """The same batch with a selection of its images: its table, and a report on it, have only these.

        Args:
            numbers: The numbers of the images in the batch, in any order; `table(["number"])` has them.

        Raises:
            ParameterError: If there is none, or the batch has no such image.
        """
        chosen = np.unique(np.asarray(list(numbers), np.int64))
        there = self.table(["number"]).column(0).to_numpy()
        missing = chosen[~np.isin(chosen, there)]
        if not len(chosen):
            raise ParameterError(text("A selection needs at least one image of the batch; there is none."))
        if len(missing):
            raise ParameterError(
                text(
                    "The batch has no finished image with the number {number}; its {n:,} images have the "
                    "numbers {first} to {last}.",
                    number=missing[0],
                    n=len(there),
                    first=there[0],
                    last=there[-1],
                )
            )
        selection = copy.copy(self)
        selection._only, selection.n_images = chosen, len(chosen)
        selection.parts = [part for part in self.parts if (chosen // self._rows == part).any()]
        return selection

    def table(self, columns: Sequence[str] | None = None) -> "pa.Table":
        """The rows of the finished parts in order, with all columns or those named; `.to_pandas()` makes a data frame.

        Raises:
            ParameterError: If a file is damaged.
        """
        import pyarrow as pa

        wanted = None if columns is None else list(columns)
        read = [_read(parquet_table(), self._folder.table_file(part), columns=wanted) for part in self.parts]
        if self._only is not None:
            read = [table.take(rows) for table, (_, rows, _) in zip(read, self._by_part(self._only), strict=True)]
        return pa.concat_tables(read)

    def rows(self, numbers: Numbers, columns: Sequence[str]) -> list[dict[str, Any]]:
        """Some columns of the rows of the images with these numbers, in the order given.

        Raises:
            ParameterError: If there is no such image.
        """
        found: list[dict[str, Any]] = [{}] * len(numbers)
        for places, rows, part in self._by_part(numbers):
            read = _read(parquet_table(), self._folder.table_file(part), columns=list(columns)).take(rows).to_pylist()
            for place, row in zip(places, read, strict=True):
                found[place] = row
        return found

    def maps(self, method: str, numbers: Numbers) -> np.ndarray:
        """Maps (n, h, w) float32 of the images with these numbers, each divided by its reach, so in −1..1.

        Raises:
            ParameterError: If the batch has no such method or image, or a file is damaged.
        """
        if method not in self.methods:
            raise ParameterError(
                text(
                    "The batch has no method '{method}'; it has {methods}.", method=method, methods=listed(self.methods)
                )
            )
        found = np.zeros((len(numbers), *self.map_shape), np.float32)
        for places, rows, part in self._by_part(numbers):
            cells = (
                self._from_maps(part, column(method)).combine_chunks().flatten().to_numpy().reshape(-1, *self.map_shape)
            )
            found[places] = cells[rows]
        return found

    def features(self, numbers: Numbers) -> np.ndarray:
        """The numbers of the penultimate layer (n, k) float32 of the images with these numbers; NaN for an image that
        could not be read.

        Raises:
            ParameterError: If the batch has none, there is no such image, or a file is damaged.
        """
        if not self.manifest["settings"].get("features"):
            name = self.manifest["source"]["name"]
            raise ParameterError(
                text(
                    "The batch of {name} holds no features. Compute it with features=True, with --features on "
                    "the command line, or on the page Batch.",
                    name=name,
                )
            )
        found: dict[int, np.ndarray] = {}
        for places, rows, part in self._by_part(numbers):
            column = self._from_maps(part, FEATURES).combine_chunks()
            vectors = column.flatten().to_numpy().reshape(len(column), -1)[rows]
            found |= dict(zip(places.tolist(), vectors, strict=True))
        size = max((len(vector) for vector in found.values()), default=0)
        nothing = np.full(size, np.nan, np.float32)  # a part in which no image could be read has lists of one NaN
        every = (found[place] for place in range(len(numbers)))
        vectors = [vector if len(vector) == size else nothing for vector in every]
        return np.stack(vectors) if vectors else np.empty((0, 0), np.float32)

    def thumbnails(self, numbers: Numbers) -> list[Image.Image | None]:
        """Thumbnails of the images with these numbers, as the network saw them; None for an image without one."""
        found: list[Image.Image | None] = [None] * len(numbers)
        for places, rows, part in self._by_part(numbers):
            contents = self._from_maps(part, "thumbnail")
            for place, row in zip(places, rows, strict=True):
                content = contents[int(row)].as_py()
                found[place] = Image.open(io.BytesIO(content)).convert("RGB") if content else None
        return found

    def agreement(self, one: str, other: str) -> str:
        """The name of the column with the rank correlation of two methods' maps."""
        first, second = sorted((one, other), key=self.methods.index)
        return agreement_column(first, second)

    def _from_maps(self, part: int, name: str) -> Any:
        return _read(parquet_table(), self._folder.maps_file(part), columns=[name]).column(0)

    def _by_part(self, numbers: Numbers) -> Iterator[tuple[np.ndarray, np.ndarray, int]]:
        """For each part that holds some of the images: their places in `numbers`, their rows in the part, the part."""
        wanted = np.asarray(numbers, np.int64)
        for part in np.unique(wanted // self._rows):
            if part not in self.parts:
                raise ParameterError(
                    text("The images from number {number} on are not finished.", number=int(part) * self._rows)
                )
            places = np.flatnonzero(wanted // self._rows == part)
            yield places, wanted[places] % self._rows, int(part)


def open_batch(path: "str | os.PathLike[str] | Batch") -> Batch:
    """The batch in a folder that `explain_many` wrote; an opened batch is returned unchanged.

    Raises:
        ParameterError: If there is no batch, it is damaged, or no part of it is finished.

    Example:
        >>> _ = vislib.explain_many(classifier, vislib.sample_path("digits"), "grad-cam", out="results")
        >>> batch = vislib.open_batch("results")
        >>> batch.n_images, batch.maps("grad-cam", [0, 1]).shape
        (10, (2, 28, 28))
    """
    if isinstance(path, Batch):
        return path
    folder = BatchFolder(path)
    manifest = folder.manifest()
    if manifest is None:
        raise ParameterError(text("{path} holds no batch: it has no manifest.json.", path=path))
    try:
        batch = Batch(folder, manifest)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        raise ParameterError(text("The manifest of {path} is damaged or of another version.", path=path)) from None
    if not batch.parts:
        raise ParameterError(text("No part of the batch in {path} is finished yet.", path=path))
    return batch


def parquet_table() -> Any:
    """pyarrow's function that reads a Parquet file; imported late, as importing vislib does not import pyarrow."""
    from pyarrow import parquet

    return parquet.read_table


def _read(read, file: Path, **what):
    import pyarrow as pa

    try:
        return read(file, **what)
    except (pa.ArrowException, OSError) as error:
        raise ParameterError(
            text("{file} cannot be read; it is damaged. Delete it and run the batch again to recompute it.", file=file)
        ) from error
