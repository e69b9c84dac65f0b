"""Several methods on one image: maps, verdicts and measures."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import vislib
from pages._ui.compare_and_trust import further, region_view, several_view, trust_plots
from pages._ui.compare_and_trust.fills_control import Fills
from pages._ui.compare_and_trust.verdict_html import verdict_html
from pages._ui.results import downloads, explain, picture, snippets
from pages._ui.results.look import Look
from pages._ui.server import work
from pages._ui.server.store import Store
from pages._ui.shell import style
from pages._ui.shell.context import Context, beside, image_names
from pages._ui.shell.tasks import words
from pages._ui.widgets.tables import three_decimals, typeset
from pages._ui.widgets.text import plain
from vislib import trust
from vislib.attribution.base import Family
from vislib.language import Text, text, tr
from vislib.output import export
from vislib.progress import Progress
from vislib.tasks import Task

_PROBABILITY = text("probability")
_SPECIFIC = {
    "class": text("Class-specific"),
    "label": text("Label-specific"),
    "segment": text("Segment-specific"),
    "output": text("Output-specific"),
    "other image": text("Other image-specific"),
}
_DROP = {
    "probability": text("Confidence drop ↓"),
    "output": text("Output drop ↓"),
    "similarity": text("Similarity drop ↓"),
}


def show(here: Context, explainers: Sequence[vislib.Explainer], look: Look, fills: Fills) -> None:
    """The maps of these methods for this image, and all measures, beside the two baselines."""
    if not explainers:
        st.info(tr("Choose at least one method above."))
        return
    baselines = [vislib.methods()[name]().resolved(here.classifier) for name in trust.BASELINES]
    every = [*explainers, *baselines]
    by_name = {explainer.name: explainer for explainer in every}
    look = replace(look, relative=True)
    slots = _pictures(here, every, look)
    measuring, table = st.container(), st.empty()  # a stopped measurement keeps its buttons beside the table
    saved, region_place, below = st.container(), st.container(), st.container()
    pointing, several = st.container(), st.container()
    with region_place:
        region, beside_region = _region(here)
    with pointing:
        grid, grid_contexts = _grid(here)
    with measuring:
        measured, problems = _measure(here, every, grid, grid_contexts, fills)
    with saved:
        for problem in problems:
            st.info(plain(problem))
    if measured:
        measured = further.added(here, by_name, region_view.localised(measured, region))
        _results(here, measured, slots, table)
        with beside_region:
            region_view.show(measured)
        with below:
            trust_plots.curves(measured, _value(here), fills)
            trust_plots.sanity_check(here, measured)
            if newly := further.show(here, by_name, measured):
                measured = newly
                _results(here, measured, slots, table)
        with saved:
            _downloads(here, explainers, measured, grid_contexts, region, fills)
        if grid is not None:
            with pointing:
                trust_plots.pointing_game(grid, measured, here)
    with several:
        works = [explainer for explainer in explainers if explainer.name in measured]
        several_view.show(here, works or explainers, fills)


def _results(here: Context, measured: Mapping[str, trust.Trust], slots: Mapping, table) -> None:
    """The verdicts into their slots, and the table of all measures."""
    for name, one in measured.items():
        with slots[name].container():
            verdict, reasons = trust.verdict(one, list(measured.values()))
            st.html(verdict_html(verdict, () if one.family is Family.BASELINE else reasons))
    with table.container():
        _table(measured, _value(here), words(here.classifier.task).one)


def _region(here: Context) -> tuple[region_view.Region | None, DeltaGenerator]:
    """The region that a person draws, and the place beside it for what is found."""
    st.header(tr("Does the map lie on the thing?"), anchor=False)
    left, right = st.columns([1, 2], gap="large")
    with left:
        return region_view.control(here), right


def _pictures(here: Context, explainers: Sequence[vislib.Explainer], look: Look) -> dict:
    """Draws the image and the maps; returns under each map an empty slot for its verdict."""
    slots = {}
    ends = text("Colours run from 0 to the largest value of each map.")
    if look.clip:
        ends = text(
            "Colours run from 0 to a value that {percent:g} % of the pixels exceed; they have the last colour.",
            percent=look.clip * 100,
        )
    places = style.grid("methods")
    with places.container(gap="xsmall"):
        explain.image_picture(here)
        picture.caption(tr("Each map on its own scale"), tr(ends))
    for explainer in explainers:
        with places.container(gap="xsmall"):
            explain.show(here, explainer, look)
            slots[explainer.name] = st.empty()
    return slots


def _grid(here: Context) -> tuple[trust.Grid | None, list[Context]]:
    """The grid of the pointing game, and the contexts of the images chosen for it."""
    st.header(tr("Does the map find the right image among several?"), anchor=False)
    if here.classifier.task not in (Task.CLASSIFICATION, Task.BINARY):
        st.caption(
            tr(
                "The grid pointing game is left out: it needs a network that gives each image one class, and the task "
                "of this one is {task}.",
                task=here.classifier.task.in_words(),
            )
        )
        return None, []
    every = image_names(here)
    each_of_one_thing = [name for name in every if "_and_" not in name]
    others = [name for name in every if name != here.image_name]
    usual = [name for name in each_of_one_thing if name != here.image_name]
    if here.image_name in (before := st.session_state.get("grid", [])):  # it is in the grid anyway
        spare = [name for name in usual if name not in before]
        st.session_state["grid"] = [name for name in before if name != here.image_name] + spare[:1]
    names = st.multiselect(
        tr("Images beside {image}", image=here.image_name),
        others,
        usual[:3],
        key="grid",
        bind="query-params",
        max_selections=3,
        help=tr("Best of other classes: a map should find its image among them."),
    )
    contexts = [here, *(beside(here, image_name=name) for name in names)]
    try:
        return trust.make_grid(here.classifier, [one.image for one in contexts]), contexts
    except vislib.ParameterError as error:
        st.info(plain(str(error)))
        return None, []


def _measure(
    here: Context,
    explainers: Sequence[vislib.Explainer],
    grid: trust.Grid | None,
    grid_contexts: list[Context],
    fills: Fills,
) -> tuple[dict[str, trust.Trust], list[str]]:
    """The measures of these methods by name, and sentences on why some have none.

    Those that are not cached are computed together: they share the networks with random weights, and the images with
    covered squares.
    """
    asked = (here.target_key, *(one.digest for one in grid_contexts), *fills.changed.items())
    keys = {explainer: here.key("trust", explainer, *asked) for explainer in explainers}

    def compute(progress: Progress) -> int:
        settings = {"baselines": False, "grid": grid, "progress": progress, **fills.given}
        found = trust.measure(missing, here.classifier, here.image, here.target, **settings)
        for explainer, one in zip(missing, found, strict=True):
            work.keep_result(keys[explainer], one)
        return len(found)

    missing = tuple(explainer for explainer, key in keys.items() if work.found(key) is None)
    problems: list[str] = []
    try:
        if missing:
            work.run(
                here.key("trust together", missing, *asked), text("Measuring"), compute, kind="trust", keep=Store(0)
            )
    except vislib.VislibError as error:
        if len(explainers) == 1:
            return {}, [str(error)]
        alone = [
            _measure(here, [explainer], grid, grid_contexts, fills) for explainer in explainers
        ]  # some can be measured
        problems = list(dict.fromkeys(problem for _, each in alone for problem in each))
    results = {explainer.name: work.found(key) for explainer, key in keys.items()}
    return {name: one for name, one in results.items() if one is not None}, problems


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
    st.header(tr("Metrics"), anchor=False)
    measures = {name: (tr(title), tr(about)) for name, (title, about) in _measures(value).items()}
    method, yes, no = tr("Method"), tr("yes"), tr("no")
    rows = [
        {method: tr(row["title"]), tr(_SPECIFIC[one]): yes if row["class_discriminative"] else no}
        | {title: row[name] for name, (title, _) in measures.items()}
        | {measures["hit"][0]: {True: yes, False: no}.get(row["hit"])}
        | {tr("Verdict"): tr(row["verdict"])}
        for row in _rows(measured)
    ]
    table = pd.DataFrame(rows).sort_values(measures["insertion"][0], ascending=False).dropna(axis="columns", how="all")
    config = {title: st.column_config.NumberColumn(help=about) for title, about in measures.values()}
    title, about = measures["hit"]
    config[title] = st.column_config.TextColumn(help=about)
    shown = typeset(table, {title: three_decimals for name, (title, _) in measures.items() if name != "hit"}, "–")
    st.dataframe(shown, hide_index=True, height="content", column_config={**config, method: {"pinned": True}})


_OTHER_MEASURES: dict[str, tuple[Text, Text]] = {
    "infidelity": (
        text("Infidelity ↓"),
        text("0: the map predicts the effect of a covered square on the score. 1: it predicts nothing."),
    ),
    "max_sensitivity": (
        text("Under noise ↓"),
        text("Largest relative change of the map when invisible noise is added to the image."),
    ),
    "randomized": (
        text("Random weights ↓"),
        text("Mean rank correlation with the maps of the network after its weights became random."),
    ),
    "random_logit": (
        text("Another class ↓"),
        text("Rank correlation with the map for a class drawn at random."),
    ),
    "mass": (text("Inside ↑"), text("Share of the map inside the region that you drew.")),
    "rank": (
        text("Rank inside ↑"),
        text("Share of the map's highest places inside the region, as many places as the region has."),
    ),
    "hit": (text("Points inside"), text("Whether the highest place of the map lies inside the region.")),
    "pointing": (
        text("Pointing ↑"),
        text("Share of the map in the right cell of the grid, mean over the cells."),
    ),
    "sparseness": (
        text("Sparseness"),
        text("Gini index: 0 if all pixels are equal, near 1 if few pixels hold all of the map."),
    ),
    "complexity": (
        text("Complexity"),
        text("Entropy: 0 if one pixel holds all of the map, 1 if all pixels are equal."),
    ),
}


def _measures(value: str) -> dict[str, tuple[Text, Text]]:
    """Name of each measure → its title and its meaning; `value` is what is measured while pixels are covered."""
    return _while_covered(value) | _OTHER_MEASURES


def _while_covered(value: str) -> dict[str, tuple[Text, Text]]:
    return {
        "insertion": (
            text("Insertion ↑"),
            text(
                "Mean {value} while the pixels are shown, those with the highest values first. Higher is better.",
                value=value,
            ),
        ),
        "deletion": (
            text("Deletion ↓"),
            text(
                "Mean {value} while the pixels are covered, those with the highest values first. Lower is better.",
                value=value,
            ),
        ),
        "road": (
            text("ROAD ↓"),
            text(
                "Mean {value} while the pixels are filled from their neighbours, those with the highest values first.",
                value=value,
            ),
        ),
        "confidence_drop": (
            _DROP[value],
            text("Share of the {value} that is lost if only the mapped part is shown.", value=value),
        ),
    }


def _downloads(
    here: Context,
    explainers: Sequence[vislib.Explainer],
    measured: Mapping[str, trust.Trust],
    grid_contexts: list[Context],
    region: region_view.Region | None,
    fills: Fills,
) -> None:
    picture.caption(
        tr("Sorted by insertion; click a heading to sort by another"),
        tr(
            "Arrows show the better direction; hover a heading for its meaning. Random pixels score well in deletion, "
            "because scattered covered pixels destroy any image; ROAD, below, does not have this fault. A good map "
            "beats both baselines in insertion and deletion."
        ),
    )
    rows = _rows(measured)
    is_further = any(one.road is not None for one in measured.values())
    further_ones = {"road": True, "random_logit": True} if is_further else {}
    mask = "" if region is None else region.code
    downloads.show(
        "trust",
        downloads.file_stem(here.image_name, here.label, "trust"),
        {
            "csv": lambda: export.table_bytes(rows, ".csv"),
            "json": lambda: export.table_bytes(rows, ".json"),
        },
        snippets.trust(here, explainers, grid_contexts, mask, **fills.changed, **further_ones),
    )
