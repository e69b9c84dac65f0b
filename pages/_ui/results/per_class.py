"""One method for every class of a network with few classes, side by side."""

from typing import Any

import streamlit as st

import vislib
from pages._ui.results.look import Look
from pages._ui.server import work
from pages._ui.shell.context import Context
from pages._ui.widgets.bars import percent
from pages._ui.widgets.tiles import Group, Tile, data_uri, tiles
from vislib.output import render
from vislib.progress import within

_MOST_CLASSES = 12


def show(context: Context, explainer: Any, look: Look) -> None:
    """The method's map for each class; a click chooses the class. Shows nothing if there are many classes."""
    labels = context.classifier.labels
    if len(labels) > _MOST_CLASSES:
        return

    def compute(progress) -> dict[int, vislib.Heatmap]:
        maps = {}
        for index in range(len(labels)):
            inside = within(progress, index, len(labels))
            maps[index] = explainer.explain(context.classifier, context.image, index, inside)
        return maps

    st.subheader(f"{explainer.title} for every class", anchor=False)
    try:
        maps = work.run(context.key("every class", explainer), f"{explainer.title} for every class", compute)
    except vislib.VislibError:
        return  # the picture above shows the reason
    if maps is None:
        return

    def choose(index: str) -> None:
        st.session_state["class"] = labels[int(index)]

    pictures = [
        Tile(
            str(index),
            data_uri(render.overlay(context.image, heatmap, look.opacity, look.colormap, 240, look.clip), 240),
            f"{labels[index]}: {percent(float(context.probabilities[index]))}",
            f"{explainer.title} for {labels[index]}; click to explain this class",
        )
        for index, heatmap in maps.items()
    ]
    tiles(
        [Group("", "Each explains the logit of its class, on its own scale.", pictures)],
        key=f"every class {explainer.name}",
        layout="large",
        selected=str(context.class_index),
        on_click=choose,
    )
