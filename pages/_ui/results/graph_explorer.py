"""A network as a graph, with search, blocks that open and close, and downloads."""

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages._ui.results import downloads, picture
from pages._ui.widgets.graph_view import graph_view
from vislib import diagram
from vislib.language import tr
from vislib.layers.table import LayerTable
from vislib.output import export


def explorer(
    table: LayerTable,
    name: str,
    snippet: str,
    row: DeltaGenerator,
    chosen: str = "",
    on_layer: Callable[[str], None] | None = None,
) -> None:
    """Draws the network's graph. A click on a block opens it, on its frame closes it, on a layer chooses the layer.

    Args:
        table: The network's layers.
        name: Name of the network; the widgets' keys contain it.
        snippet: The Python lines that compute the table, and import `Path` and `diagram`.
        row: Where the search and the buttons stand.
        chosen: Name of the chosen layer; its block is open.
        on_layer: Called with the clicked layer before the page runs again.
    """
    opened: set[str] = st.session_state.setdefault("opened", {}).setdefault(name, set())
    with row:
        found = _search(table, name)
        every = st.toggle(tr("All blocks open"), key=f"all of {name}")
        st.button(tr("Close all"), on_click=opened.clear, disabled=not opened, key=f"close {name}")
    of_chosen = {
        block.name
        for stage in diagram.stages(table)
        for block in stage.blocks
        if chosen in [row.name for row in block.rows]
    }
    layout = diagram.layout(table, None if every else opened | of_chosen)

    def choose(box: dict) -> None:
        if box["level"] == "layer":
            if on_layer is not None:
                on_layer(box["key"])
        elif box["opens"]:
            opened.update(box["opens"])
        else:
            opened.discard(box["key"])

    alt = tr("{model} as a graph; click a block to open it, a layer to choose it", model=name)
    graph_view(layout, f"graph of {name}", alt, found, chosen, choose)
    downloads.show(
        f"graph {name}",
        downloads.file_stem(name, "graph"),
        {
            "svg": lambda: diagram.svg(layout).encode(),
            "png": lambda: export.figure_bytes(diagram.figure(layout), "png"),
            "pdf": lambda: export.figure_bytes(diagram.figure(layout), "pdf"),
            "csv": lambda: table.csv().encode(),
        },
        f"{snippet}svg = diagram.svg(diagram.layout(table))\nPath('graph.svg').write_text(svg, encoding='utf-8')\n",
    )
    picture.caption(
        tr("{model}: {n} layers", model=name, n=len(table.rows)),
        tr(
            "Each column is a stage of one map size, from left to right; equal blocks in a row are drawn as one. Click "
            "a block to open it, its frame to close it; drag to move, hold Ctrl and scroll to zoom."
        ),
    )


def _search(table: LayerTable, name: str) -> list[str]:
    """Names of the layers whose name or kind contains the typed text."""
    words = st.text_input(
        tr("Search"), key=f"search {name}", placeholder=tr("a name or a kind, such as pool"), width=260
    )
    words = words.strip().lower()
    if not words:
        return []
    found = [row.name for row in table.rows if words in f"{row.name} {row.kind}".lower()]
    st.caption(
        tr("{n} of {total} layers", n=len(found), total=len(table.rows))
        if found
        else tr("No layer has that in its name or kind.")
    )
    return found
