"""Class activation: a layer's feature maps, weighted by their effect on the class."""

import streamlit as st

import vislib
from pages._ui.class_activation import stages
from pages._ui.results import explain, per_class, second_opinion
from pages._ui.results.look import look_controls
from pages._ui.shell import style
from pages._ui.shell.context import context
from pages._ui.widgets.choice import choose
from vislib.attribution.base import Family
from vislib.language import tr

here = context(tr("Class activation"), tr("Where a layer holds evidence for the class, the segment or the number."))
layers, default = here.classifier.network.map_layers, here.classifier.network.last_map_layer
names = explain.of_family(here, Family.CLASS_ACTIVATION)
explain.show_missing(here, names, "cam")

with style.settings_row():
    name = st.selectbox(
        tr("Method"),
        names,
        names.index("grad-cam"),
        key="cam",
        bind="query-params",
        width=180,
        format_func=lambda name: tr(vislib.methods()[name].title),
    )
    layer = choose(tr("Layer"), layers, "cam_layer", default, width=260)
    look = look_controls(signed=False)
    explainers = explain.settings(here, names, name, layer=layer)
chosen = explainers[names.index(name)]
why = stages.why(here, layer, default)
map, image, beside = style.three_columns(3, 3, 2)
with map:
    explain.show(here, chosen, look, why)
with image:
    explain.image_picture(here)
with beside:
    st.header(tr("{method}, stage by stage", method=chosen.title), anchor=False)
    stages.show(here, chosen, look)
second_opinion.show(here, [chosen], look)
per_class.show(here, chosen, look)
st.header(tr("Other CAM methods"), anchor=False)
explain.grid(here, [explainer for explainer in explainers if explainer != chosen], look, "other_cams")
explain.about(names)
