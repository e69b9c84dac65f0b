"""Measures that take longer, on request: ROAD, the random logit test, and the order of methods by fill."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

import vislib
from pages._ui.results import picture
from pages._ui.server import work
from pages._ui.shell.context import Context
from pages._ui.widgets.tables import three_decimals, typeset
from pages._ui.widgets.text import plain
from vislib import trust
from vislib.language import sentences, text, tr
from vislib.progress import Progress, Steps

_NOTE = text(
    "ROAD removes the highest pixels as deletion does, but fills them from their neighbours, so the hole itself does "
    "not disturb the network (Rong et al. 2022). Another class: the rank correlation with the map for a class drawn at "
    "random; near 1 the map hardly depends on the class (Sixt et al. 2020). In the verdicts above, ROAD takes "
    "the place of deletion, and the map for another class counts."
)
Measured = Mapping[str, trust.Trust]
Explainers = Mapping[str, vislib.Explainer]


def added(here: Context, explainers: Explainers, measured: Measured) -> dict[str, trust.Trust]:
    """The measures with ROAD and the random logit test, where those are known already."""
    found = {name: work.found(_key(here, explainers[name])) for name in measured}
    return {
        name: one if found[name] is None else replace(one, road=found[name][0], random_logit=found[name][1])
        for name, one in measured.items()
    }


def show(here: Context, explainers: Explainers, measured: Measured) -> dict[str, trust.Trust] | None:
    """A button, and after a click the measures of these methods for this image.

    Returns:
        The measures with those that were computed now; None if there are no new ones.
    """
    st.header(tr("Does the verdict depend on how it is measured?"), anchor=False)
    key = here.key("orders by fill", tuple(explainers[name] for name in measured), here.target_key)
    requested: set[tuple] = st.session_state.setdefault("requested", set())
    if key not in requested and work.found(key) is None:
        about = tr("ROAD takes seconds for each map; the other two compute further maps and curves.")
        st.button(tr("Measure further"), key="further", help=about, on_click=requested.add, args=(key,))
        return None
    missing = [name for name in measured if work.found(_key(here, explainers[name])) is None]

    def compute(progress: Progress) -> tuple:
        return _measured(here, explainers, measured, missing, progress)

    try:
        orders = work.run(key, text("Further measures"), compute, kind="further trust")
    except vislib.VislibError as error:
        st.info(plain(str(error)))
        return None
    if orders is None:
        return None
    every = added(here, explainers, measured)
    method, road, another = tr("Method"), tr("ROAD ↓"), tr("Another class ↓")
    columns = {"road": road, "deletion": tr("Deletion ↓"), "random_logit": another}
    found = {tr(one.title): one.row() for one in every.values()}
    rows = [{method: name, **{title: row[key] for key, title in columns.items()}} for name, row in found.items()]
    table = pd.DataFrame(rows).sort_values(road).dropna(axis="columns", how="all")
    shown = typeset(table, {name: three_decimals for name in table.columns if name != method}, "–")
    st.dataframe(shown, hide_index=True, height="content")
    picture.caption(
        tr("ROAD, and the map for another class"), tr(sentences(_NOTE, *(order.in_words() for order in orders)))
    )
    return every if missing else None


def _key(here: Context, explainer: vislib.Explainer) -> tuple:
    return here.key("ROAD and random logit", explainer, here.target_key)


def _measured(
    here: Context, explainers: Explainers, measured: Measured, missing: Sequence[str], progress: Progress
) -> tuple:
    """Keeps ROAD and the random logit test of the methods in `missing`; returns the orders by fill."""
    steps = Steps(progress, 2 * len(missing) + 1)
    for name in missing:
        one = trust.with_road(measured[name], here.classifier, here.image, progress=steps.watch)
        steps.finished()
        one = trust.with_random_logit(one, explainers[name], here.classifier, here.image, progress=steps.watch)
        steps.finished()
        work.keep_result(_key(here, explainers[name]), (one.road, one.random_logit))
    maps = {one.title: one.heatmap.values for one in measured.values() if not one.empty}
    target, resized = next(iter(measured.values())).heatmap.target, here.classifier.resize(here.image)
    orders = trust.fill_sensitivity(here.classifier, resized, maps, target, progress=steps.watch)
    steps.finished()
    return orders
