"""Filters: the kernels of each convolution."""

import streamlit as st

import vislib
from pages._ui.filters import kernel_tiles
from pages._ui.results import downloads, snippets
from pages._ui.shell import address, style
from pages._ui.shell.context import context
from pages._ui.widgets.choice import choose
from vislib.activations.maps import is_depthwise, reads_image
from vislib.language import tr
from vislib.output import export, figures

here = context(tr("Filters"), tr("What each convolution looks for: its trained kernels."))
layers = vislib.filter_layers(here.classifier)
if not layers:
    st.info(tr("This network has no two-dimensional convolution, so there are no kernels to show."))
    st.stop()

with style.settings_row():
    layer = choose(tr("Convolution"), layers, "conv", width=260)
    most = st.slider(tr("Filters shown"), 16, 256, 64, 16, key="most_filters", bind="query-params", width=150)
    by_norm = st.toggle(tr("Sort by norm"), True, key="by_norm", bind="query-params")
kernels = vislib.filters(here.classifier, layer, rgb=True)
depthwise = is_depthwise(here.classifier, layer)
kernel_tiles.statistics(kernels, depthwise)
kernel_tiles.grid(kernels, layer, by_norm, most, reads_image(here.classifier, layer), depthwise)


def drawn():
    return figures.figure(kernels, title=layer, most=most, depthwise=depthwise)


downloads.show(
    f"kernels {layer}",
    downloads.file_stem(here.classifier.key, layer),
    {
        "png": lambda: export.png_bytes(export.enlarged(kernel_tiles.sheet(kernels, by_norm, most, depthwise))),
        "figure.png": lambda: export.figure_bytes(drawn(), "png"),
        "svg": lambda: export.figure_bytes(drawn(), "svg"),
        "pdf": lambda: export.figure_bytes(drawn(), "pdf"),
        "npz": lambda: export.npz_bytes(vislib.filters(here.classifier, layer), layer=layer, model=here.classifier.key),
    },
    snippets.filters(here, layer),
)
kernel_tiles.norms(kernels, depthwise)
maps = layer if layer in here.classifier.network.map_layers else ""
if maps:
    channel = kernel_tiles.chosen_filter(kernels, layer, by_norm, depthwise)
    if st.button(tr("What channel {channel} wants to see", channel=channel), icon=":material/arrow_forward:"):
        address.open_page("pages/what_a_unit_wants.py", layer=maps, channel=channel)
if maps and st.button(tr("The feature maps of these filters"), icon=":material/arrow_forward:"):
    address.open_page("pages/feature_maps.py", layer=maps)
