"""A batch on a page: computed with a progress bar, then shown as numbers, table, report and downloads."""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import streamlit as st

import vislib
from pages._ui.batch import browse, map_view
from pages._ui.batch.source import Earlier
from pages._ui.results import downloads, picture, snippets
from pages._ui.server import work
from pages._ui.shell.context import Context
from pages._ui.widgets.bars import percent
from pages._ui.widgets.document_frame import document_frame
from pages._ui.widgets.text import plain
from vislib.batch import Batch
from vislib.batch.pace import Pace
from vislib.batch.packed_folder import unzip, zipped
from vislib.batch.quality import mask_quality, value_errors
from vislib.batch.sources import Source
from vislib.output import export
from vislib.progress import Progress, no_progress
from vislib.report import report_html
from vislib.report.batch_map import BatchMap, batch_map
from vislib.tasks import Task

_PART_ROWS = 50
_MOST_LEFT = 8
_UNKNOWN = (
    "Nothing in the model says whether its outputs are scores of classes or numbers, so they are shown as they are. "
    "Choose on the page Your model."
)
_READING = (
    "import vislib\nfrom vislib.report import write_report\n\n"
    "batch = vislib.open_batch('my_batch')  # the folder, or the unpacked zip\n"
    "table = batch.table().to_pandas()\n"
    "write_report('my_batch')\n"
)


@dataclass(frozen=True, eq=False)
class Finished:
    """A computed batch.

    Attributes:
        table: One row per image.
        report: The HTML page.
        files: The folder of the batch as a zip; None for a folder of the server.
        methods: Names of its methods.
        source: Name of its images.
        model: Name of its network.
        quality: Errors of predicted numbers or overlap with masks, as figures with their names.
        map: The images on a plane; None if none was explained.
        note: What is unknown about the network's outputs; "" if nothing is.
    """

    table: pd.DataFrame
    report: str
    files: bytes | None
    methods: tuple[str, ...]
    source: str
    model: str
    quality: dict[str, str]
    note: str
    map: BatchMap | None


def explained(task: Task) -> str:
    """What the maps of each image explain."""
    if task is Task.SEGMENTATION:
        return "its largest segment, other than a class called “background”"
    return "the class that the network predicts" if task.has_classes else "the first output"


def show(
    here: Context, source: Source, methods: Sequence[str], further: Mapping[str, Any] = MappingProxyType({})
) -> None:
    """Computes the batch with these further settings, or takes it from the store, and shows it.

    Raises:
        VislibError: If the images or the methods cannot be used.
    """
    # The report contains the names of network and source, so with another name it is another batch.
    key = (here.classifier.key, here.model_name, "batch", source.name, source.digest, *methods, *further.items())
    finished = work.run(
        key,
        f"Explaining {source.name}" if len(source.name) <= 40 else "Explaining the images",
        lambda progress: _compute(here, source, methods, further, key, progress),
        resume_label="Go on",
        kind="batch",
        progress_text=Pace(),
    )
    if finished is None:
        st.caption("The finished images are kept for a while and are not computed again.")
        return
    _draw(finished, key, _stem(here, source), methods, _snippet(here, methods, further), source)


def show_earlier(earlier: Earlier) -> None:
    """Opens a batch that was computed before, and shows it.

    Raises:
        VislibError: If it holds no batch, or a damaged one.
    """
    key = ("earlier batch", earlier.identity)
    finished = work.run(key, f"Opening {earlier.name}", lambda progress: _open(earlier, progress), kind="batch")
    if finished is None:
        return
    st.caption(plain(f"{earlier.name}: a batch of {finished.source}, by {finished.model}."))
    stem = downloads.file_stem(earlier.name, "batch")
    _draw(finished, key, stem, finished.methods, _READING, None)


def _draw(
    finished: Finished, key: tuple, stem: str, methods: Sequence[str], snippet: str, source: Source | None
) -> None:
    """Numbers, downloads, map, table and report; `source` is None where the images themselves are not at hand."""
    _figures(finished.table, finished.quality)
    if finished.note:
        st.caption(plain(finished.note))
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            "Report (HTML)",
            finished.report,
            f"{stem}.html",
            "text/html",
            key="batch report",
            on_click="ignore",
            icon=":material/description:",
        )
        if finished.files is not None:
            st.download_button(
                "Table and maps (ZIP)",
                finished.files,
                f"{stem}.zip",
                "application/zip",
                key="batch files",
                on_click="ignore",
                icon=":material/folder_zip:",
            )
        downloads.show("batch", stem, {"csv": lambda: export.table_bytes(_plain(finished.table), ".csv")}, snippet)
    rows = finished.table
    if finished.map is not None:
        st.header("Map", anchor=False)
        rows = map_view.show(finished.map, rows, key)
    browse.show(source, rows, methods)
    st.header("Report", anchor=False)
    document_frame(finished.report, "batch_report", "Report on the batch")


