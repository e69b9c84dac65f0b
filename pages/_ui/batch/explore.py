"""From the whole batch to some of its images, by the map and the confusion matrix: their rows, and a report on them."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.batch import browse, map_view
from pages._ui.batch.table_file import csv_bytes
from pages._ui.results import downloads
from pages._ui.shell import page_buttons
from pages._ui.widgets.text import plain
from vislib.images.sources import Source
from vislib.language import Text, current, listing, plural, speaking, text, tr
from vislib.report import report_html

_MAP = text("chosen on the map")


@st.fragment  # a lasso, a cell or a row does not run what is above, nor send the report again
def show(finished: Any, key: tuple, stem: str, methods: Sequence[str], source: Source | None, has_maps: bool) -> None:
    """Draws the map, the confusion matrix and the table of what is chosen in them.

    Args:
        finished: A `pages._ui.batch.view.Finished`.
        key: Identifies the batch.
        stem: Start of the names of files.
        methods: Names of its methods.
        source: Its images; None if they are not at hand, as for an earlier batch.
        has_maps: Whether the network has feature maps.
    """
    page_buttons.leave_fragment()
    rows, said = finished.table, list[Text]()
    if finished.map is not None:
        st.header(tr("Map"), anchor=False)
        rows = map_view.show(finished.map, finished.folder, rows, key)
        said = [_MAP] if len(rows) < len(finished.table) else []
    rows, cell = browse.matrix(finished.table, rows)
    said = [cell, *said] if cell else said
    chosen = listing(said, "plain")
    title = tr("{images}: {chosen}", images=_counted(rows), chosen=chosen) if said else tr("Table")
    st.header(plain(title), anchor=False)
    if said and len(rows):
        _files(finished, rows, chosen, stem)
    browse.show(source, rows, methods, has_maps)


def _counted(rows: pd.DataFrame) -> Text:
    return plural("{n} image", "{n:,} images", len(rows))


def _files(finished: Any, rows: pd.DataFrame, said: Text, stem: str) -> None:
    """The report and the table of the selection alone; both are made at the click."""
    name = downloads.file_stem(stem[:60], said.replace(".", ""), _counted(rows))
    language = current()  # the report is made after the click, outside of the session

    def report() -> bytes:
        with speaking(language):
            numbers = rows["number"].tolist()
            return report_html(finished.folder, model=finished.model, rows=numbers, selection=said).encode()

    with st.container(horizontal=True, gap="small"):
        st.download_button(
            tr("Report on these (HTML)"),
            report,
            f"{name}.html",
            "text/html",
            key="selection report",
            on_click="ignore",
            icon=":material/description:",
        )
        downloads.show("selection", name, {"csv": lambda: csv_bytes(rows)}, _lines(name, said))


def _lines(name: str, said: str) -> str:
    return (
        "import pandas as pd\nfrom vislib.report import write_report\n\n"
        f"rows = pd.read_csv('{name}.csv')['number']  # the table of these images, saved here\n"
        f"write_report('my_batch', rows=rows, selection={said!r})  # the folder of the batch\n"
    )
