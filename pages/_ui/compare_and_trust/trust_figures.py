"""Several methods on one image: maps on one scale, verdicts, measures, curves, the sanity check."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

import vislib
from pages._ui.results import downloads, explain, picture, snippets
from pages._ui.results.look import Look
from pages._ui.server import work
from pages._ui.shell.context import Context, beside, image_names
from pages._ui.widgets.bars import bars, whole_percent
from pages._ui.widgets.inline_image import show_image
from pages._ui.widgets.text import plain
from pages._ui.widgets.tiles import data_uri
from vislib import trust
from vislib.output import export, render

_COLUMNS = 3
_SIDE = 160
_COLOURS = ("#1c7ed6", "#e8590c", "#2f9e44", "#ae3ec9", "#e03131", "#b08900", "#0c8599", "#d6336c", "#5f3dc4")
_GREYS = {"random": "#868e96", "edges": "#495057"}
_FIGURES = {
    "insertion": (
        "Insertion ↑",
        "Mean probability while the pixels are shown, those with the highest values first. Higher is better.",
    ),
    "deletion": (
        "Deletion ↓",
        "Mean probability while the pixels are covered, those with the highest values first. Lower is better.",
    ),
    "confidence_drop": ("Confidence drop ↓", "Share of the probability that is lost if only the mapped part is shown."),
    "infidelity": (
        "Infidelity ↓",
        "0: the map predicts the effect of a covered square on the score. 1: it predicts nothing.",
    ),
    "max_sensitivity": (
        "Under noise ↓",
        "Largest relative change of the map when invisible noise is added to the image.",
    ),
    "randomized": (
        "Random weights ↓",
        "Mean rank correlation with the maps of the network after its weights became random.",
    ),
    "pointing": ("Pointing ↑", "Share of the map in the right cell of the grid, mean over the cells."),
    "sparseness": ("Sparseness", "Gini index: 0 if all pixels are equal, near 1 if few pixels hold all of the map."),
    "complexity": ("Complexity", "Entropy: 0 if one pixel holds all of the map, 1 if all pixels are equal."),
}


def show(here: Context, explainers: Sequence[vislib.Explainer], look: Look) -> None:
    """The maps of these methods for this image, and all measures, beside the two baselines."""
    if not explainers:
        st.info("Choose at least one method above.")
        return
    baselines = [vislib.methods()[name]().resolved(here.classifier) for name in trust.BASELINES]
    every = [*explainers, *baselines]
    look = replace(look, relative=True)
    slots = _pictures(here, every, look)
    table_slot = st.empty()
    below, pointing = st.container(), st.container()
    with pointing:
        grid, grid_contexts = _grid(here)
    measured: dict[str, trust.Trust] = {}
    for explainer in [*baselines, *explainers]:
        with slots[explainer.name].container():
            one = _measure(here, explainer, grid, grid_contexts)
        if one is None:
            continue
        measured[one.name] = one
        with slots[one.name].container():
            _verdict(one, list(measured.values()))
        with table_slot.container():
            _table(measured)
    if not measured:
        return
    measured = {explainer.name: measured[explainer.name] for explainer in every if explainer.name in measured}
    with below:
        _downloads(here, explainers, measured, grid_contexts)
        _curves(measured)
        _sanity(here, measured)
    if grid is not None:
        with pointing:
            _pointing(grid, measured, here)


def _pictures(here: Context, explainers: Sequence[vislib.Explainer], look: Look) -> dict:
    """Draws the image and the maps; returns under each map an empty slot for its verdict."""
    slots = {}
    cells: list[vislib.Explainer | None] = [None, *explainers]
    for start in range(0, len(cells), _COLUMNS):
        for column, cell in zip(st.columns(_COLUMNS), cells[start : start + _COLUMNS], strict=False):
            with column:
                if cell is None:
                    explain.image_picture(here)
                    picture.caption("One scale for all maps", "Colours run from 0 to each map's largest value.")
                else:
                    explain.show(here, cell, look)
                    slots[cell.name] = st.empty()
    return slots


def _grid(here: Context) -> tuple[trust.Grid | None, list[Context]]:
    """The grid of the pointing game, and the contexts of the images chosen for it."""
    st.subheader("Does the map find the right image among several?", anchor=False)
    every = image_names(here)
    each_of_one_thing = [name for name in every if "_and_" not in name]
    names = st.multiselect("Images in one", every, each_of_one_thing[:4], key="grid", bind="query-params")
    contexts = [here, *(beside(here, image_name=name) for name in names if name != here.image_name)]
    try:
        return trust.make_grid(here.classifier, [one.image for one in contexts]), contexts
    except vislib.ParameterError as error:
        st.info(plain(str(error)))
        return None, []


def _measure(here: Context, explainer: vislib.Explainer, grid, grid_contexts) -> trust.Trust | None:
    key = here.key("trust", explainer, here.target, *(one.digest for one in grid_contexts))
    try:
        return work.run(
            key,
            f"Measuring {explainer.title}",
            lambda progress: trust.measure(
                [explainer], here.classifier, here.image, here.target, baselines=False, grid=grid, progress=progress
            )[0],
        )
    except vislib.VislibError as error:
        st.info(plain(str(error)))
        return None


def _verdict(one: trust.Trust, measured: Sequence[trust.Trust]) -> None:
    text, reasons = trust.verdict(one, measured)
    items = (
        ""
        if one.family == "baseline"
        else "".join(
            f"<li class='{'for' if reason.supports else 'against'}'>{html.escape(reason.text)}</li>"
            for reason in reasons
        )
    )
    st.html(f"<div class='v-verdict'><b>{html.escape(text)}</b><ul>{items}</ul></div>")


def _rows(measured: Mapping[str, trust.Trust]) -> list[dict]:
    return [one.row() | {"verdict": trust.verdict(one, list(measured.values()))[0]} for one in measured.values()]


def _table(measured: Mapping[str, trust.Trust]) -> None:
    st.subheader("In numbers", anchor=False)
    rows = [
        {"Method": row["title"], "Knows the class": "yes" if row["class_discriminative"] else "knows no class"}
        | {title: row[name] for name, (title, _) in _FIGURES.items()}
        | {"Verdict": row["verdict"]}
        for row in _rows(measured)
    ]
    table = pd.DataFrame(rows).sort_values("Insertion ↑", ascending=False).dropna(axis="columns", how="all")
    config = {title: st.column_config.NumberColumn(format="%.3f", help=about) for title, about in _FIGURES.values()}
    st.dataframe(table, hide_index=True, height="content", column_config={**config, "Method": {"pinned": True}})


def _downloads(here: Context, explainers, measured: Mapping[str, trust.Trust], grid_contexts: list[Context]) -> None:
    picture.caption(
        "Sorted by insertion; click a heading to sort by another",
        "Arrows show the better direction; hover a heading for its meaning. Random pixels score well in deletion, "
        "because scattered grey pixels destroy any image. A good map beats both baselines in insertion and deletion.",
    )
    rows = _rows(measured)
    downloads.show(
        "trust",
        downloads.file_stem(here.image_name, here.label, "trust"),
        {
            "csv": lambda: export.table_bytes(rows, ".csv"),
            "json": lambda: export.table_bytes(rows, ".json"),
        },
        snippets.trust(here, explainers, grid_contexts),
    )


def _curves(measured: Mapping[str, trust.Trust]) -> None:
    st.subheader("The probability while pixels are shown or covered", anchor=False)
    colours = iter(_COLOURS)
    palette = {one.title: _GREYS.get(name) or next(colours) for name, one in measured.items()}
    keys = "".join(
        f"<li><span class='v-key' style='background:{colour}'></span>{html.escape(title)}</li>"
        for title, colour in palette.items()
    )
    st.html(f"<ul class='v-facts'>{keys}</ul>")
    kinds = {
        "Insertion": (
            "shown",
            "From a blurred image to the whole image: the earlier the curve rises, the better the map.",
        ),
        "Deletion": (
            "covered with grey",
            "From the whole image to a grey one: the earlier the curve falls, the better the map.",
        ),
    }
    for column, (kind, (done, text)) in zip(st.columns(2), kinds.items(), strict=True):
        with column:
            st.altair_chart(_chart(measured, palette, kind, f"% of the pixels {done}"), height=320)
            picture.caption(kind, f"{text} Hover a point for its value.")


def _chart(measured: Mapping[str, trust.Trust], palette: dict[str, str], kind: str, x: str):
    import altair as alt  # importing it takes half a second, so only this page waits

    rows: dict[str, list] = {x: [], "probability": [], "method": [], "baseline": []}
    for one in measured.values():
        curve = one.insertion_curve if kind == "Insertion" else one.deletion_curve
        rows[x] += list(curve.shares * 100)
        rows["probability"] += list(curve.scores)
        rows["method"] += [one.title] * len(curve.shares)
        rows["baseline"] += [one.family == "baseline"] * len(curve.shares)
    colour = alt.Color("method:N", legend=None, scale=alt.Scale(domain=list(palette), range=list(palette.values())))
    dash = alt.StrokeDash("baseline:N", legend=None, scale=alt.Scale(domain=[False, True], range=[[1, 0], [5, 3]]))
    hover = ["method:N", alt.Tooltip(f"{x}:Q", format=".0f"), alt.Tooltip("probability:Q", format=".3f")]
    chart = alt.Chart(pd.DataFrame(rows)).encode(x=alt.X(f"{x}:Q"), y="probability:Q", color=colour, tooltip=hover)
    return chart.mark_line(strokeWidth=1.8).encode(strokeDash=dash) + chart.mark_circle(size=26)


def _sanity(here: Context, measured: Mapping[str, trust.Trust]) -> None:
    st.subheader("Does the map depend on what the network learned?", anchor=False)
    picture.caption(
        "The sanity check of Adebayo et al. 2018",
        "The first map is of the trained network. Then the layers get random weights, from the last to the first. A "
        "map that does not change cannot show the decision. ρ is Spearman's rank correlation with the first map, SSIM "
        "the structural similarity. In the paper guided backpropagation hardly changes, but plain gradients do.",
    )
    box = here.classifier.box(here.image)
    for one in measured.values():
        strip = []
        for stage in one.stages:
            signed = one.heatmap.signed
            scale = render.Scale.of(stage.values, signed, 0.01)
            shown = render.overlay_map(here.image, box, stage.values, 0.85, None, _SIDE, scale, signed)
            weights = f"{whole_percent(stage.share)} of the layers random" if stage.layers else "trained"
            measures = f"<br>ρ {stage.rank_correlation:.2f}, SSIM {stage.similarity:.2f}" if stage.layers else ""
            alt = html.escape(f"{one.title}, {weights}", quote=True)
            strip.append(
                f"<figure><img src='{data_uri(shown, _SIDE)}' alt='{alt}'>"
                f"<figcaption>{weights}{measures}</figcaption></figure>"
            )
        st.html(
            f"<p class='v-caption'><b>{html.escape(one.title)}</b> "
            f"<span>mean ρ {one.randomized:.2f}</span></p><div class='v-strip'>{''.join(strip)}</div>"
        )


def _pointing(grid: trust.Grid, measured: Mapping[str, trust.Trust], here: Context) -> None:
    left, right = st.columns([1, 2], gap="large")
    with left:
        names = ", ".join(here.classifier.labels[index] for index in grid.class_indices)
        show_image(
            render.seen(grid.picture, here.classifier.box(grid.picture), picture.SIDE),
            width="stretch",
            alt=f"Several images in one: {names}",
        )
    with right:
        shares = [(one.title, one.pointing) for one in measured.values() if one.pointing is not None]
        shares.sort(key=lambda share: -share[1])
        st.html(bars(shares, "Share in the right cell", whole_percent))
        picture.caption(
            "Grid pointing game",
            f"Each class is explained on the picture at the left ({names}); the bars show the share of the map's "
            f"positive part in the cell of that class, {whole_percent(1 / len(grid.class_indices))} by chance "
            "(Böhle et al. 2021).",
        )
