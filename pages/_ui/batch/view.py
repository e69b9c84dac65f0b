"""A batch on a page: computed with a progress bar, then shown as numbers, table, report and downloads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import streamlit as st

import vislib
from pages._ui.batch import cost, explore
from pages._ui.batch.table_file import csv_bytes
from pages._ui.results import downloads, picture, snippets
from pages._ui.server import batch_folders, work
from pages._ui.shell.context import Context
from pages._ui.shell.sets import Chosen
from pages._ui.shell.stored_batch import opened, sentence
from pages._ui.widgets.document_frame import document_frame
from pages._ui.widgets.text import plain
from vislib.batch import Batch
from vislib.batch.pace import Pace
from vislib.batch.packed_folder import zipped
from vislib.batch.quality import mask_quality, value_errors
from vislib.batch.store import MANIFEST
from vislib.images.sources import Source
from vislib.language import Text, current, percent, text, tr, written
from vislib.progress import Progress, no_progress
from vislib.report import report_html
from vislib.report.batch_map import BatchMap, batch_map
from vislib.tasks import Task

_PART_ROWS, _MOST_PARTS = 50, 25
_UNKNOWN = text(
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
        folder: Its folder, from which a part of it gets a separate report.
        is_ours: Whether the page made this folder, and offers it as a zip.
        methods: Names of its methods.
        source: Name of its images.
        model: Name of its network.
        quality: Errors of predicted numbers or overlap with masks, as figures with their names.
        map: The images on a plane; None if none was explained.
        note: What is unknown about the network's outputs; "" if nothing is.
    """

    table: pd.DataFrame
    report: str
    folder: Path
    is_ours: bool
    methods: tuple[str, ...]
    source: str
    model: str
    quality: dict[Text, Text]
    note: str
    map: BatchMap | None


def explained(task: Task) -> Text:
    """What the maps of each image explain."""
    if task is Task.SEGMENTATION:
        return text("its largest segment, other than a class called “background”")
    if task is Task.MULTI_LABEL:
        return text("its most probable label")
    return text("the class that the network predicts") if task.has_classes else text("the first output")


