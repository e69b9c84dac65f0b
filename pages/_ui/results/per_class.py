"""One method for every class or output of a network with few of them, side by side."""

from typing import Any

import numpy as np
import streamlit as st

import vislib
from pages._ui.results.look import Look
from pages._ui.server import work
from pages._ui.shell.answers import value_text
from pages._ui.shell.context import Context
from pages._ui.shell.tasks import words
from pages._ui.widgets.tiles import Group, Tile, data_uri, tiles
from vislib.language import tr
from vislib.output import render
from vislib.progress import Progress, within
from vislib.tasks import Task

_MOST_CLASSES = 12


def show(context: Context, explainer: Any, look: Look) -> None:
    """The method's map for each class; a click chooses the class. Shows nothing if there are many classes, or one."""
    classifier, labels = context.classifier, context.classifier.labels
    if classifier.task is Task.EMBEDDING:
        st.caption(tr("The numbers of an embedding mean nothing alone, so there is no map for each of them."))
        return
    shown = _shown(context)
    if not 1 < len(shown) <= _MOST_CLASSES:
        return

    def compute(progress: Progress) -> dict[int, vislib.Heatmap]:
        maps = {}
        for done, index in enumerate(shown):
            maps[index] = explainer.explain(
                classifier, context.image, index, within(progress, done, len(shown)), keep_image=False
            )
        return maps

    title = tr("{method} for every {target}", method=explainer.title, target=words(classifier.task).one)
    st.header(title, anchor=False)
    try:
        maps = work.run(context.key("every class", explainer), title, compute)
    except vislib.VislibError:
        return  # the picture above shows the reason
    if maps is None:
        return

    look = look.suited(explainer.signed)

    def choose(index: str) -> None:
        st.session_state["class"] = labels[int(index)]

    one = words(classifier.task).one
    pictures = [
        Tile(
            str(index),
            data_uri(
                render.overlay(context.shown, heatmap, look.opacity, look.colormap, 240, look.clip, blend=look.blend),
                240,
            ),
            f"{labels[index]}: {value_text(classifier, float(context.values[index]))}",
            tr(
                "{method} for {label}; click to explain this {target}",
                method=explainer.title,
                label=labels[index],
                target=one,
            ),
        )
        for index, heatmap in maps.items()
    ]
    tiles(
        [Group("", _note(context, list(maps.values())), pictures)],
        key=f"every class {explainer.name}",
        layout="large",
        selected=str(context.class_index),
        on_click=choose,
    )


def _shown(context: Context) -> list[int]:
    """The classes that have a map: all, or in a segmentation those that occur, those with most pixels first."""
    if context.classifier.task is not Task.SEGMENTATION:
        return list(range(len(context.classifier.labels)))
    return [int(index) for index in np.argsort(-context.values, kind="stable") if context.values[index] > 0]


def _note(context: Context, maps: list[vislib.Heatmap]) -> str:
    """Which score is explained: "Each explains the logit of its class"."""
    one = words(context.classifier.task).one
    score = getattr(maps[0].target, "score_name", "") if context.classifier.task.has_classes else ""
    if score:
        return tr("Each explains the {score} of its {target}, on its own scale.", score=score, target=one)
    return tr("Each explains its {target}, on its own scale.", target=one)
