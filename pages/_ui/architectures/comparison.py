"""Several networks side by side: a chart and a table."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.architectures.views import LOADED, size, title
from pages._ui.results import picture
from pages._ui.shell.context import Context
from vislib.layers.table import LayerTable
from vislib.lessons.architectures import ARCHITECTURES, PROTOCOL, PUBLISHED_ERRORS

_AXES = {
    "Multiply-adds": lambda table, about: table.macs / 1e6,
    "Parameters": lambda table, about: table.parameters / 1e6,
    "Depth": lambda table, about: table.depth,
    "Receptive field": lambda table, about: max(table.field.size) if table.field else None,
    "Activation memory": lambda table, about: table.activation_bytes / 2**20,
    "Year": lambda table, about: about.year if about else None,
    "Top-1 error": lambda table, about: about.top1 if about else None,
}
_UNITS = {
    "Multiply-adds": "million",
    "Parameters": "million",
    "Depth": "layers with weights",
    "Receptive field": "px",
    "Activation memory": "MiB",
    "Year": "",
    "Top-1 error": "%",
}
_LOG = ("Multiply-adds", "Parameters", "Receptive field", "Activation memory")


def chart(context: Context, every: Mapping[str, LayerTable]) -> None:
    """A scatter chart of two chosen quantities, with one point per network."""
    import altair as alt  # importing it takes half a second, so only this page waits

    with st.container(horizontal=True):
        x = st.selectbox("x axis", list(_AXES), 0, key="across", bind="query-params", width=220)
        y = st.selectbox("y axis", list(_AXES), 6, key="up", bind="query-params", width=220)
    rows = []
    for name, table in every.items():
        rows.append(
            {"network": title(context, name), "kind": "loaded" if name == LOADED else "published"}
            | {"x": _number(context, x, name, table), "y": _number(context, y, name, table)}
        )
    shown = pd.DataFrame(rows).dropna().sort_values("y")
    shown["left"] = [place % 2 == 1 for place in range(len(shown))]
    missing = [str(row["network"]) for row in rows if row["network"] not in set(shown["network"])]
    axes = {}
    for axis, name in (("x", x), ("y", y)):
        scale = alt.Scale(type="log") if name in _LOG else alt.Scale(zero=False, nice=True, padding=20)
        words = f"{name} ({_UNITS[name]})" if _UNITS[name] else name
        ticks = alt.Axis(format="d") if name == "Year" else alt.Axis()
        axes[axis] = getattr(alt, axis.upper())(f"{axis}:Q", title=words, scale=scale, axis=ticks)
    base = alt.Chart(shown).encode(**axes)
    points = base.mark_circle(size=110, opacity=1).encode(
        color=alt.Color(
            "kind:N", legend=None, scale=alt.Scale(domain=["published", "loaded"], range=["#15aabf", "#e8590c"])
        ),
        tooltip=["network:N", alt.Tooltip("x:Q", title=x, format=",.4~g"), alt.Tooltip("y:Q", title=y, format=",.4~g")],
    )
    # Names alternate between right and left, because the names of neighbours would overlap.
    names = [
        base.transform_filter(f"datum.left == {str(left).lower()}")
        .mark_text(align="right" if left else "left", dx=-9 if left else 9, fontSize=11, color="#868e96")
        .encode(text="network:N")
        for left in (False, True)
    ]
    st.altair_chart(alt.layer(points, *names), height=380)
    note = f" Not drawn, because this number is unknown: {', '.join(missing)}." if missing else ""
    picture.caption(
        f"{y} against {x.lower()}", f"Orange: the network that is loaded. Hover a point for its values.{note}"
    )


def _number(context: Context, quantity: str, name: str, table: LayerTable) -> float | None:
    """A quantity of a network; None where it is unknown."""
    if quantity == "Top-1 error" and name == LOADED:
        return _errors(context, name)[0]
    return _AXES[quantity](table, ARCHITECTURES.get(name))


def _errors(context: Context, name: str) -> tuple[float | None, float | None]:
    """The published top-1 and top-5 errors in percent."""
    if name == LOADED:
        published = PUBLISHED_ERRORS.get(context.model_name)
        return (published.top1, published.top5) if published else (None, None)
    return ARCHITECTURES[name].top1, ARCHITECTURES[name].top5


def summary(context: Context, every: Mapping[str, LayerTable]) -> None:
    """One row per network."""
    rows = []
    for name, table in every.items():
        about = ARCHITECTURES.get(name)
        rows.append(
            {
                "Network": title(context, name),
                "Year": str(about.year) if about else "–",
                "Input": size(table.input_shape),
                "Parameters": table.parameters,
                "Multiply-adds (million)": round(table.macs / 1e6, 1),
                "Depth": table.depth,
                "Receptive field (px)": max(table.field.size) if table.field else None,
                "Activations (MiB)": table.activation_bytes / 2**20,
                "Top-1 error (%)": _error_text(_errors(context, name)[0]),
                "Top-5 error (%)": _error_text(_errors(context, name)[1]),
            }
        )
    config: dict[str, Any] = {
        "Parameters": st.column_config.NumberColumn(format="localized"),
        "Multiply-adds (million)": st.column_config.NumberColumn(format="localized", help="For one image."),
        "Depth": st.column_config.NumberColumn(help="Layers with weights on the longest path."),
        "Receptive field (px)": st.column_config.NumberColumn(help="Of a unit of the last layer with maps."),
        "Activations (MiB)": st.column_config.NumberColumn(
            format="%.1f", help="Every layer's output for one image, as training keeps them."
        ),
        "Network": {"pinned": True},
    }
    table = pd.DataFrame(rows).dropna(axis="columns", how="all")
    st.dataframe(table, hide_index=True, height="content", column_config=config)
    picture.caption(
        "Metrics; click a heading to sort",
        f"Counted layer by layer on networks that vislib builds. Errors are published values, of {PROTOCOL}; their "
        f"source stands below each network.{_source(context, every)}",
    )


def _source(context: Context, every: Mapping[str, LayerTable]) -> str:
    """Where the error of the loaded network is published, as a sentence."""
    published = PUBLISHED_ERRORS.get(context.model_name) if LOADED in every else None
    return f" That of {context.model_name}: {published.source}, whose crop may differ." if published else ""


def _error_text(value: float | None) -> str:
    """An error rate as text that sorts like a number."""
    return "–" if value is None else f"{value:5.1f}"
