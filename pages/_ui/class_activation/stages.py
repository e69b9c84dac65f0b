"""One class activation method at one layer of every stage, as tiles that choose the layer."""

import dataclasses
from typing import Any

import streamlit as st

import vislib
from pages._ui.results.look import Look
from pages._ui.server import work
from pages._ui.shell.context import Context
from pages._ui.widgets.tiles import Group, Tile, data_uri, tiles
from vislib.activations.maps import stages
from vislib.language import Text, text, tr
from vislib.network.together import layers_together
from vislib.output import render
from vislib.progress import Progress, within


def show(context: Context, explainer: Any, look: Look) -> None:
    """The method's map at each stage; a click chooses that layer."""
    network = context.classifier.network
    steps = list(dict.fromkeys((*stages(context.classifier), network.last_map_layer)))
    each = [dataclasses.replace(explainer, layer=step) for step in steps]

    def compute(progress: Progress) -> dict[str, vislib.Heatmap]:
        maps = {}
        with layers_together(steps):
            for done, (step, one) in enumerate(zip(steps, each, strict=True)):
                inside = within(progress, done, len(steps))
                maps[step] = one.explain(context.classifier, context.image, context.target, inside, keep_image=False)
        return maps

    try:
        maps = work.run(context.key("stages", each[0], context.target_key), tr("Stage by stage"), compute)
    except vislib.VislibError:
        return  # the picture above shows the reason
    if maps is None:
        return
    pictures = {
        step: data_uri(
            render.overlay(
                context.shown, heatmap, look.opacity, look.suited(heatmap.signed).colormap, 240, blend=look.blend
            ),
            240,
        )
        for step, heatmap in maps.items()
    }

    def choose(step: str) -> None:
        st.session_state["cam_layer"] = step

    tiles(
        [Group("", "", [Tile(step, pictures[step], step, _alt(explainer.title, step)) for step in maps])],
        key="cam_steps",
        layout="large",
        selected=explainer.layer,
        on_click=choose,
    )


def _alt(method: str, layer: str) -> str:
    return tr("{method} at {layer}; click to choose this layer", method=method, layer=layer)


def why(context: Context, layer: str, default: str) -> Text:
    """A sentence on the layer: why it is the usual one, or which one is."""
    if len(context.classifier.network.output_shape) == 3:
        if layer == default:
            return text(
                "{layer} is the last layer where the maps are smallest, at the end of the encoder.", layer=default
            )
        return text("Not the usual layer: that is {layer}, the last one at the end of the encoder.", layer=default)
    if layer == default:
        return text(
            "{layer} is the last layer before pooling: its maps still show positions, and only pooling and the head "
            "follow.",
            layer=default,
        )
    return text("Not the usual layer: that is {layer}, the last one before pooling.", layer=default)
