"""The images of a batch one by one: a cell of the confusion matrix filters, a row opens its image on other pages."""

import hashlib
from collections.abc import Sequence

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

import vislib
from pages._ui.batch.measures import MEASURES
from pages._ui.shell import page_buttons
from pages._ui.widgets.shades import shade
from pages._ui.widgets.tables import two_decimals, typeset
from pages._ui.widgets.text import plain
from vislib.images.sources import Source
from vislib.language import Text, percent, text, tr

_NAMES = {
    "path": text("Image"),
    "label": text("True class"),
    "predicted_label": text("Predicted"),
    "explained_label": text("Explained"),
    "probability": text("Probability"),
    "value": text("Value"),
    "true_value": text("True value"),
    "deviation": text("Error"),
    "mean_iou": text("Mean IoU"),
}
_SHARES = ("probability", "mean_iou")
_MOST_CLASSES = 60
_MOST_TYPESET = 20_000
"""Cells; more take seconds, so they are shown in the browser's way."""


def matrix(table: pd.DataFrame, rows: pd.DataFrame) -> tuple[pd.DataFrame, Text | None]:
    """The confusion matrix of some rows, where true classes are known; the rows of the chosen cell, and what it is; all
    rows, and None, where none is chosen.

    Args:
        table: One row per image.
        rows: Some of its rows. The matrix has the classes of the whole table, so that a cell stays where it is.
    """
    whole = confusion(table)
    if whole is None:
        return rows, None
    counts = whole if len(rows) == len(table) else confusion(rows)
    counts = (whole * 0 if counts is None else counts).reindex_like(whole).fillna(0).astype(int)
    st.header(tr("Confusion matrix"), anchor=False)
    st.caption(
        tr(
            "Rows: the true class. Columns: the predicted class. Click a cell to see its images below. Colour: the "
            "square root of the share of the true class, from dark (0 %) to yellow (100 %)."
        )
    )
    event = st.dataframe(
        _coloured(counts.rename_axis(tr("True class"))),
        key="confusion",
        on_select="rerun",
        selection_mode="single-cell",
        width="stretch",
        column_config={name: st.column_config.Column(width="small") for name in counts.columns},
    )
    cells = [(int(row), str(column)) for row, column in event.selection.cells]
    if not cells or cells[0][0] >= len(counts) or cells[0][1] not in counts.columns:
        return rows, None
    true, predicted = str(counts.index[cells[0][0]]), cells[0][1]
    return of_cell(rows, true, predicted), text("true {true}, predicted {predicted}", true=true, predicted=predicted)


def show(source: Source | None, rows: pd.DataFrame, methods: Sequence[str], has_maps: bool = True) -> None:
    """A table of rows, and for the chosen one the pages that explain its image.

    Args:
        source: The images; None if they are not at hand, as for an earlier batch.
        rows: One row per image.
        methods: Names of the methods.
        has_maps: Whether the network has feature maps.
    """
    if not len(rows):
        st.caption(tr("There is no such image."))
        return
    chosen = _table(rows, methods)
    if source is None:
        st.caption(tr("A batch holds no images, only small pictures. To use an image on every page, upload it there."))
    elif chosen is None:
        st.caption(
            tr("Choose a row, by the box at its start or by Shift and Space, to open its image on another page.")
        )
    else:
        number, title = int(rows.iloc[chosen]["number"]), str(rows.iloc[chosen]["path"])
        st.caption(plain(title))
        page_buttons.buttons(source, number, has_maps)


def confusion(table: pd.DataFrame) -> pd.DataFrame | None:
    """How often each class (rows) is predicted as each (columns), over the rows whose class is one of the network's;
    None where there are none, or too many classes to read."""
    if not {"label", "predicted_label", "correct"} <= set(table.columns):
        return None
    known = table[table["correct"].notna()]
    counts = pd.crosstab(known["label"], known["predicted_label"]) if len(known) else None
    return None if counts is None or max(counts.shape) > _MOST_CLASSES else counts


def _coloured(counts: pd.DataFrame) -> Styler:
    """The counts, each on the colour of its share of the true class."""
    shares = counts.div(counts.sum(axis=1).clip(lower=1), axis=0)
    return counts.style.apply(lambda _: shares.map(_css), axis=None)


def _css(share: float) -> str:
    background, ink = shade(share)
    return f"background-color:{background};color:{ink}"


def of_cell(table: pd.DataFrame, true: str, predicted: str) -> pd.DataFrame:
    """The rows of one cell of the confusion matrix."""
    return table[(table["label"] == true) & (table["predicted_label"] == predicted) & table["correct"].notna()]


def _table(table: pd.DataFrame, methods: Sequence[str]) -> int | None:
    """The columns for the user, with readable names; the place of the row that was chosen, or that of the only one."""
    from vislib.batch.settings import column

    names = {name: tr(title) for name, title in _NAMES.items()}
    for method in methods:
        title = vislib.methods()[method].title
        names[column(method, "sparseness")] = tr("{method}: sparseness", method=title)
        names[column(method, "border")] = tr("{method}: on the border", method=title)
        names |= {
            column(method, name): tr("{method}: {measure}", method=title, measure=measure)
            for name, measure in MEASURES.items()
        }
    names["channel_index"] = tr("Strongest channels")
    names["error"] = tr("Not read because")
    shares = [name for name in names if name in _SHARES or name.endswith(("_sparseness", "_border", *MEASURES))]
    if "predicted_label" in table and "value" in table:  # the share of the pixels that have the class
        names["value"], shares = tr("Share of the pixels"), [*shares, "value"]
    else:  # what is explained is what is predicted
        del names["explained_label"]
    if "values" in table:
        names["label"] = tr("Label")
    present = [name for name in names if name in table and table[name].notna().any()]
    shown = table[present].rename(columns=names)
    as_share = {name: name in _SHARES or name.endswith("border") or name == "value" for name in shares}
    is_small = shown.size <= _MOST_TYPESET
    event = st.dataframe(
        typeset(shown, {names[name]: percent if as_share[name] else two_decimals for name in shares})
        if is_small
        else shown,
        hide_index=True,
        key=f"batch table {_digest(table)}",  # of other rows nothing is chosen
        on_select="rerun",
        selection_mode="single-row",
        width="stretch",
        column_config={
            names[name]: st.column_config.NumberColumn(format="percent" if as_share[name] else "%.2f")
            for name in shares
            if not is_small
        },
    )
    if len(table) == 1:
        return 0
    return event.selection.rows[0] if event.selection.rows else None


def _digest(table: pd.DataFrame) -> str:
    return hashlib.sha256(table["number"].to_numpy().tobytes()).hexdigest()[:16]
