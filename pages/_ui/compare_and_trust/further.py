"""Measures that take longer, on request: ROAD, the random logit test, and the order of methods by fill."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

import vislib
from pages._ui.results import picture
from pages._ui.server import work
from pages._ui.shell.context import Context
from pages._ui.widgets.text import plain
from vislib import trust
from vislib.progress import Steps
from vislib.targets.scores import as_probability


def show(here: Context, explainers: Mapping[str, vislib.Explainer], measured: Mapping[str, trust.Trust]) -> None:
    """A button, and after a click the measures of these methods for this image."""
    st.header("Does the verdict depend on how it is measured?", anchor=False)
    key = here.key("further trust", tuple(explainers.values()), here.target_key)
    requested: set[tuple] = st.session_state.setdefault("requested", set())
    if key not in requested and work.found(key) is None:
        about = "ROAD takes seconds for each map; the other two compute further maps and curves."
        st.button("Measure further", key="further", help=about, on_click=requested.add, args=(key,))
        return

    def compute(progress) -> tuple:
        return _measured(here, explainers, measured, progress)

    try:
        found = work.run(key, "Further measures", compute, kind="further trust")
    except vislib.VislibError as error:
        st.info(plain(str(error)))
        return
    if found is None:
        return
    areas, tests, orders = found
    rows = [
        {"Method": measured[name].title, "ROAD ↓": areas[name], "Deletion ↓": measured[name].deletion}
        | ({"Another class ↓": tests[name].rank_correlation} if name in tests else {})
        for name in measured
    ]
    numbers = [column for column in pd.DataFrame(rows).columns if column != "Method"]
    config = {name: st.column_config.NumberColumn(format="%.3f") for name in numbers}
    st.dataframe(pd.DataFrame(rows).sort_values("ROAD ↓"), hide_index=True, height="content", column_config=config)
    picture.caption(
        "ROAD, and the map for another class",
        "ROAD removes the highest pixels as deletion does, but fills them from their neighbours, so the hole itself "
        "does not disturb the network (Rong et al. 2022). Another class: the rank correlation with the map for a class "
        "drawn at random; near 1 the map hardly knows the class (Sixt et al. 2020). "
        + " ".join(order.in_words() for order in orders),
    )


def _measured(here: Context, explainers, measured: Mapping[str, trust.Trust], progress) -> tuple:
    classifier, resized = here.classifier, here.classifier.resize(here.image)
    target = next(iter(measured.values())).heatmap.target
    compares = classifier.task.has_classes and target.class_index is not None
    tested = [name for name in measured if compares and explainers[name].family != "baseline"]
    work_steps = Steps(progress, len(measured) + len(tested) + 1)
    areas, tests = {}, {}
    for name, one in measured.items():
        curve = trust.road(classifier, resized, one.heatmap.values, as_probability(target), progress=work_steps.watch)
        areas[name] = curve.area
        work_steps.finished()
    for name in tested:
        given = (explainers[name], classifier, here.image, target.class_index)
        tests[name] = trust.random_logit(*given, progress=work_steps.watch)
        work_steps.finished()
    maps = {one.title: one.heatmap.values for one in measured.values()}
    orders = trust.fill_sensitivity(classifier, resized, maps, target, progress=work_steps.watch)
    work_steps.finished()
    return areas, tests, orders
