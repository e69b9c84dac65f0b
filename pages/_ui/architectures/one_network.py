"""The loaded network as a graph, and one of its layers in detail."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages._ui.architectures import views
from pages._ui.results import feature_maps, picture
from pages._ui.results.graph_explorer import explorer
from pages._ui.server import work
from pages._ui.shell import address
from pages._ui.shell.context import Context
from pages._ui.widgets.choice import choose
from vislib.activations.maps import filter_layers, most_varied_channels, stages
from vislib.language import listing, text, tr
from vislib.layers import ReceptiveField, layer_table
from vislib.layers.table import LayerRow, LayerTable


def table_of(context: Context) -> LayerTable:
    return work.stored(context.key("layers"), lambda: layer_table(context.classifier))


def chosen_layer(context: Context, table: LayerTable) -> LayerRow:
    """The chosen layer; by default the last one of the first stage."""
    names = [row.name for row in table.rows]
    default = next(iter(stages(context.classifier)), None)
    name = choose(tr("Layer"), names, "arch_layer", default, width=320, help=tr("Type a part of its name."))
    row = table.row(name)
    assert row is not None
    return row


def show(context: Context, table: LayerTable, chosen: LayerRow, row: DeltaGenerator) -> None:
    """The graph, with its search and buttons in the row; a click on a layer chooses it."""

    def choose(name: str) -> None:
        st.session_state["arch_layer"] = name

    explorer(table, context.model_name, views.snippet(context, views.LOADED), row, chosen.name, choose)


def _seen(field: ReceptiveField) -> str:
    if not any(field.stride):
        return text("the whole image")
    return text(
        "{width} × {height} px, stride {stride:g}",
        width=field.size[1],
        height=field.size[0],
        stride=field.stride[0],
    )


def layer(context: Context, row: LayerRow) -> None:
    """One layer: its numbers, and the receptive field of one of its units."""
    st.header(row.name, anchor=False)
    picture.facts(
        {
            tr("Kind"): row.kind,
            tr("Output"): views.size(row.output_shape),
            tr("Parameters"): row.parameters_formula or f"{row.parameters:,}",
            tr("Multiply-adds"): row.macs_formula or f"{row.macs:,}",
            tr("After"): tr(listing([name or text("the input") for name in row.inputs], "plain")),
        }
        | ({tr("Receptive field"): tr(_seen(row.field))} if row.field else {})
    )
    has_maps = row.name in context.classifier.network.map_layers
    with st.container(horizontal=True):
        if has_maps and st.button(tr("Feature maps"), icon=":material/arrow_forward:"):
            address.open_page("pages/feature_maps.py", layer=row.name)
        if row.name in filter_layers(context.classifier) and st.button(tr("Filters"), icon=":material/arrow_forward:"):
            address.open_page("pages/filters.py", conv=row.name)
        if has_maps and st.button(tr("What a unit wants"), icon=":material/arrow_forward:"):
            address.open_page("pages/what_a_unit_wants.py", layer=row.name, channel=_channel(context, row.name))
    if not has_maps:
        st.caption(tr("The output of this layer has no maps: each of its numbers may depend on the whole image."))
        return
    maps = feature_maps.maps_of(context, context.image, row.name)
    channel = _channel(context, row.name)
    left, right = st.columns(2)
    with left:
        feature_maps.enlarged(context, row.name, maps, channel, 0.4)
    with right:
        feature_maps.grid(row.name, maps, channel, 16, False)


def _channel(context: Context, name: str) -> int:
    """The shown channel of a layer: the one that was clicked, or the one that varies most over the image."""
    maps, clicked = feature_maps.maps_of(context, context.image, name), st.session_state.get("channel")
    if clicked is not None and 0 <= clicked < maps.shape[2]:
        return int(clicked)
    return int(most_varied_channels(maps)[0])
