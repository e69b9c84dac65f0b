"""Compare & trust: methods side by side, or one method on several images or networks, with measures of trust."""

import streamlit as st

import vislib
from pages._ui.compare_and_trust import comparing, fills_control, trust_view
from pages._ui.results import explain
from pages._ui.results.look import look_controls
from pages._ui.shell import style
from pages._ui.shell.context import context
from pages._ui.widgets.choice import choose
from vislib.language import tr

here = context(tr("Compare & trust"), tr("Methods side by side, and how far each of the pictures can be trusted."))
methods = vislib.methods()
names = explain.of_family(here, *explain.FAMILIES)
layers = here.classifier.network.map_layers

with style.settings_row():
    mode = st.segmented_control(
        tr("Compare"),
        comparing.MODES,
        default=comparing.MODES[0],
        key="compare",
        bind="query-params",
        required=True,
        format_func=tr,
    )
    if mode == "Methods":
        chosen = st.multiselect(
            tr("Methods"),
            names,
            [name for name in comparing.DEFAULTS if name in names],
            key="methods",
            format_func=lambda name: tr(methods[name].title),
            bind="query-params",
            max_selections=9,
        )
    else:
        chosen = [
            st.selectbox(
                tr("Method"),
                names,
                names.index("grad-cam"),
                key="method",
                bind="query-params",
                format_func=lambda name: tr(methods[name].title),
            )
        ]
with style.settings_row("_look"):
    look = look_controls(signed=False, clip=0.01)
    fills = fills_control.control()
    if mode != "Networks":  # each network has its own layers
        default = here.classifier.network.last_map_layer
        layer = choose(tr("Layer of the CAM methods"), layers, "cam_layer", default, width=240)
        explainers = explain.settings(here, chosen, layer=layer)
if mode == "Methods":
    trust_view.show(here, explainers, look, fills)
elif mode == "Images":
    comparing.over_images(here, explainers[0], look, fills)
else:
    comparing.over_models(here, chosen[0], look, fills)
explain.about(chosen)
