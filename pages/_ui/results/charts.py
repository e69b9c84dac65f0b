"""Charts with upright tick labels and no legend, and the axis of shares."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st


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
            y=alt.Y("value:Q", scale=alt.Scale(zero=True, nice=True), title=y),
            tooltip=[alt.Tooltip("name:N", title=x), alt.Tooltip("value:Q", title=y)],
        )
    )
    st.altair_chart(chart, height=height)


def percent_axis() -> Any:
    """An axis of shares: 40 %."""
    import altair as alt

    return alt.Axis(labelExpr="format(datum.value * 100, '.3~r') + ' %'")