@st.cache_resource(show_spinner=False, validate=lambda folder: Path(folder.name).is_dir())
def _unfinished() -> tempfile.TemporaryDirectory:
    """The folder of batches that are being computed. Only the server's user can read it; it ends with the server.

    A new one is made if it was deleted: a machine may clean up its temporary files.
    """
    return tempfile.TemporaryDirectory(prefix="vislib-batches-")


def _compute(here: Context, source: Source, methods, further, key: tuple, progress) -> Finished:
    """Computes in a folder that stays after Stop, so that the computation can continue there."""
    folder = Path(_unfinished().name) / sha256(repr(key).encode()).hexdigest()[:24]
    _make_room(folder)
    vislib.explain_many(
        here.classifier, source, methods, out=folder, part_rows=_PART_ROWS, features=True, progress=progress, **further
    )
    finished = _finished(vislib.open_batch(folder), here.model_name, zipped(folder), no_progress)
    shutil.rmtree(folder, ignore_errors=True)
    return finished


def _open(earlier: Earlier, progress: Progress) -> Finished:
    try:
        if earlier.folder is not None:
            return _finished(vislib.open_batch(earlier.folder), "", None, progress)
        with tempfile.TemporaryDirectory(prefix="vislib-earlier-") as place:
            return _finished(unzip(earlier.content, place, earlier.name), "", earlier.content, progress)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        if isinstance(error, vislib.VislibError):
            raise
        raise vislib.ParameterError(
            f"{earlier.name} is damaged, or another version of vislib wrote it. Compute the batch again."
        ) from error


def _finished(batch: Batch, model: str, files: bytes | None, progress: Progress) -> Finished:
    return Finished(
        table=batch.table().to_pandas(),
        report=report_html(batch.path, progress, model=model),
        files=files,
        methods=batch.methods,
        source=str(batch.manifest["source"]["name"]),
        model=str(batch.manifest["model"]),
        quality=_quality(batch),
        note=_UNKNOWN if batch.task is Task.UNKNOWN else "",
        map=batch_map(batch.path),
    )


def _quality(batch: Batch) -> dict[str, str]:
    unit = f" {batch.unit}" if batch.unit else ""
    facts = {
        f"Mean absolute error of {one.label}": f"{one.mean_absolute:.4g}{unit} ({one.n:,} of {batch.n_images:,})"
        for one in value_errors(batch)[:3]
    }
    masks = mask_quality(batch)
    return facts if masks is None else {"Mean IoU": f"{percent(masks.mean_iou)} of {masks.n:,}"}


def _make_room(folder: Path) -> None:
    """Deletes the oldest folders of stopped batches."""
    left = sorted((one for one in folder.parent.iterdir() if one != folder), key=lambda one: one.stat().st_mtime)
    for one in left[: max(0, len(left) - _MOST_LEFT)]:
        shutil.rmtree(one, ignore_errors=True)


def _figures(table: pd.DataFrame, quality: dict[str, str]) -> None:
    facts = {"Images": f"{len(table):,}"}
    known = table.get("correct", pd.Series(dtype=object)).dropna()
    if len(known):
        facts["Right"] = f"{percent(float(known.mean()))} of {len(known):,}"
    facts |= quality
    if unread := int(table["error"].notna().sum()):
        facts["Could not be read"] = f"{unread:,}"
    for name in (column for column in table.columns if column.startswith("agreement_")):
        if table[name].notna().any():
            facts["Agreement of the methods, mean ρ"] = f"{table[name].mean():.2f}".replace("-", "−")
            break
    picture.facts(facts)
    if not len(known) and "label" in table and (names := table["label"].dropna().unique().tolist()):
        st.caption(
            f"No accuracy: the folders, such as “{plain(str(names[0]))}”, are no class names of this network. Name "
            "each folder exactly as a class, in the network's spelling, to count the right predictions."
        )


def _plain(table: pd.DataFrame) -> list[dict]:
    """Rows for a CSV file: lists as text, and no text that a spreadsheet would run as a formula."""
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return [{name: _cell(value) for name, value in row.items()} for row in rows]


def _cell(value):
    if isinstance(value, str) and value[:1] in "=+-@\t\r":
        return f"'{value}"
    return value if value is None or isinstance(value, str | int | float | bool) else " ".join(map(str, value))


def _stem(here: Context, source: Source) -> str:
    return downloads.file_stem(source.name, here.model_name, "batch")


def _snippet(here: Context, methods: Sequence[str], further: Mapping[str, Any]) -> str:
    given = "".join(f", {name}={value!r}" for name, value in further.items())
    return (
        f"{snippets.classifier_lines(here)}from vislib.report import write_report\n\n"
        "# A folder, a zip, a list or Parquet file of paths, or arrays. If interrupted, the same lines continue.\n"
        f"result = vislib.explain_many(classifier, vislib.sample_path(), {list(methods)!r}, out='my_batch'{given})\n"
        "table = vislib.open_batch('my_batch').table().to_pandas()\n"
        "write_report('my_batch')\n"
    )
