"""Class activation: a layer's feature maps, weighted by what they do for the class."""

import streamlit as st

from pages._ui import explain, picture, work
from pages._ui.context import context
from pages._ui.tiles import Group, Tile, data_uri, tiles
from vislib import render
from vislib.activations import stages
from vislib.attribution.grad_cam import GradCam

here = context("Class activation", "Where a layer holds evidence for the class.")
layers, default = here.classifier.network.map_layers, here.classifier.network.last_map_layer
if st.session_state.get("cam_layer") not in layers:
    st.session_state.pop("cam_layer", None)

shown, controls = st.columns([4, 1], gap="large")
with shown:
    layer = st.selectbox("Layer", layers, index=layers.index(default), key="cam_layer", bind="query-params", width=340)
with controls:
    look = picture.look_controls(signed=False)
why = (
    f"{default} is the last layer before pooling: its maps still know where, and only pooling and the classifier follow."
    if layer == default
    else f"Not the usual layer: that is {default}, the last one before pooling."
)
with shown:
    image, map = st.columns(2)
    with image:
        explain.image_picture(here)
    with map:
        explain.show(here, GradCam(layer=layer), look, why)

    st.subheader("The same, stage by stage", anchor=False)
    steps = dict.fromkeys((*stages(here.classifier), default))

    def cam(step: str):
        explainer = GradCam(layer=step)
        key = here.key(explainer, here.class_index)
        return work.stored(key, lambda: explainer.explain(here.classifier, here.image, here.class_index))

    def choose(step: str) -> None:
        st.session_state["cam_layer"] = step

    pictures = {
        step: data_uri(render.overlay(here.image, cam(step), look.opacity, look.colormap, size=240), 240)
        for step in steps
    }
    alt = "Grad-CAM at {0}; click to choose this layer"
    tiles(
        [Group("", "", [Tile(step, pictures[step], step, alt.format(step)) for step in steps])],
        key="cam_steps",
        layout="large",
        selected=layer,
        on_click=choose,
    )
    explain.about(["grad-cam"])
