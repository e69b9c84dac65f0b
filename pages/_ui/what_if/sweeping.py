"""One slider as a curve: what the network says for each of its values."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

import vislib
from pages._ui.results import downloads, picture, snippets
from pages._ui.results.charts import percent_axis
from pages._ui.server import work
from pages._ui.shell import answers, style
from pages._ui.shell.context import Context
from pages._ui.what_if import edited, sliders
from pages._ui.what_if.history import History
from pages._ui.what_if.sliders import SLIDERS, Slider
from pages._ui.widgets.choice import choose
from pages._ui.widgets.text import plain
from vislib.edits import Edit, Sweep, sweep
from vislib.language import Text, sentences, text, tr
from vislib.output import export
from vislib.tasks import Task

_N_VALUES = (11, 19, 31, 61)
_HEIGHT = 360


def show(context: Context, past: History, edits: tuple[Edit, ...]) -> None:
    """The curve of a slider over the edited image; the slider itself does not count, all other edits do.

    Args:
        context: The page's context.
        past: What was done.
        edits: All edits.
    """
    with style.settings_row("_sweep"):
        labels = {slider.label: slider for slider in SLIDERS}
        slider = labels[choose(tr("Slider"), list(labels), "what_if.sweep", width=180, format_func=tr)]
        n = choose(tr("Values"), _N_VALUES, "what_if.sweep_values", 19, width=120)
    base, border = sliders.without(past, edits, slider), sliders.border()
    settings = [round(float(value), 6) for value in np.linspace(slider.low, slider.high, n)]
    key = context.key("sweep", base, context.target_key, slider.key, border, n)
    asked: set[tuple] = st.session_state.setdefault("sweeps asked", set())
    if work.found(key) is None and key not in asked:
        st.button(
            tr("Compute the curve: {slider}, {n} values", slider=slider.label, n=n),
            key="compute sweep",
            icon=":material/play_arrow:",
            on_click=asked.add,
            args=(key,),
        )
        return
    image = edited.image_after(context, base)
    try:
        found = work.run(
            key,
            text("Curve of {slider}", slider=slider.label),
            lambda progress: sweep(
                context.classifier,
                image,
                lambda x: slider.make(x, border),
                settings,
                context.target,
                progress=progress,
            ),
        )
    except vislib.VislibError as error:
        st.info(plain(tr(error)))
        return
    if found is None:
        return
    st.altair_chart(_chart(context, found, slider), height=_HEIGHT, alt=_described(context, found, slider))
    with st.container(horizontal=True, wrap=False, vertical_alignment="top", gap="xsmall"):
        picture.caption(tr("{slider}, {n} values", slider=slider.label, n=n), tr(found.in_words(slider.unit)))
        downloads.show(
            "sweep",
            downloads.file_stem(context.image_name, slider.key, "sweep"),
            {
                "csv": lambda: export.table_bytes(found.rows(), ".csv"),
                "json": lambda: export.table_bytes(found.rows(), ".json"),
            },
            snippets.sweep(context, base, slider.code.format(border), settings),
        )


def _described(context: Context, found: Sweep, slider: Slider) -> str:
    against = text("{quantity} against {slider}.", quantity=_quantity(context), slider=slider.label)
    return tr(sentences(against, found.in_words(slider.unit)))


def _quantity(context: Context) -> Text:
    if context.reference is not None:
        return text("Similarity")
    names = {
        Task.SEGMENTATION: text("Share of the pixels"),
        Task.REGRESSION: text("Output"),
        Task.UNKNOWN: text("Output"),
    }
    return names.get(context.classifier.task, text("Probability"))


def _chart(context: Context, found: Sweep, slider: Slider) -> Any:
    """The curves of the classes; of an embedding that of the similarity."""
    import altair as alt  # importing it takes half a second, so only the pages with charts wait

    quantity, x = tr(_quantity(context)), slider.title
    if context.reference is not None:
        curves = {tr("Similarity to {image}", image=context.reference.name): found.scores}
    else:
        curves = {found.labels[index]: found.values[:, index] for index in found.classes}
    what = tr(answers.many(context.classifier))
    frame = pd.concat(
        [pd.DataFrame({"setting": found.settings, "value": values, "curve": name}) for name, values in curves.items()]
    )
    shares = context.classifier.task.has_classes
    axis = percent_axis() if shares else alt.Axis()
    scale = alt.Scale(domain=[0, 1]) if shares else alt.Scale(zero=False)
    return (
        alt.Chart(frame)
        .mark_line(point=True)
        .encode(
            x=alt.X(
                "setting:Q",
                title=x,
                scale=alt.Scale(nice=False, domain=[slider.low, slider.high]),
                axis=alt.Axis(tickCount=10),
            ),
            y=alt.Y("value:Q", title=quantity, axis=axis, scale=scale),
            color=alt.Color("curve:N", sort=list(curves), legend=alt.Legend(orient="top", title=None, columns=3)),
            tooltip=[
                alt.Tooltip("curve:N", title=what),
                alt.Tooltip("setting:Q", title=x),
                alt.Tooltip("value:Q", title=quantity, format=".3f"),
            ],
        )
    )
