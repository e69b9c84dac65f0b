"""Several networks side by side: a chart and a table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.architectures.names import PADDING, SIDES, sides
from pages._ui.architectures.views import LOADED, size, title
from pages._ui.results import picture
from pages._ui.shell.context import Context
from vislib.language import Text, listing, sentences, text, tr
from vislib.layers.table import LayerTable
from vislib.lessons.architectures import ARCHITECTURES, PROTOCOL, PUBLISHED_ERRORS, Architecture


@dataclass(frozen=True)
class _Quantity:
    """What an axis of the chart can show.

    Attributes:
        title: Its name.
        within: Its name within a sentence.
        unit: "" if it has none.
        of: Its value for a layer table and a published network (None for the loaded one); None where it is unknown.
        log: Whether its axis is logarithmic.
    """

    title: Text
    within: Text
    unit: str
    of: Callable[[LayerTable, Architecture | None], float | None]
    log: bool = False

    @property
    def with_unit(self) -> Text:
        return text("{quantity} ({unit})", quantity=self.title, unit=self.unit) if self.unit else self.title


_YEAR, _ERROR = text("Year"), text("Top-1 error")
_AXES = {
    quantity.title: quantity
    for quantity in (
        _Quantity(
            text("Multiply-adds"), text("multiply-adds"), text("million"), lambda table, about: table.macs / 1e6, True
        ),
        _Quantity(
            text("Parameters"), text("parameters"), text("million"), lambda table, about: table.parameters / 1e6, True
        ),
        _Quantity(text("Depth"), text("depth"), text("layers with weights"), lambda table, about: table.depth),
        _Quantity(
            text("Receptive field"),
            text("receptive field"),
            "px",
            lambda table, about: max(table.field.size) if table.field else None,
            True,
        ),
        _Quantity(
            text("Activation memory"),
            text("activation memory"),
            "MiB",
            lambda table, about: table.activation_bytes / 2**20,
            True,
        ),
        _Quantity(_YEAR, text("year"), "", lambda table, about: about.year if about else None),
        _Quantity(_ERROR, text("top-1 error"), "%", lambda table, about: about.top1 if about else None),
    )
}


def chart(context: Context, every: Mapping[str, LayerTable]) -> None:
    """A scatter chart of two chosen quantities, with one point per network."""
    import altair as alt  # importing it takes half a second, so only this page waits

    with st.container(horizontal=True):
        x = st.selectbox(tr("x axis"), list(_AXES), 0, key="across", bind="query-params", width=220, format_func=tr)
        y = st.selectbox(tr("y axis"), list(_AXES), 6, key="up", bind="query-params", width=220, format_func=tr)
    rows = []
    for name, table in every.items():
        rows.append(
            {"network": title(context, name), "kind": "loaded" if name == LOADED else "published"}
            | {"x": _number(context, x, name, table), "y": _number(context, y, name, table)}
        )
    shown = pd.DataFrame(rows).dropna()
    shown["side"] = sides(shown["network"], shown["x"], shown["y"], _AXES[x].log, _AXES[y].log)
    missing = [str(row["network"]) for row in rows if row["network"] not in set(shown["network"])]
    axes = {}
    for axis, name in (("x", x), ("y", y)):
        scale = alt.Scale(type="log" if _AXES[name].log else "linear", zero=False, nice=False, padding=PADDING)
        ticks = alt.Axis(format="d") if name == _YEAR else alt.Axis()
        words = tr(_AXES[name].with_unit)
        axes[axis] = getattr(alt, axis.upper())(f"{axis}:Q", title=words, scale=scale, axis=ticks)
    base = alt.Chart(shown).encode(**axes)
    points = base.mark_circle(size=110, opacity=1).encode(
        color=alt.Color(
            "kind:N", legend=None, scale=alt.Scale(domain=["published", "loaded"], range=["#15aabf", "#e8590c"])
        ),
        tooltip=[
            alt.Tooltip("network:N", title=tr("network")),
            alt.Tooltip("x:Q", title=tr(x), format=",.4~g"),
            alt.Tooltip("y:Q", title=tr(y), format=",.4~g"),
        ],
    )
    names = [
        base.transform_filter(f"datum.side == '{side}'")
        .mark_text(align=place.align, dx=place.dx, dy=place.dy, fontSize=11, color="#868e96")
        .encode(text="network:N")
        for side, place in SIDES.items()
    ]
    st.altair_chart(alt.layer(points, *names), height=380)
    said = text("Orange: the network that is loaded. Hover a point for its values.")
    unknown = text("Not drawn, because this number is unknown: {networks}.", networks=listing(missing, "plain"))
    picture.caption(
        tr("{y} against {x}", y=_AXES[y].title, x=_AXES[x].within), tr(sentences(said, unknown if missing else ""))
    )


def _number(context: Context, quantity: Text, name: str, table: LayerTable) -> float | None:
    """A quantity of a network; None where it is unknown."""
    if quantity == _ERROR and name == LOADED:
        return _errors(context, name)[0]
    return _AXES[quantity].of(table, ARCHITECTURES.get(name))


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
                tr("Network"): title(context, name),
                tr("Year"): str(about.year) if about else "–",
                tr("Input"): size(table.input_shape),
                tr("Parameters"): table.parameters,
                tr("Multiply-adds (million)"): round(table.macs / 1e6, 1),
                tr("Depth"): table.depth,
                tr("Receptive field (px)"): max(table.field.size) if table.field else None,
                tr("Activations (MiB)"): table.activation_bytes / 2**20,
                tr("Top-1 error (%)"): _error_text(_errors(context, name)[0]),
                tr("Top-5 error (%)"): _error_text(_errors(context, name)[1]),
            }
        )
    config: dict[str, Any] = {
        tr("Parameters"): st.column_config.NumberColumn(format="localized"),
        tr("Multiply-adds (million)"): st.column_config.NumberColumn(format="localized", help=tr("For one image.")),
        tr("Depth"): st.column_config.NumberColumn(help=tr("Layers with weights on the longest path.")),
        tr("Receptive field (px)"): st.column_config.NumberColumn(help=tr("Of a unit of the last layer with maps.")),
        tr("Activations (MiB)"): st.column_config.NumberColumn(
            format="%.1f", help=tr("Every layer's output for one image, as training keeps them.")
        ),
        tr("Network"): {"pinned": True},
    }
    table = pd.DataFrame(rows).dropna(axis="columns", how="all")
    st.dataframe(table, hide_index=True, height="content", column_config=config)
    counted = text(
        "Counted layer by layer on networks that vislib builds. Errors are published values, of {protocol}; their "
        "source stands below each network.",
        protocol=PROTOCOL,
    )
    picture.caption(tr("Metrics; click a heading to sort"), tr(sentences(counted, _source(context, every))))


def _source(context: Context, every: Mapping[str, LayerTable]) -> str:
    """Where the error of the loaded network is published, as a sentence."""
    published = PUBLISHED_ERRORS.get(context.model_name) if LOADED in every else None
    if published is None:
        return ""
    return text("That of {model}: {source}, whose crop may differ.", model=context.model_name, source=published.source)


def _error_text(value: float | None) -> str:
    """An error rate as text that sorts like a number."""
    return "–" if value is None else f"{value:5.1f}"
