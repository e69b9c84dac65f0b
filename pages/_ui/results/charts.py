"""Charts with upright tick labels, in colours that differ in both themes, and the axis of shares."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

COLOURS = (
    "#1c7ed6", "#e8590c", "#2f9e44", "#ae3ec9", "#e03131", "#b08900", "#0c8599", "#d6336c", "#7950f2", "#966f5c",
    "#5c940d", "#7a838c", "#4c6ef5",
)  # fmt: skip
"""Of lines in one chart; a contrast of at least 3 to the background of either theme."""

_TICKS = 4
"""For scale and axis alike, so that the axis reaches as high as the longest bar."""


def bar_chart(names: Sequence[str], values: Sequence[float], x: str, y: str, height: int) -> None:
    """One bar for each name, in this order.

    Args:
        names: The bars' names, all different.
        values: Their lengths.
        x: What the names are.
        y: What the values measure.
        height: Height in pixels.
    """
    import altair as alt  # importing it takes half a second, so only the pages with charts wait

    frame = pd.DataFrame({"name": list(names), "value": list(values)})
    axis = alt.Axis(labelAngle=0, labelOverlap=True)
    chart = (
        alt.Chart(frame)
        .mark_bar(color="#15aabf")
        .encode(
            x=alt.X("name:N", sort=None, axis=axis, title=x),
            y=alt.Y("value:Q", scale=alt.Scale(zero=True, nice=_TICKS), axis=alt.Axis(tickCount=_TICKS), title=y),
            tooltip=[alt.Tooltip("name:N", title=x), alt.Tooltip("value:Q", title=y)],
        )
    )
    st.altair_chart(chart, height=height)


def percent_axis() -> Any:
    """An axis of shares: 40 %."""
    import altair as alt

    return alt.Axis(labelExpr="format(datum.value * 100, '.3~r') + ' %'")


def line_chart(lines: pd.DataFrame, x: str, y: str, height: int) -> None:
    """One line for each column, over the index; with their names above if there are several.

    Args:
        lines: At most as many columns as there are `COLOURS`.
        x: What the index is.
        y: What the values measure.
        height: Height in pixels.
    """
    import altair as alt

    names = list(lines.columns)
    points = lines.rename_axis("x").reset_index().melt("x", var_name="name")
    colour = alt.Color(
        "name:N",
        title=None,
        scale=alt.Scale(domain=names, range=list(COLOURS[: len(names)])),
        legend=alt.Legend(orient="top", labelLimit=220) if len(names) > 1 else None,
    )
    chart = (
        alt.Chart(points)
        .mark_line()
        .encode(
            x=alt.X("x:Q", title=x),
            y=alt.Y("value:Q", title=y),
            color=colour,
            tooltip=[
                alt.Tooltip("name:N", title=" "),
                alt.Tooltip("x:Q", title=x, format=".3~g"),
                alt.Tooltip("value:Q", title=y, format=".3~g"),
            ],
        )
    )
    st.altair_chart(chart, height=height)
