"""A network in detail: its typical block, its graph and its layers."""

import math

import pandas as pd
import streamlit as st

from pages._ui.results import picture, snippets
from pages._ui.results.graph_explorer import explorer
from pages._ui.server import work
from pages._ui.shell import style
from pages._ui.shell.context import Context
from pages._ui.widgets.graph_view import graph_picture
from pages._ui.widgets.text import plain
from vislib import VislibError, diagram
from vislib.language import sentences, text, tr
from vislib.layers import layer_table
from vislib.layers.table import LayerTable
from vislib.lessons import architectures
from vislib.lessons.architectures import ARCHITECTURES
from vislib.progress import Progress
from vislib.tasks import Task

LOADED = "loaded"
_BLOCK_KINDS = {
    "residual": text("residual"),
    "inception": text("inception"),
    "dense": text("dense"),
    "gated": text("gated"),
    "branches": text("branches"),
}
DEFAULTS = ("lenet5", "alexnet", "vgg16", "googlenet", "resnet18", "resnet50", "densenet121", LOADED)


def title(context: Context, name: str) -> str:
    """The network's title, in the language in use."""
    return tr("{model} (loaded)", model=context.model_name) if name == LOADED else tr(ARCHITECTURES[name].title)


def tables(context: Context, names: list[str]) -> dict[str, LayerTable]:
    """The layer tables of the networks; a network that cannot be built is left out, and a message says why."""
    found = {}
    for name in names:
        key = context.key("layers") if name == LOADED else ("architecture", name)

        def compute(progress: Progress, name=name) -> LayerTable:
            return layer_table(context.classifier) if name == LOADED else architectures.table(name)

        try:
            table = work.run(
                key, tr("Building {network}", network=title(context, name)), compute, kind=f"layers of {name}"
            )
        except VislibError as error:
            st.info(plain(tr(error)))
            continue
        if table is not None:
            found[name] = table
    return found


def detail(context: Context, name: str, table: LayerTable) -> None:
    """The contribution of a network, its typical block, its graph and its layers."""
    about = ARCHITECTURES.get(name)
    if about is not None:
        paper = text("{authors}: {paper}.", authors=about.authors, paper=about.paper)
        error = (
            text(
                "Top-1 error {top1:g} %, top-5 {top5:g} %: {source}.",
                top1=about.top1,
                top5=about.top5,
                source=about.error_source,
            )
            if about.top1
            else text("No ImageNet error: {source}.", source=about.error_source)
        )
        picture.caption(
            tr("{network}, {year}", network=about.title, year=about.year),
            tr(sentences(about.introduced, paper, error)),
        )
    block = _first_branched_block(table)
    if block is not None:
        left, right = st.columns([1, 2], gap="large")
        with left:
            picture.facts(
                {
                    tr("Block"): block.name,
                    tr("Kind"): tr(_BLOCK_KINDS[block.kind]),
                    tr("Parameters"): f"{block.parameters:,}",
                    tr("Multiply-adds"): f"{block.macs:,}",
                    tr("Output"): size(block.output_shape),
                }
            )
            count = sum(other.kind == block.kind for stage in diagram.stages(table) for other in stage.blocks)
            picture.caption(
                tr("Its {kind} block", kind=_BLOCK_KINDS[block.kind]),
                tr("The first of {n}. Each box is a layer with its output's size.", n=count),
            )
        with right:
            graph_picture(
                diagram.layout(diagram.part(table, block), None),
                tr("The block {block} of {network}", block=block.name, network=title(context, name)),
                widest=640,
                key=f"block of {name}",
            )
    explorer(table, title(context, name), snippet(context, name), style.settings_row("_graph"))
    layer_list(table, context.classifier.task if name == LOADED else Task.CLASSIFICATION)


def layer_list(table: LayerTable, task: Task) -> None:
    """One row per layer of a network of this task."""
    layers = pd.DataFrame(
        [
            {
                tr("Layer"): row.name,
                tr("Kind"): row.kind,
                tr("Output"): size(row.output_shape),
                tr("Parameters"): row.parameters,
                tr("Multiply-adds"): row.macs,
                tr("Receptive field"): f"{max(row.field.size):5}" if row.field and any(row.field.stride) else tr("all"),
                tr("Stride"): f"{max(row.field.stride):5g}" if row.field and any(row.field.stride) else "–",
                tr("Activations (KiB)"): math.ceil(row.activation_bytes / 1024),
            }
            for row in table.rows
        ]
    )
    numbers = (tr("Parameters"), tr("Multiply-adds"), tr("Activations (KiB)"))
    st.dataframe(
        layers,
        hide_index=True,
        column_config={key: st.column_config.NumberColumn(format="localized") for key in numbers},
    )
    counted = {"n": len(table.rows), "size": size(table.input_shape)}
    picture.caption(
        tr("Layer by layer"),
        tr("{n} layers, from the input of {size} to the logits.", **counted)
        if task.has_classes
        else tr("{n} layers, from the input of {size} to the outputs.", **counted),
    )


def _first_branched_block(table: LayerTable) -> diagram.Block | None:
    """The first block with branches; None if the network is a chain."""
    return next((block for stage in diagram.stages(table) for block in stage.blocks if block.kind != "chain"), None)


def snippet(context: Context, name: str) -> str:
    """The lines that compute the table of the layers of the loaded network, or of a famous one."""
    if name == LOADED:
        imports = "from pathlib import Path", "from vislib import diagram", "from vislib.layers import layer_table"
        lines = snippets.classifier_lines(context, *imports)
        return f"{lines}table = layer_table(classifier)\n"
    return (
        "from pathlib import Path\n\nfrom vislib import diagram\nfrom vislib.lessons import architectures\n\n"
        f"table = architectures.table({name!r})\nprint(table.csv())\n"
    )


def size(shape: tuple[int, ...]) -> str:
    """A shape (h, w, c) or (units,) as text, width first."""
    if len(shape) == 3:
        return f"{shape[1]} × {shape[0]} × {shape[2]}"
    return " × ".join(map(str, shape))
