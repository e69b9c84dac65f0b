"""Pictures that maximize activations: one unit, many channels, all classes, DeepDream, caricatures."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

import vislib
from pages._ui.results import charts, downloads, explain, feature_maps, icons, picture, snippets
from pages._ui.shell.context import Context
from pages._ui.what_a_unit_wants import classes, maximization
from pages._ui.what_a_unit_wants.controls import CHANNEL, CLASS, NEURON, ONE, UP
from pages._ui.widgets.tiles import Group, Tile, data_uri, tiles
from vislib import activation_maximization as am
from vislib.activations.maps import most_varied_channels
from vislib.graph.relu_rules import is_or_ends_in_relu
from vislib.language import Text, listing, text, tr, written
from vislib.output import export

NO_MAPS = np.empty((0, 0, 0), np.float32)
_AT_ONCE = 4
_DIVERSITY = 10.0
_ABOUT = text(
    "The pictures are made by gradient ascent. A picture is a set of Fourier coefficients with decorrelated "
    "colours. At each step the network sees it with a small random shift, rotation and change of size, so only "
    "patterns that survive these changes grow. The objective is the activation (of a ReLU, the value before it), the "
    "class's logit (in a segmentation its mean over the whole output), or the predicted number.\n\n"
    "*Phases alone (MaCo)*: the magnitudes of the coefficients stay at the power law 1/f of photographs, "
    "so that no picture is made of high frequencies. The objective gets less high. White is where the gradient "
    "was small over all steps. *Fel et al. 2023, arXiv 2306.06805.*\n\n"
    "A picture shows one pattern that excites the unit, not all of them, and not what the unit is for: compare "
    "several seeds, and the real patches. Many units respond to several unrelated patterns.  \n"
    "*Erhan et al. 2009; Simonyan et al. 2013, arXiv 1312.6034; Olah, Mordvintsev & Schubert 2017, "
    "distill.pub/2017/feature-visualization; Mordvintsev, Olah & Tyka 2015 (DeepDream). The effect of each "
    "part: docs/activation_maximization.md.*"
)


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
    draw_icon = None if kind == CLASS else partial(icons.show, context, layer, channel, tr("Its picture follows."))
    result = maximization.maximize(context, goals, goal.name, settings, slot, draw_icon)
    if result is None:
        return
    reached = {
        "what": classes.score_in_words(context, direction) if kind == CLASS else _objective(context, kind, layer),
        "reached": listing([written(score, ".2f") for score in result.scores], "plain"),
        "n": len(result.values),
    }
    picture.caption(
        tr("What {unit} wants", unit=goal.name),
        tr(
            "{what} reaches {reached} after {n} steps, from noise. This is one pattern that the unit responds to, not "
            "the only one: try other seeds.",
            **reached,
        )
        if kind == CLASS
        else tr(
            "{what} reaches {reached} after {n} steps, from noise. This is one pattern that the unit responds to, not "
            "the only one: try other seeds, and compare with the real patches.",
            **reached,
        ),
    )
    maximization.show_downloads(context, result, goals, settings)
    _objective_chart(result)


def _objective(context: Context, kind: str, layer: str) -> Text:
    """What is maximized for a channel or a neuron, at the start of a sentence."""
    network = context.classifier.network
    has_relu = bool(layer) and is_or_ends_in_relu(network.graph, network.map_node(layer))
    if kind == CHANNEL:
        if has_relu:
            return text("The channel's mean over its map, before its ReLU,")
        return text("The channel's mean over its map")
    return text("The neuron, before its ReLU,") if has_relu else text("The neuron")


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
            text("Channels {numbers}", numbers=listing(part, "plain")),
            settings,
            slot,
        )
        if result is None:
            return
        slot.empty()
        made += list(result.pictures)
        shown += [
            Tile(
                str(channel),
                data_uri(export.as_image(one), 160),
                str(channel),
                tr("What channel {channel} wants", channel=channel),
            )
            for channel, one in zip(part, result.pictures, strict=True)
        ]
        with done.container():
            tiles(
                [Group("", "", shown)],
                key=f"wanted channels {start}",
                layout="large",
                on_click=lambda tile: st.session_state.update(channel=int(tile), wants=ONE, unit_kind=CHANNEL),
            )
    picture.caption(
        tr(
            "What the {n} channels of {layer} want that vary most over {image}",
            n=len(shown),
            layer=layer,
            image=context.image_name,
        ),
        tr("Most varied first. Click one to see it large, with the real patches that excite it."),
    )
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
    alt = text("DeepDream of {image} at {layer}", image=context.image_name, layer=layer)
    result = maximization.run(
        context.key("dream", layer, settings),
        text("Dreaming at {layer}", layer=layer),
        lambda progress: am.deep_dream(context.classifier, context.image, layer, progress, **params),
        slot,
        alt,
    )
    if result is None:
        return
    with slot.container():
        maximization.show_picture(result.picture, alt)
        picture.caption(
            tr("What {layer} sees in it", layer=layer),
            tr(
                "The image, changed step by step so that the layer responds more strongly, with whatever features it "
                "finds: the mean square of its output went from {first:.3g} to {last:.3g} at the first size.",
                first=result.values[0, 0],
                last=result.values[settings.steps - 1, 0],
            ),
        )
        given = ", ".join(f"{name}={value}" for name, value in params.items())
        maximization.show_files(
            context,
            result,
            f"dream {layer}",
            f"{snippets.preamble(context, maximization.IMPORT)}\n"
            f"result = am.deep_dream(classifier, image, {layer!r}, {given})\n"
            f"result.picture  # {result.picture.shape} uint8\n{maximization.SAVE}",
        )


def caricature(context: Context, layer: str, settings: maximization.Settings) -> None:
    """A picture made from noise to which the layer responds as it does to the image."""
    objective = vislib.targets.likeness(context.classifier, context.image, layer)
    code = f"vislib.targets.likeness(classifier, image, {layer!r})"
    slot = _beside_image(context)
    goals = [maximization.Goal(objective, objective.in_words(), code, ("likeness", layer, context.digest))]
    result = maximization.maximize(context, goals, text("Caricature at {layer}", layer=layer), settings, slot)
    if result is None:
        return
    with slot.container():
        maximization.show_picture(
            result.picture, text("Caricature of {image} at {layer}", image=context.image_name, layer=layer)
        )
        picture.caption(
            tr("What {layer} keeps of it", layer=layer),
            tr(
                "Made from noise so that the layer responds as it does to the image, but more strongly. The layer has "
                "lost the details of the image that are missing here."
            ),
        )
        maximization.show_downloads(context, result, goals, settings, with_image=True)


def about() -> None:
    """How the pictures are computed and what they do not show."""
    with st.expander(tr("How far to trust these pictures")):
        st.markdown(tr(_ABOUT))


def unit_goal(context: Context, kind: str, layer: str, channel: int, direction: str = UP) -> maximization.Goal:
    """What is maximized for a channel, for the neuron of it that the map beside frames, or for the class."""
    if kind == CLASS:
        return classes.goal(context, context.class_index, direction)
    objective: vislib.targets.Target = vislib.targets.Channel(layer, channel)
    if kind == NEURON:
        maps = feature_maps.maps_of(context, context.image, layer)
        objective = vislib.targets.Neuron(layer, channel, *feature_maps.unit_at(context, layer, maps, channel))
    return maximization.Goal(objective, objective.in_words(), f"vislib.targets.{objective!r}", (repr(objective),))


def _beside_image(context: Context):
    """Draws the image on the left; returns an empty slot on the right."""
    left, right = st.columns(2)
    with left:
        explain.image_picture(context)
    with right:
        return st.empty()


def _objective_chart(result: am.Maximization) -> None:
    steps = pd.DataFrame(result.values, columns=[tr("picture {n}", n=k + 1) for k in range(result.values.shape[1])])
    charts.line_chart(steps, tr("step"), tr("objective"), 190)
