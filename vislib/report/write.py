"""Writes the report on a batch."""

import os
from pathlib import Path

from vislib.batch import open_batch
from vislib.errors import ParameterError
from vislib.output.export import write_whole
from vislib.progress import Progress, no_progress
from vislib.report.clusters import Reason
from vislib.report.findings import findings
from vislib.report.page import page
from vislib.report.reasons import found_reasons


def report_html(folder: str | os.PathLike[str], progress: Progress = no_progress, model: str = "") -> str:
    """The report on a batch as one HTML page that needs no other file.

    Args:
        folder: The folder that `explain_many` wrote; the batch may be unfinished.
        progress: Called as progress(done, total) between the steps; an exception that it raises cancels the report.
        model: The network's name in the report; "" for the key that the batch holds.

    Raises:
        ParameterError: If there is no batch, or it is damaged.

    Example:
        >>> _ = vislib.explain_many(classifier, vislib.sample_path("digits"), "grad-cam", out="results")
        >>> vislib.report.report_html("results").startswith("<!")
        True
    """
    batch = open_batch(folder)
    total = len(batch.methods) + 2
    progress(0, total)
    found = findings(batch)
    reasons: list[tuple[str, list[Reason]]] = []
    for method in batch.methods:
        progress(len(reasons) + 1, total)
        reasons.append((method, found_reasons(batch, method)))
    progress(total - 1, total)
    made = page(batch, found, reasons, model or str(batch.manifest["model"]))
    progress(total, total)
    return made


def write_report(folder: str | os.PathLike[str], path: str | os.PathLike[str] | None = None) -> Path:
    """Writes the report on a batch to an HTML file, by default report.html in its folder.

    Raises:
        ParameterError: If there is no batch, it is damaged, or the file cannot be written.

    Example:
        >>> _ = vislib.explain_many(classifier, vislib.sample_path("digits"), "grad-cam", out="results")
        >>> vislib.report.write_report("results").name
        'report.html'
    """
    out = Path(folder) / "report.html" if path is None else Path(path)
    if out.suffix.lower() not in (".html", ".htm"):
        raise ParameterError(f"A report is written as .html or .htm; not as '{out.name}'.")
    if not out.parent.is_dir():
        raise ParameterError(f"{out} cannot be written: there is no folder '{out.parent}'.")
    write_whole(out, report_html(folder).encode())
    return out
