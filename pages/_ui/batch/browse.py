"""The images of a batch one by one: a cell of the confusion matrix filters, a row opens its image on every page."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

import vislib
from pages._ui.batch.measures import MEASURES
from pages._ui.shell import images
from pages._ui.widgets.text import plain
from vislib.batch.sources import Source

_NAMES = {
    "path": "Image",
    "label": "True class",
    "predicted_label": "Predicted",
    "explained_label": "Explained",
    "probability": "Probability",
    "value": "Value",
    "true_value": "True value",
    "deviation": "Error",
    "mean_iou": "Mean IoU",
}
_SHARES = ("probability", "mean_iou")
_MOST_CLASSES = 60


def show(source: Source | None, table: pd.DataFrame, methods: Sequence[str]) -> None:
    """The confusion matrix where true classes are known, then the rows of the chosen cell, or all.

    Args:
        source: The images; None if they are not at hand, as for an earlier batch.
        table: One row per image.
        methods: Names of the methods.
    """
    rows = table
    counts = confusion(table)
    if counts is not None:
        st.header("Confusion matrix", anchor=False)
        st.caption("Rows: the true class. Columns: the network's answer. Click a cell to see its images below.")
        event = st.dataframe(counts, key="confusion", on_select="rerun", selection_mode="single-cell", width="stretch")
        cells = event.selection.cells
        if cells:
            row, predicted = cells[0]
            true = str(counts.index[int(row)])
            rows = of_cell(table, true, str(predicted))
            st.header(f"{len(rows):,} images of {plain(true)} taken for {plain(str(predicted))}", anchor=False)
        else:
            st.header("Table", anchor=False)
    else:
        st.header("Table", anchor=False)
    chosen = _table(rows, methods)
    if source is None:
        st.caption("A batch holds no images, only small pictures. To use an image on every page, upload it there.")
    elif chosen is not None:
        number, title = int(rows.iloc[chosen]["number"]), str(rows.iloc[chosen]["path"])
        st.button(
            f"Use {plain(title)} on every page",
            key="use row",
            icon=":material/swap_horiz:",
            on_click=images.use_of_set,
            args=(source, number),
        )
    else:
        st.caption("Choose a row, by the box at its start, to use its image on every page.")


def confusion(table: pd.DataFrame) -> pd.DataFrame | None:
    """How often each class (rows) is taken for each (columns), over the rows whose class is one of the network's; None
    where there are none, or too many classes to read."""
    if not {"label", "predicted_label", "correct"} <= set(table.columns):
        return None
    known = table[table["correct"].notna()]
    counts = pd.crosstab(known["label"], known["predicted_label"]) if len(known) else None
    return None if counts is None or max(counts.shape) > _MOST_CLASSES else counts


def of_cell(table: pd.DataFrame, true: str, predicted: str) -> pd.DataFrame:
    """The rows of one cell of the confusion matrix."""
    return table[(table["label"] == true) & (table["predicted_label"] == predicted) & table["correct"].notna()]


def _table(table: pd.DataFrame, methods: Sequence[str]) -> int | None:
    """The columns for the user, with readable names; the place of the row that was chosen."""
    from vislib.batch.settings import column

    names = dict(_NAMES)
    for method in methods:
        title = vislib.methods()[method].title
        names[column(method, "sparseness")] = f"{title}: sparseness"
        names[column(method, "border")] = f"{title}: on the border"
        names |= {column(method, name): f"{title}: {measure}" for name, measure in MEASURES.items()}
    names["channel_index"] = "Strongest channels"
    names["error"] = "Not read because"
    shares = [name for name in names if name in _SHARES or name.endswith(("_sparseness", "_border", *MEASURES))]
    if "predicted_label" in table and "value" in table:  # the share of the pixels that have the class
        names["value"], shares = "Share of the pixels", [*shares, "value"]
    else:  # what is explained is what is predicted
        del names["explained_label"]
    if "values" in table:
        names["label"] = "Label"
    present = [name for name in names if name in table and table[name].notna().any()]
    shown = table[present].rename(columns=names)
    event = st.dataframe(
        shown,
        hide_index=True,
        key="batch table",
        on_select="rerun",
        selection_mode="single-row",
        width="stretch",
        column_config={
            names[name]: st.column_config.NumberColumn(
                format="percent" if name in _SHARES or name.endswith("border") or name == "value" else "%.2f"
            )
            for name in shares
        },
    )
    return event.selection.rows[0] if event.selection.rows else None
