"""Networks in numbers and as graphs: a chart, a table, and one network block by block."""

import base64
import html
import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.results import picture, snippets
from pages._ui.results.graph_explorer import explorer
from pages._ui.server import work
from pages._ui.shell.context import Context
from pages._ui.widgets.text import plain
from vislib import VislibError, diagram
from vislib.layers import layer_table
from vislib.layers.table import LayerTable
from vislib.lessons import architectures
from vislib.lessons.architectures import ARCHITECTURES, PROTOCOL

LOADED = "loaded"
DEFAULTS = ("lenet5", "alexnet", "vgg16", "googlenet", "resnet18", "resnet50", "densenet121", LOADED)
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


def title(context: Context, name: str) -> str:
    """The network's title."""
    return f"{context.model_name} (loaded)" if name == LOADED else ARCHITECTURES[name].title


def tables(context: Context, names: list[str]) -> dict[str, LayerTable]:
    """The layer tables of the networks; a network that cannot be built is left out, and a message says why."""
    found = {}
    for name in names:
        key = context.key("layers") if name == LOADED else ("architecture", name)

        def compute(progress, name=name) -> LayerTable:
            return layer_table(context.classifier) if name == LOADED else architectures.table(name)

        try:
            table = work.run(key, f"Building {title(context, name)}", compute, kind=f"layers of {name}")
        except VislibError as error:
            st.info(plain(str(error)))
            continue
        if table is not None:
            found[name] = table
    return found


def chart(context: Context, every: Mapping[str, LayerTable]) -> None:
    """A scatter chart of two chosen quantities, with one point per network."""
    import altair as alt  # importing it takes half a second, so only this page waits

    with st.container(horizontal=True):
        x = st.selectbox("Across", list(_AXES), 0, key="across", bind="query-params", width=220)
        y = st.selectbox("Up", list(_AXES), 6, key="up", bind="query-params", width=220)
    rows = []
    for name, table in every.items():
        about = ARCHITECTURES.get(name)
        rows.append(
            {"network": title(context, name), "kind": "loaded" if name == LOADED else "published"}
            | {"x": _AXES[x](table, about), "y": _AXES[y](table, about)}
        )
    shown = pd.DataFrame(rows).dropna().sort_values("y")
    shown["left"] = [place % 2 == 1 for place in range(len(shown))]
    missing = [row["network"] for row in rows if row["network"] not in set(shown["network"])]
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
                "Top-1 error (%)": _error_text(about.top1 if about else None),
                "Top-5 error (%)": _error_text(about.top5 if about else None),
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
        "In numbers; click a heading to sort",
        f"Counted layer by layer on networks that vislib builds. Errors are published values, of {PROTOCOL}; their "
        "source stands below each network.",
    )


def detail(context: Context, name: str, table: LayerTable) -> None:
    """The contribution of a network, its typical block, its graph and its layers."""
    about = ARCHITECTURES.get(name)
    if about is not None:
        error = f" Top-1 error {about.top1:g} %, top-5 {about.top5:g} %: " if about.top1 else " No ImageNet error: "
        picture.caption(
            f"{about.title}, {about.year}",
            f"{about.introduced} {about.authors}: {about.paper}.{error}{about.error_source}.",
        )
    block = _first_branched_block(table)
    if block is not None:
        left, right = st.columns([1, 2], gap="large")
        with left:
            picture.facts(
                {
                    "Block": block.name,
                    "Kind": block.kind,
                    "Parameters": f"{block.parameters:,}",
                    "Multiply-adds": f"{block.macs:,}",
                    "Output": size(block.output_shape),
                }
            )
            count = sum(other.kind == block.kind for stage in diagram.stages(table) for other in stage.blocks)
            picture.caption(
                f"Its {block.kind} block", f"The first of {count}. Each box is a layer with its output's size."
            )
        with right:
            _show_graph(
                diagram.layout(diagram.part(table, block), None),
                f"The block {block.name} of {title(context, name)}",
                640,
            )
    explorer(table, title(context, name), _snippet(context, name))
    layer_list(table)


def layer_list(table: LayerTable) -> None:
    """One row per layer."""
    layers = pd.DataFrame(
        [
            {
                "Layer": row.name,
                "Kind": row.kind,
                "Output": size(row.output_shape),
                "Parameters": row.parameters,
                "Multiply-adds": row.macs,
                "Receptive field": f"{max(row.field.size):5}" if row.field else "all",
                "Stride": f"{max(row.field.stride):5g}" if row.field else "–",
                "Activations (KiB)": math.ceil(row.activation_bytes / 1024),
            }
            for row in table.rows
        ]
    )
    numbers = ("Parameters", "Multiply-adds", "Activations (KiB)")
    st.dataframe(
        layers,
        hide_index=True,
        column_config={key: st.column_config.NumberColumn(format="localized") for key in numbers},
    )
    picture.caption(
        "Layer by layer", f"{len(table.rows)} layers, from the input of {size(table.input_shape)} to the logits."
    )


def _first_branched_block(table: LayerTable) -> diagram.Block | None:
    """The first block with branches; None if the network is a chain."""
    return next((block for stage in diagram.stages(table) for block in stage.blocks if block.kind != "chain"), None)


def _show_graph(layout: diagram.Layout, alt: str, widest: int) -> None:
    """A graph at its own size, or smaller."""
    source = base64.b64encode(diagram.svg(layout).encode()).decode()
    st.html(
        f"<img src='data:image/svg+xml;base64,{source}' alt='{html.escape(alt, quote=True)}' "
        f"style='max-width:min(100%, {widest}px);border-radius:4px'>"
    )


def _snippet(context: Context, name: str) -> str:
    if name == LOADED:
        return (
            f"{snippets.classifier_lines(context)}from vislib import diagram\nfrom vislib.layers import layer_table\n\n"
            "table = layer_table(classifier)\n"
        )
    return (
        "from vislib import diagram\nfrom vislib.lessons import architectures\n\n"
        f"table = architectures.table({name!r})\nprint(table.csv())\n"
    )


def _error_text(value: float | None) -> str:
    """An error rate as text that sorts like a number."""
    return "–" if value is None else f"{value:5.1f}"


def size(shape: tuple[int, ...]) -> str:
    """A shape (h, w, c) or (units,) as text, width first."""
    if len(shape) == 3:
        return f"{shape[1]} × {shape[0]} × {shape[2]}"
    return " × ".join(map(str, shape))
