"""Channels that decided: what each channel of a layer adds to the score, where, and what it detects."""

import streamlit as st

from pages._ui.channels import deciding
from pages._ui.results.look import look_controls
from pages._ui.shell import style
from pages._ui.shell.context import context
from pages._ui.widgets.choice import choose
from vislib.graph.relevance_rules import COMPOSITES, DEFAULT_COMPOSITE

here = context("Channels that decided", "What each channel of a layer adds to the score, where, and what it detects.")
network = here.classifier.network

with style.settings_row():
    layer = choose("Layer", network.map_layers, "deciding_layer", network.last_map_layer, width=260)
    by = choose("Measured by", list(deciding.BY), "deciding_by", width=200, format_func=deciding.BY.__getitem__)
    composite = DEFAULT_COMPOSITE
    if by == "relevance":
        composite = choose("Composite", list(COMPOSITES), "deciding_composite", DEFAULT_COMPOSITE, width=200)
    with st.popover("Parameters", icon=":material/tune:"):
        most = st.slider("Channels on each side", 2, 24, 8, key="deciding_most", bind="query-params")
    look = look_controls(signed=True)
deciding.show(here, layer, by, composite, most, look)
