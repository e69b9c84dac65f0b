"""The images of a batch on a plane, by their features or their heatmaps; a lasso filters the table."""

import base64
from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st

import vislib
from pages._ui.results import picture
from pages._ui.server import work
from pages._ui.widgets.choice import choose
from pages._ui.widgets.set_map import COLOURS, set_map
from vislib.language import Text, sentences, text, tr, whole_percent
from vislib.neighbours.set_map import LEAST_FOR_UMAP, umap_installed
from vislib.report.batch_map import FEATURES, SIDE, BatchMap, placed

_NEARLY_ALL = 0.9
"""From this share of the variance, images that lie near each other in two directions are alike in all."""
_CHOSEN = "chosen on the map"
_PREDICTED, _TRUE, _RIGHT = text("predicted"), text("true class"), text("right or wrong")
_OTHERS = text("others")
PCA, UMAP = "PCA", "UMAP"
_LAYOUTS = (PCA, UMAP)
_HELP = text(
    "The map shows the two directions of the largest variance (PCA). UMAP, which keeps neighbours together, can be "
    "chosen where the server has the package umap-learn: pip install umap-learn."
)
_USE = text(
    "Draw around some with the lasso, or click one, to see their rows below. The wheel zooms after a click into the "
    "map; two fingers do so on a phone. By keyboard: arrows move, + and − zoom, Enter chooses the image in the middle."
)


def show(found: BatchMap, folder: Path, table: pd.DataFrame, key: tuple) -> pd.DataFrame:
    """Draws the map; the rows of the images that are chosen on it, or all.

    Args:
        found: The map.
        folder: The folder of the batch.
        table: One row per image.
        key: Identifies the batch.
    """
    rows = table.set_index("number").loc[found.numbers]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        by = choose(
            tr("Placed by"),
            list(found.places),
            "map_by",
            width=260,
            format_func=lambda name: tr(_title(name)),
            help=tr(_HELP),
        )
        with_umap = umap_installed() and len(rows) >= LEAST_FOR_UMAP
        how = choose(tr("Laid out by"), _LAYOUTS, "map_layout", width=140) if with_umap else PCA
        options = [name for name in (_PREDICTED, _TRUE, _RIGHT, *found.clusters) if _has(rows, name)]
        colour = choose(tr("Coloured by"), options, "map_colour", width=260, format_func=_colour_title)
    places = found.places[by]
    if how == UMAP:
        laid = work.run(
            (*key, "umap", by),
            text("UMAP of {n:,} images", n=len(rows)),
            lambda progress: placed(folder, by),
            kind="umap of a batch",
        )
        if laid is None:
            return table
        places = laid
    names, of = _groups(found, rows, colour)
    chosen: dict[tuple, list[int]] = st.session_state.setdefault(_CHOSEN, {})
    set_map(
        places,
        f"data:image/jpeg;base64,{base64.b64encode(found.sprites).decode()}",
        SIDE,
        names,
        of,
        f"batch map {by} {how}",
        tr(
            "Map of {n:,} images by their {what}, coloured by {colour}. The table has the same images.",
            n=len(rows),
            what=_title(by),
            colour=colour,
        ),
        chosen.get(key, []),
        lambda numbers: chosen.update({key: numbers}),
    )
    picture.caption(
        tr("{n:,} images by their {what}", n=len(rows), what=_title(by)),
        tr(sentences(_meaning(found, by, how), _USE)),
    )
    numbers = found.numbers[[each for each in chosen.get(key, []) if each < len(rows)]]
    return table[table["number"].isin(numbers)] if len(numbers) else table


def _meaning(found: BatchMap, by: str, how: str) -> Text:
    if how == UMAP:
        return text(
            "UMAP keeps images that are alike beside each other (McInnes et al. 2018). How far groups are apart, and "
            "how large they are, means nothing."
        )
    share = found.shown[by]
    said = {"share": whole_percent(share)}
    if share >= _NEARLY_ALL:
        return text(
            "The two directions of the largest variance (PCA) show {share} of it, so images that lie near each other "
            "are alike.",
            **said,
        )
    return text(
        "The two directions of the largest variance (PCA) show {share} of it, so images that lie near each other need "
        "not be alike.",
        **said,
    )


def _title(name: str) -> Text:
    if name == FEATURES:
        return text("features (penultimate layer)")
    return text("heatmaps, {method}", method=vislib.methods()[name].title)


def _colour_title(name: str) -> str:
    if name in vislib.methods():
        return tr("cluster of reasons, {method}", method=vislib.methods()[name].title)
    return tr(name)


def _has(rows: pd.DataFrame, name: str) -> bool:
    columns: dict[str, str] = {_PREDICTED: "explained_label", _TRUE: "label", _RIGHT: "correct"}
    column = columns.get(name)
    return column is None or (column in rows and bool(rows[column].notna().any()))


def _groups(found: BatchMap, rows: pd.DataFrame, colour: str) -> tuple[list[str], np.ndarray]:
    """The names of the groups, the largest first, and the group of each image; more than ten are put together."""
    unknown, others = tr("unknown"), tr(_OTHERS)
    if colour == _RIGHT:
        every = rows["correct"].map({True: tr("right"), False: tr("wrong")}).fillna(unknown)
    elif colour in found.clusters:
        clusters = [tr("cluster {n}", n=each) if each else tr("no cluster") for each in found.clusters[colour]]
        every = pd.Series(clusters)
    else:
        every = rows["explained_label" if colour == _PREDICTED else "label"].fillna(unknown)
    counts = every.value_counts()
    names = counts.index.tolist()
    if len(names) > len(COLOURS):
        names = [*names[: len(COLOURS)], others]
    at = {name: place for place, name in enumerate(names)}
    return [f"{name} ({counts[name]:,})" if name in counts else name for name in names], np.array(
        [at.get(name, len(names) - 1) for name in every]
    )
