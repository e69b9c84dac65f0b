"""Pictures that maximize activations: one unit, many channels, all classes, DeepDream, caricatures."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

import vislib
from pages._ui.results import downloads, explain, icons, picture, snippets
from pages._ui.shell.context import Context
from pages._ui.what_a_unit_wants import classes, maximization
from pages._ui.what_a_unit_wants.controls import CHANNEL, CLASS, NEURON, ONE, UP
from pages._ui.widgets.tiles import Group, Tile, data_uri, tiles
from vislib import activation_maximization as am
from vislib.activations.maps import most_varied_channels
from vislib.graph.relu_rules import is_or_ends_in_relu
from vislib.output import export

NO_MAPS = np.empty((0, 0, 0), np.float32)
_AT_ONCE = 4
_DIVERSITY = 10.0
_COLOURS = ["#0b7285", "#e8590c", "#862e9c", "#5c940d"]


def unit(
    context: Context, kind: str, layer: str, channel: int, direction: str, settings: maximization.Settings
) -> None:
    """One picture of a unit, or several that differ."""
    goal = unit_goal(context, kind, layer, channel, direction)
    if settings.n_pictures > 1:
        where = layer or context.classifier.network.last_map_layer
        goal = maximization.Goal(
            goal.objective + _DIVERSITY * vislib.targets.Diversity(where),
            goal.name,
            f"{goal.code} + {_DIVERSITY} * vislib.targets.Diversity({where!r})",
            (*goal.key, where),
        )
    goals = [goal] * settings.n_pictures
    slot = st.empty()
    draw_icon = None if kind == CLASS else partial(icons.show, context, layer, channel, "Its picture follows.")
    result = maximization.maximize(context, goals, goal.name, settings, slot, draw_icon)
    if result is None:
        return
    reached = ", ".join(f"{score:.2f}" for score in result.scores)
    network = context.classifier.network
    has_relu = bool(layer) and is_or_ends_in_relu(network.graph, network.map_node(layer))
    before = ", before its ReLU," if has_relu else ""
    what = {
        CHANNEL: f"The channel's mean over its map{before}",
        NEURON: f"The neuron{before}",
        CLASS: classes.capital(classes.score_in_words(context, direction)),
    }[kind]
    picture.caption(
        f"What {goal.name} wants",
        f"{what} reaches {reached} after {len(result.values)} steps, from noise. This is one pattern that the unit "
        "responds to, not the only one: try other seeds"
        + (", and compare with the real patches." if kind != CLASS else "."),
    )
    maximization.show_downloads(context, result, goals, settings)
    _objective_chart(result)


def channels(context: Context, layer: str, maps: np.ndarray, settings: maximization.Settings) -> None:
    """Pictures of the channels that vary most over the image; a click opens one."""
    order = [int(channel) for channel in most_varied_channels(maps)[: settings.n_pictures]]
    done, slot = st.empty(), st.empty()
    shown: list[Tile] = []
    made: list[np.ndarray] = []
    for start in range(0, len(order), _AT_ONCE):
        part = order[start : start + _AT_ONCE]
        result = maximization.maximize(
            context,
            [unit_goal(context, CHANNEL, layer, channel) for channel in part],
            f"Channels {', '.join(map(str, part))}",
            settings,
            slot,
        )
        if result is None:
            return
        slot.empty()
        made += list(result.pictures)
        shown += [
            Tile(str(channel), data_uri(export.as_image(one), 160), str(channel), f"What channel {channel} wants")
            for channel, one in zip(part, result.pictures, strict=True)
        ]
        with done.container():
            tiles(
                [Group("", "", shown)],
                key=f"wanted channels {start}",
                layout="large",
                on_click=lambda tile: st.session_state.update(channel=int(tile), wants=ONE, unit_kind=CHANNEL),
            )
        picture_of = f"What the {len(shown)} channels of {layer} want that vary most over {context.image_name}"
    picture.caption(picture_of, "Most varied first. Click one to see it large, with the real patches that excite it.")
    goals = [unit_goal(context, CHANNEL, layer, channel) for channel in order]
    downloads.show(
        f"wanted channels {layer}",
        downloads.file_stem(context.model_name, layer),
        {"png": lambda: export.png_bytes(export.as_image(am.sheet(np.stack(made))))},
        maximization.snippet(context, goals, settings, more=", which this page computes four at a time"),
    )


def dream(context: Context, layer: str, settings: maximization.Settings) -> None:
    """The image, changed so that the layer responds more strongly to the patterns in it."""
    slot = _beside_image(context)
    params = {"octaves": settings.octaves, "steps": settings.steps, "seed": settings.seed}
    result = maximization.run(
        context.key("dream", layer, settings),
        f"Dreaming at {layer}",
        lambda progress: am.deep_dream(context.classifier, context.image, layer, progress, **params),
        slot,
        f"DeepDream of {context.image_name} at {layer}",
    )
    if result is None:
        return
    with slot.container():
        maximization.show_picture(result.picture, f"DeepDream of {context.image_name} at {layer}")
        picture.caption(
            f"What {layer} sees in it",
            "The image, changed step by step so that the layer responds more strongly, with whatever features it "
            f"finds: the mean square of its output went from {result.values[0, 0]:.3g} to "
            f"{result.values[settings.steps - 1, 0]:.3g} at the first size.",
        )
        given = ", ".join(f"{name}={value}" for name, value in params.items())
        maximization.show_files(
            context,
            result,
            f"dream {layer}",
            f"{snippets.preamble(context)}\n{maximization.IMPORT}"
            f"result = am.deep_dream(classifier, image, {layer!r}, {given})\n"
            f"result.picture  # {result.picture.shape} uint8\n",
        )


def caricature(context: Context, layer: str, settings: maximization.Settings) -> None:
    """A picture made from noise to which the layer responds as it does to the image."""
    objective = vislib.targets.likeness(context.classifier, context.image, layer)
    code = f"vislib.targets.likeness(classifier, image, {layer!r})"
    slot = _beside_image(context)
    goals = [maximization.Goal(objective, objective.in_words(), code, ("likeness", layer, context.digest))]
    result = maximization.maximize(context, goals, f"Caricature at {layer}", settings, slot)
    if result is None:
        return
    with slot.container():
        maximization.show_picture(result.picture, f"Caricature of {context.image_name} at {layer}")
        picture.caption(
            f"What {layer} keeps of it",
            "Made from noise so that the layer responds as it does to the image, but more strongly. The layer has lost "
            "the details of the image that are missing here.",
        )
        maximization.show_downloads(context, result, goals, settings, with_image=True)


def about() -> None:
    """How the pictures are computed and what they do not show."""
    with st.expander("How far to trust these pictures"):
        st.markdown(
            "The pictures are made by gradient ascent. A picture is a set of Fourier coefficients with decorrelated "
            "colours. At each step the network sees it with a small random shift, rotation and change of size, so only "
            "patterns that survive these changes grow. The objective is the activation before its ReLU, the class's "
            "logit (in a segmentation its mean over the whole output), or the predicted number.\n\n"
            "*Phases alone (MaCo)*: the magnitudes of the coefficients stay at the power law 1/f of photographs, "
            "so that no picture is made of high frequencies. The objective gets less high. White is where the gradient "
            "was small over all steps. *Fel et al. 2023, arXiv 2306.06805.*\n\n"
            "A picture shows one pattern that excites the unit, not all of them, and not what the unit is for: compare "
            "several seeds, and the real patches. Many units respond to several unrelated patterns.  \n"
            "*Erhan et al. 2009; Simonyan et al. 2013, arXiv 1312.6034; Olah, Mordvintsev & Schubert 2017, "
            "distill.pub/2017/feature-visualization; Mordvintsev, Olah & Tyka 2015 (DeepDream). The effect of each "
            "part: docs/activation_maximization.md.*"
        )


def unit_goal(context: Context, kind: str, layer: str, channel: int, direction: str = UP) -> maximization.Goal:
    """What is maximized for a channel, for the chosen neuron of one, or for the class."""
    if kind == CLASS:
        return classes.goal(context, context.class_index, direction)
    objective: vislib.targets.Target = vislib.targets.Channel(layer, channel)
    if kind == NEURON:
        height, width = context.classifier.network.map_node(layer).output.shape[1:3]
        x, y = st.session_state.get("unit") or (0.5, 0.5)
        objective = vislib.targets.Neuron(layer, channel, int(y * height), int(x * width))
    return maximization.Goal(objective, objective.in_words(), f"vislib.targets.{objective!r}", (repr(objective),))


def _beside_image(context: Context):
    """Draws the image on the left; returns an empty slot on the right."""
    left, right = st.columns(2)
    with left:
        explain.image_picture(context)
    with right:
        return st.empty()


def _objective_chart(result: am.Maximization) -> None:
    steps = pd.DataFrame(result.values, columns=[f"picture {k + 1}" for k in range(result.values.shape[1])])
    colours: Any = _COLOURS[: len(steps.columns)]
    st.line_chart(steps, height=190, x_label="step", y_label="objective", color=colours)
