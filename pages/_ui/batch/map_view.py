"""The images of a batch on a plane, by their features or their heatmaps; a lasso filters the table."""

import base64

import numpy as np
import pandas as pd
import streamlit as st

import vislib
from pages._ui.results import picture
from pages._ui.widgets.bars import whole_percent
from pages._ui.widgets.choice import choose
from pages._ui.widgets.set_map import COLOURS, set_map
from vislib.report.batch_map import FEATURES, SIDE, BatchMap

_CHOSEN = "chosen on the map"
_PREDICTED, _TRUE, _RIGHT = "predicted", "true class", "right or wrong"
_OTHERS = "others"


def show(found: BatchMap, table: pd.DataFrame, key: tuple) -> pd.DataFrame:
    """Draws the map; the rows of the images that are chosen on it, or all."""
    rows = table.set_index("number").loc[found.numbers]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        by = choose("Placed by", list(found.places), "map_by", width=260, format_func=_title)
        options = [name for name in (_PREDICTED, _TRUE, _RIGHT, *found.clusters) if _has(rows, name)]
        colour = choose("Coloured by", options, "map_colour", width=260, format_func=_colour_title)
    names, of = _groups(found, rows, colour)
    chosen: dict[tuple, list[int]] = st.session_state.setdefault(_CHOSEN, {})
    set_map(
        found.places[by],
        f"data:image/jpeg;base64,{base64.b64encode(found.sprites).decode()}",
        SIDE,
        names,
        of,
        f"batch map {by}",
        f"Map of {len(rows):,} images by their {_title(by)}, coloured by {colour}. The table has the same images.",
        chosen.get(key, []),
        lambda numbers: chosen.update({key: numbers}),
    )
    picture.caption(
        f"{len(rows):,} images by their {_title(by)}",
        f"The two directions of the largest variance (PCA) show {whole_percent(found.shown[by])} of it, so images that "
        "lie near each other need not be alike. Draw around some with the lasso, or click one, to see their rows "
        "below. The wheel zooms after a click into the map; two fingers do so on a phone.",
    )
    numbers = found.numbers[[each for each in chosen.get(key, []) if each < len(rows)]]
    return table[table["number"].isin(numbers)] if len(numbers) else table


def _title(name: str) -> str:
    return "features (penultimate layer)" if name == FEATURES else f"heatmaps, {vislib.methods()[name].title}"


def _colour_title(name: str) -> str:
    return f"cluster of reasons, {vislib.methods()[name].title}" if name in vislib.methods() else name


def _has(rows: pd.DataFrame, name: str) -> bool:
    column = {_PREDICTED: "explained_label", _TRUE: "label", _RIGHT: "correct"}.get(name)
    return column is None or (column in rows and bool(rows[column].notna().any()))


def _groups(found: BatchMap, rows: pd.DataFrame, colour: str) -> tuple[list[str], np.ndarray]:
    """The names of the groups, the largest first, and the group of each image; more than ten are put together."""
    if colour == _RIGHT:
        every = rows["correct"].map({True: "right", False: "wrong"}).fillna("unknown")
    elif colour in found.clusters:
        every = pd.Series([f"cluster {each}" if each else "no cluster" for each in found.clusters[colour]])
    else:
        every = rows["explained_label" if colour == _PREDICTED else "label"].fillna("unknown")
    counts = every.value_counts()
    names = counts.index.tolist()
    if len(names) > len(COLOURS):
        names = [*names[: len(COLOURS)], _OTHERS]
    at = {name: place for place, name in enumerate(names)}
    return [f"{name} ({counts[name]:,})" if name in counts else name for name in names], np.array(
        [at.get(name, len(names) - 1) for name in every]
    )
