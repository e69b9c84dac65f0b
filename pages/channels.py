"""Channels that decided: what each channel of a layer adds to the score, where, and what it detects."""

import streamlit as st

from pages._ui.channels import deciding
from pages._ui.results.look import look_controls
from pages._ui.shell import style
from pages._ui.shell.context import context
from pages._ui.widgets.choice import choose
from vislib.graph.relevance_rules import COMPOSITES, DEFAULT_COMPOSITE
from vislib.language import tr

here = context(
    tr("Channels that decided"), tr("What each channel of a layer adds to the score, where, and what it detects.")
)
network = here.classifier.network

with style.settings_row():
    layer = choose(tr("Layer"), network.map_layers, "deciding_layer", network.last_map_layer, width=260)
    by = choose(
        tr("Measured by"), list(deciding.BY), "deciding_by", width=200, format_func=lambda by: tr(deciding.BY[by])
    )
    composite = DEFAULT_COMPOSITE
    if by == "relevance":
        composite = choose(tr("Composite"), list(COMPOSITES), "deciding_composite", DEFAULT_COMPOSITE, width=200)
    with st.popover(tr("Parameters"), icon=":material/tune:"):
        most = st.slider(tr("Channels on each side"), 2, 24, 8, key="deciding_most", bind="query-params")
    look = look_controls(signed=True)
deciding.show(here, layer, by, composite, most, look)
