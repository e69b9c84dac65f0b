"""Writes the report on a batch."""

import os
from collections.abc import Sequence
from pathlib import Path

from vislib.batch import Batch, open_batch
from vislib.errors import ParameterError
from vislib.language import text
from vislib.output.export import write_whole
from vislib.progress import Progress, no_progress
from vislib.report.clusters import Reason
from vislib.report.findings import findings
from vislib.report.page import page
from vislib.report.reasons import found_reasons


def report_html(
    folder: str | os.PathLike[str] | Batch,
    progress: Progress = no_progress,
    model: str = "",
    *,
    rows: Sequence[int] | None = None,
    selection: str = "",
) -> str:
    """The report on a batch, or on some of its images, as one HTML page in the language in use; it needs no other file.

    Args:
        folder: The folder that `explain_many` wrote, or the opened batch; it may be unfinished.
        progress: Called as progress(done, total) between the steps; an exception that it raises cancels the report.
        model: The network's name in the report; "" for the key that the batch holds.
        rows: The numbers of the images on which to report, see `vislib.batch.Batch.only`; None for all.
        selection: What these have in common, for the report, such as "true 4, predicted 9".

    Raises:
        ParameterError: If there is no batch, it is damaged, or it has no such images.

    Example:
        >>> _ = vislib.explain_many(classifier, vislib.sample_path("digits"), "grad-cam", out="results")
        >>> vislib.report.report_html("results").startswith("<!")
        True
    """
    batch = open_batch(folder)
    if rows is not None:
        batch = batch.only(rows)
    total = len(batch.methods) + 2
    progress(0, total)
    found = findings(batch)
    reasons: list[tuple[str, list[Reason]]] = []
    for method in batch.methods:
        progress(len(reasons) + 1, total)
        reasons.append((method, found_reasons(batch, method)))
    progress(total - 1, total)
    made = page(batch, found, reasons, model or str(batch.manifest["model"]), selection)
    progress(total, total)
    return made


def write_report(
    folder: str | os.PathLike[str],
    path: str | os.PathLike[str] | None = None,
    *,
    rows: Sequence[int] | None = None,
    selection: str = "",
) -> Path:
    """Writes the report on a batch, or on some of its images, to an HTML file.

    Args:
        folder: The folder that `explain_many` wrote.
        path: The file; None for report.html in that folder, or selection.html for some of the images.
        rows: As for `report_html`.
        selection: As for `report_html`.

    Raises:
        ParameterError: If there is no batch, it is damaged, it has no such images, or the file cannot be written.

    Example:
        >>> _ = vislib.explain_many(classifier, vislib.sample_path("digits"), "grad-cam", out="results")
        >>> vislib.report.write_report("results").name
        'report.html'
    """
    out = Path(folder) / ("report.html" if rows is None else "selection.html") if path is None else Path(path)
    if out.suffix.lower() not in (".html", ".htm"):
        raise ParameterError(text("A report is written as .html or .htm; not as '{name}'.", name=out.name))
    if not out.parent.is_dir():
        raise ParameterError(
            text("{file} cannot be written: there is no folder '{folder}'.", file=out, folder=out.parent)
        )
    write_whole(out, report_html(folder, rows=rows, selection=selection).encode())
    return out
