"""A network in detail: its typical block, its graph and its layers."""

import base64
import html
import math

import pandas as pd
import streamlit as st

from pages._ui.results import picture, snippets
from pages._ui.results.graph_explorer import explorer
from pages._ui.server import work
from pages._ui.shell import style
from pages._ui.shell.context import Context
from pages._ui.widgets.text import plain
from vislib import VislibError, diagram
from vislib.layers import layer_table
from vislib.layers.table import LayerTable
from vislib.lessons import architectures
from vislib.lessons.architectures import ARCHITECTURES
from vislib.tasks import Task

LOADED = "loaded"
DEFAULTS = ("lenet5", "alexnet", "vgg16", "googlenet", "resnet18", "resnet50", "densenet121", LOADED)


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
    explorer(table, title(context, name), _snippet(context, name), style.settings_row("_graph"))
    layer_list(table, context.classifier.task if name == LOADED else Task.CLASSIFICATION)


def layer_list(table: LayerTable, task: Task) -> None:
    """One row per layer of a network of this task."""
    layers = pd.DataFrame(
        [
            {
                "Layer": row.name,
                "Kind": row.kind,
                "Output": size(row.output_shape),
                "Parameters": row.parameters,
                "Multiply-adds": row.macs,
                "Receptive field": f"{max(row.field.size):5}" if row.field and any(row.field.stride) else "all",
                "Stride": f"{max(row.field.stride):5g}" if row.field and any(row.field.stride) else "–",
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
        "Layer by layer",
        f"{len(table.rows)} layers, from the input of {size(table.input_shape)} to the "
        f"{'logits' if task.has_classes else 'outputs'}.",
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


def size(shape: tuple[int, ...]) -> str:
    """A shape (h, w, c) or (units,) as text, width first."""
    if len(shape) == 3:
        return f"{shape[1]} × {shape[0]} × {shape[2]}"
    return " × ".join(map(str, shape))