def show(
    here: Context,
    source: Source,
    code: str,
    methods: Sequence[str],
    further: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Computes the batch with these further settings, or takes it from the store, and shows it; `code` is the images
    in a script.

    Raises:
        VislibError: If the images or the methods cannot be used.
    """
    # The report contains the names of network and source, so with another name it is another batch.
    key = (here.classifier.key, here.model_name, "batch", source.name, source.digest, *methods, *further.items())
    written = (*key, current())  # the report is in one language
    _drop_without_folder(written)
    if work.found(written) is None and not cost.agreed(here, source, methods, further, key):
        return
    is_short = len(source.name) <= 40
    finished = work.run(
        written,
        text("Explaining {name}", name=source.name) if is_short else text("Explaining the images"),
        lambda progress: _compute(here, source, methods, further, key, progress),
        resume_label=tr("Go on"),
        kind="batch",
        progress_text=Pace(),
    )
    if finished is None:
        st.caption(tr("The finished images are kept for a while and are not computed again."))
        return
    has_maps = bool(here.classifier.network.map_layers)
    _draw(finished, key, _stem(here, source), methods, _snippet(here, code, methods, further), source, has_maps)


def show_earlier(earlier: Chosen) -> None:
    """Opens a batch that was computed before, and shows it.

    Raises:
        VislibError: If it holds no batch, or a damaged one.
    """
    key = ("earlier batch", earlier.identity)
    written = (*key, current())
    _drop_without_folder(written)
    finished = work.run(
        written, text("Opening {name}", name=earlier.title), lambda progress: _open(earlier, progress), kind="batch"
    )
    if finished is None:
        return
    about = tr(
        "{name}: a batch of {source}, by {model}.", name=earlier.title, source=finished.source, model=finished.model
    )
    st.caption(plain(about))
    stem = downloads.file_stem(earlier.title, "batch")
    _draw(finished, key, stem, finished.methods, _READING, None)


def _draw(
    finished: Finished,
    key: tuple,
    stem: str,
    methods: Sequence[str],
    snippet: str,
    source: Source | None,
    has_maps: bool = True,
) -> None:
    """Numbers, downloads, map, table and report; `source` is None where the images themselves are not at hand."""
    _figures(finished.table, finished.quality)
    if finished.note:
        st.caption(plain(tr(finished.note)))
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            tr("Report (HTML)"),
            finished.report.encode,
            f"{stem}.html",
            "text/html",
            key="batch report",
            on_click="ignore",
            icon=":material/description:",
        )
        if finished.is_ours:
            st.download_button(
                tr("Table and maps (ZIP)"),
                lambda: zipped(finished.folder),
                f"{stem}.zip",
                "application/zip",
                key="batch files",
                on_click="ignore",
                icon=":material/folder_zip:",
            )
        downloads.show("batch", stem, {"csv": lambda: csv_bytes(finished.table)}, snippet)
    explore.show(finished, key, stem, methods, source, has_maps)
    st.header(tr("Report"), anchor=False)
    document_frame(finished.report, "batch_report", tr("Report on the batch"))


def _drop_without_folder(key: tuple) -> None:
    """Forgets a result whose folder had to make room for others, so that it is computed again."""
    found = work.found(key)
    if found is not None and not (found.folder / MANIFEST).is_file():
        work.store().drop(key)


def _compute(here: Context, source: Source, methods, further, key: tuple, progress: Progress) -> Finished:
    """Computes in a folder that stays after Stop, so that the computation can continue there."""
    folder = batch_folders.folder_of(key)
    rows = max(_PART_ROWS, len(source) // _MOST_PARTS)
    vislib.explain_many(
        here.classifier, source, methods, out=folder, part_rows=rows, features=True, progress=progress, **further
    )
    return _finished(vislib.open_batch(folder), here.model_name, no_progress)


def _open(earlier: Chosen, progress: Progress) -> Finished:
    batch = opened(earlier)
    try:
        return _finished(batch, "", progress, is_ours=earlier.folder is None)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise sentence(earlier, error) from error


def _finished(batch: Batch, model: str, progress: Progress, is_ours: bool = True) -> Finished:
    return Finished(
        table=batch.table().to_pandas(),
        report=report_html(batch, progress, model=model),
        folder=batch.path,
        is_ours=is_ours,
        methods=batch.methods,
        source=str(batch.manifest["source"]["name"]),
        model=model or str(batch.manifest["model"]),
        quality=_quality(batch),
        note=_UNKNOWN if batch.task is Task.UNKNOWN else "",
        map=batch_map(batch),
    )


def _quality(batch: Batch) -> dict[Text, Text]:
    unit = f" {batch.unit}" if batch.unit else ""
    facts = {
        text("Mean absolute error of {output}", output=one.label): text(
            "{value} ({n:,} of {total:,})", value=f"{one.mean_absolute:.4g}{unit}", n=one.n, total=batch.n_images
        )
        for one in value_errors(batch)[:3]
    }
    masks = mask_quality(batch)
    if masks is None:
        return facts
    return {text("Mean IoU"): text("{share} of {n:,}", share=percent(masks.mean_iou), n=masks.n)}


def _figures(table: pd.DataFrame, quality: dict[Text, Text]) -> None:
    facts = {tr("Images"): f"{len(table):,}"}
    known = table.get("correct", pd.Series(dtype=object)).dropna()
    if len(known):
        facts[tr("Accuracy")] = tr("{share} of {n:,}", share=percent(float(known.mean())), n=len(known))
    facts |= {tr(name): tr(value) for name, value in quality.items()}
    if unread := int(table["error"].notna().sum()):
        facts[tr("Could not be read")] = f"{unread:,}"
    for name in (column for column in table.columns if column.startswith("agreement_")):
        if table[name].notna().any():
            facts[tr("Agreement of the methods, mean ρ")] = written(table[name].mean(), ".2f")
            break
    picture.facts(facts)
    if not len(known) and "label" in table and (names := table["label"].dropna().unique().tolist()):
        st.caption(
            tr(
                "No accuracy: the folders, such as “{folder}”, are no class names of this network. Name each folder "
                "exactly as a class, in the network's spelling, to count the right predictions.",
                folder=plain(str(names[0])),
            )
        )


def _stem(here: Context, source: Source) -> str:
    return downloads.file_stem(source.name, here.model_name, "batch")


def _snippet(here: Context, code: str, methods: Sequence[str], further: Mapping[str, Any]) -> str:
    given = "".join(f", {name}={value!r}" for name, value in further.items())
    return (
        f"{snippets.classifier_lines(here, 'from vislib.report import write_report')}\n"
        f"images = {code}\n"
        "# If interrupted, the same lines continue.\n"
        f"result = vislib.explain_many(classifier, images, {list(methods)!r}, out='my_batch'{given})\n"
        "table = vislib.open_batch('my_batch').table().to_pandas()\n"
        "write_report('my_batch')\n"
    )
