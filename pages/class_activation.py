"""Class activation: a layer's feature maps, weighted by their effect on the class."""

import streamlit as st

import vislib
from pages._ui.class_activation import stages
from pages._ui.results import explain, per_class
from pages._ui.results.look import look_controls
from pages._ui.shell.context import context
from pages._ui.widgets.choice import choose

here = context("Class activation", "Where a layer holds evidence for the class, the segment or the number.")
layers, default = here.classifier.network.map_layers, here.classifier.network.last_map_layer
names = explain.of_family(here, "class activation")

main, controls = st.columns([4, 1], gap="large")
with main, st.container(horizontal=True):
    name = st.selectbox(
        "Method",
        names,
        names.index("grad-cam"),
        key="cam",
        bind="query-params",
        width=260,
        format_func=lambda name: vislib.methods()[name].title,
    )
    layer = choose("Layer", layers, "cam_layer", default, width=340)
with controls:
    look = look_controls(signed=False)
    explainers = explain.settings(here, names, name, layer=layer)
chosen = explainers[names.index(name)]
why = stages.why(here, layer, default)
with main:
    image, map = st.columns(2)
    with image:
        explain.image_picture(here)
    with map:
        explain.show(here, chosen, look, why)
    st.subheader(f"{chosen.title}, stage by stage", anchor=False)
    stages.show(here, chosen, look)
    per_class.show(here, chosen, look)
    st.subheader("The other ways to weight the maps", anchor=False)
    explain.grid(here, [explainer for explainer in explainers if explainer != chosen], look)
    explain.about(names)
