"""Architecture: the loaded network as a graph, and each of its layers."""

import streamlit as st

from pages._ui.architectures import one_network, views
from pages._ui.shell import style
from pages._ui.shell.context import context
from vislib.language import tr

here = context(
    tr("Architecture"), tr("The loaded network as a graph: open its blocks, choose a layer."), needs_maps=False
)
table = one_network.table_of(here)
with (row := style.settings_row()):
    chosen = one_network.chosen_layer(here, table)
one_network.show(here, table, chosen, row)
one_network.layer(here, chosen)
st.header(tr("Layer by layer"), anchor=False)
views.layer_list(table, here.classifier.task)
