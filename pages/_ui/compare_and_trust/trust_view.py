"""Several methods on one image: maps, verdicts and measures."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

import vislib
from pages._ui.compare_and_trust import further, trust_plots
from pages._ui.results import downloads, explain, picture, snippets
from pages._ui.results.look import Look
from pages._ui.server import work
from pages._ui.server.store import Store
from pages._ui.shell import style
from pages._ui.shell.context import Context, beside, image_names
from pages._ui.shell.tasks import words
from pages._ui.widgets.text import plain
from vislib import trust
from vislib.output import export
from vislib.tasks import Task

_PROBABILITY = "probability"
_MEASURES = {
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
    measuring, table = st.container(), st.container()  # a stopped measurement keeps its buttons beside the table
    below, pointing = st.container(), st.container()
    with pointing:
        grid, grid_contexts = _grid(here)
    with measuring:
        measured, problems = _measure(here, every, grid, grid_contexts)
    with below:
        for problem in problems:
            st.info(plain(problem))
    if not measured:
        return
    for name, one in measured.items():
        with slots[name].container():
            _verdict(one, list(measured.values()))
    with table:
        _table(measured, _value(here), words(here.classifier.task).one)
    with below:
        _downloads(here, explainers, measured, grid_contexts)
        trust_plots.curves(measured, _value(here))
        trust_plots.sanity_check(here, measured)
        further.show(here, {explainer.name: explainer for explainer in every}, measured)
    if grid is not None:
        with pointing:
            trust_plots.pointing_game(grid, measured, here)


def _pictures(here: Context, explainers: Sequence[vislib.Explainer], look: Look) -> dict:
    """Draws the image and the maps; returns under each map an empty slot for its verdict."""
    slots = {}
    places = style.grid("methods")
    with places.container(gap="xsmall"):
        explain.image_picture(here)
        picture.caption("Each map on its own scale", "Colours run from 0 to the largest value of each map.")
    for explainer in explainers:
        with places.container(gap="xsmall"):
            explain.show(here, explainer, look)
            slots[explainer.name] = st.empty()
    return slots


def _grid(here: Context) -> tuple[trust.Grid | None, list[Context]]:
    """The grid of the pointing game, and the contexts of the images chosen for it."""
    st.header("Does the map find the right image among several?", anchor=False)
    if here.classifier.task not in (Task.CLASSIFICATION, Task.BINARY):
        st.caption(
            "The grid pointing game is left out: it needs a network that gives each image one class, and the task of "
            f"this one is {here.classifier.task}."
        )
        return None, []
    every = image_names(here)
    each_of_one_thing = [name for name in every if "_and_" not in name]
    names = st.multiselect("Images in one", every, each_of_one_thing[:4], key="grid", bind="query-params")
    contexts = [here, *(beside(here, image_name=name) for name in names if name != here.image_name)]
    try:
        return trust.make_grid(here.classifier, [one.image for one in contexts]), contexts
    except vislib.ParameterError as error:
        st.info(plain(str(error)))
        return None, []


def _measure(
    here: Context, explainers: Sequence[vislib.Explainer], grid: trust.Grid | None, grid_contexts: list[Context]
) -> tuple[dict[str, trust.Trust], list[str]]:
    """The measures of these methods by name, and sentences on why some have none.

    Those that are not cached are computed together: they share the networks with random weights, and the images with
    covered squares.
    """
    asked = (here.target_key, *(one.digest for one in grid_contexts))
    keys = {explainer: here.key("trust", explainer, *asked) for explainer in explainers}

    def compute(progress) -> int:
        found = trust.measure(
            missing, here.classifier, here.image, here.target, baselines=False, grid=grid, progress=progress
        )
        for explainer, one in zip(missing, found, strict=True):
            work.keep_result(keys[explainer], one)
        return len(found)

    missing = tuple(explainer for explainer, key in keys.items() if work.found(key) is None)
    problems: list[str] = []
    try:
        if missing:
            work.run(here.key("trust together", missing, *asked), "Measuring", compute, kind="trust", keep=Store(0))
    except vislib.VislibError as error:
        if len(explainers) == 1:
            return {}, [str(error)]
        alone = [_measure(here, [explainer], grid, grid_contexts) for explainer in explainers]  # some can be measured
        problems = list(dict.fromkeys(problem for _, each in alone for problem in each))
    results = {explainer.name: work.found(key) for explainer, key in keys.items()}
    return {name: one for name, one in results.items() if one is not None}, problems


def _verdict(one: trust.Trust, measured: Sequence[trust.Trust]) -> None:
    text, reasons = trust.verdict(one, measured)
    items = (
        ""
        if one.family == "baseline"
        else "".join(
            f"<li class='{'for' if reason.supports else 'against'}'><b>{'+' if reason.supports else '−'}"
            f"<span class='v-hidden'>{'for' if reason.supports else 'against'} it:</span></b> "
            f"{html.escape(reason.text)}</li>"
            for reason in reasons
        )
    )
    st.html(f"<div class='v-verdict'><b>{html.escape(text)}</b><ul>{items}</ul></div>")


def _rows(measured: Mapping[str, trust.Trust]) -> list[dict]:
    return [one.row() | {"verdict": trust.verdict(one, list(measured.values()))[0]} for one in measured.values()]


def _value(here: Context) -> str:
    """What is measured while pixels are covered: the class's probability, or the number that is explained."""
    return _PROBABILITY if here.classifier.task.has_classes else words(here.classifier.task).value


def _table(measured: Mapping[str, trust.Trust], value: str, one: str) -> None:
    """The measures.

    Args:
        measured: The methods, by name.
        value: What is measured while pixels are covered.
        one: What is explained, such as "class".
    """
    st.header("Metrics", anchor=False)
    confidence = "Confidence" if value == _PROBABILITY else value.capitalize()
    measures = {
        name: (title.replace("Confidence", confidence), about.replace(_PROBABILITY, value))
        for name, (title, about) in _MEASURES.items()
    }
    rows = [
        {"Method": row["title"], f"{one.capitalize()}-specific": "yes" if row["class_discriminative"] else "no"}
        | {title: row[name] for name, (title, _) in measures.items()}
        | {"Verdict": row["verdict"]}
        for row in _rows(measured)
    ]
    table = pd.DataFrame(rows).sort_values("Insertion ↑", ascending=False).dropna(axis="columns", how="all")
    config = {title: st.column_config.NumberColumn(format="%.3f", help=about) for title, about in measures.values()}
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
