"""Concepts: groups of channels in the image, concepts of a class, and whether the network uses a concept of yours."""

import streamlit as st

from pages._ui.concepts import about, chosen_set, craft_view, groups_view, tcav_view
from pages._ui.shell import style
from pages._ui.shell.context import context
from pages._ui.widgets.choice import choose
from vislib.concepts.pictures import OPACITY
from vislib.language import tr

here = context(
    tr("Concepts"),
    tr(
        "Which regions the network distinguishes here, which concepts it looks for, and whether it uses a concept of "
        "yours."
    ),
)
layers, default = here.classifier.network.map_layers, here.classifier.network.last_map_layer

with style.settings_row():
    layer = choose(tr("Layer"), layers, "concept_layer", default, width=260)
    most = groups_view.most_groups(here, layer)
    n_groups = choose(tr("Groups"), list(range(1, most + 1)), "n_groups", min(6, most), width=110)
    with st.popover(tr("More"), icon=":material/tune:"):
        opacity = st.slider(tr("Opacity"), 0.0, 1.0, OPACITY, 0.05, key="opacity.groups", bind="query-params")
groups_view.show(here, layer, n_groups, opacity)
if here.classifier.takes_pictures:
    st.header(tr("What matters for {subject} in many images", subject=here.subject), anchor=False)
    with style.settings_row("_set"):
        chosen = chosen_set.set_control(here)
        craft_layer = craft_view.layer_control(here)
        settings = craft_view.settings_controls()
    craft_view.show(here, craft_layer, chosen, settings)
    st.header(tr("Does a concept of yours matter for {subject}?", subject=here.subject), anchor=False)
    tcav_view.show(here, layer, chosen)
about.show()
