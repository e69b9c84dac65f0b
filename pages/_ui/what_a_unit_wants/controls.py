"""The widgets of the page: what to maximize, and how."""

import streamlit as st

from pages._ui.shell.context import Context
from pages._ui.shell.tasks import words
from pages._ui.what_a_unit_wants import maximization
from pages._ui.widgets.choice import choose
from vislib.activations.maps import stages
from vislib.language import text, tr
from vislib.tasks import Task

ONE, CHANNELS, CLASSES = text("One unit"), text("Channels of a layer"), text("All classes")
DREAM, CARICATURE = text("DeepDream"), text("Caricature")
UP, DOWN = text("high"), text("low")
CHANNEL, NEURON, CLASS = text("Channel"), text("Neuron"), text("Class")
_LAST = {Task.MULTI_LABEL: text("Label"), Task.REGRESSION: text("Output"), Task.UNKNOWN: text("Output")}
"""In place of CLASS, for networks of other tasks."""
_MOST_CLASSES = 12
_WAYS = {"fourier": text("Fourier coefficients"), "maco": text("Phases alone (MaCo)")}


def modes(context: Context) -> list[str]:
    """The choices for the network."""
    few = len(context.classifier.labels) <= _MOST_CLASSES and context.classifier.task is not Task.EMBEDDING
    return [ONE, CHANNELS, *([CLASSES] if few else []), DREAM, CARICATURE]


def mode_title(mode: str, context: Context) -> str:
    """A mode as people read it: a network of numbers has outputs in place of classes."""
    return tr("All {many}", many=words(context.classifier.task).many) if mode == CLASSES else tr(mode)


def kind_control(context: Context) -> str:
    task = context.classifier.task
    if task is Task.EMBEDDING:
        last = text("Similarity")
        about = text(
            "A channel everywhere, one neuron of it (choose it in the map), or likeness to the other image chosen "
            "above."
        )
    elif task is Task.SEGMENTATION:
        last = CLASS
        about = text(
            "A channel everywhere, one neuron of it (choose it in the map), or the class chosen above, over the whole "
            "output."
        )
    else:
        last = _LAST.get(task, CLASS)
        about = text(
            "A channel everywhere, one neuron of it (choose it in the map), or the {one} chosen above.",
            one=words(task).one,
        )
    return st.selectbox(
        tr("Unit"),
        (CHANNEL, NEURON, CLASS),
        key="unit_kind",
        bind="query-params",
        format_func=lambda kind: tr(last if kind == CLASS else kind),
        width=130,
        help=tr(about),
    )


def direction_control(context: Context) -> str:
    """Whether a number shall become high or low; a class can only be wanted."""
    if context.classifier.task not in (Task.REGRESSION, Task.UNKNOWN):
        return UP
    return choose(
        tr("Direction"),
        (UP, DOWN),
        "wanted_direction",
        width=100,
        help=tr("Make the output as high as possible, or low."),
        format_func=tr,
    )


def layer_control(context: Context) -> str:
    """The layer; by default the last one of the second to last map size, whose units respond to whole patterns."""
    layers = context.classifier.network.map_layers
    of_stages = stages(context.classifier)
    return choose(tr("Layer"), layers, "layer", of_stages[max(0, len(of_stages) - 2)], width=300)


def settings_controls(mode: str) -> maximization.Settings:
    """Widgets for the settings of one mode."""
    if mode == DREAM:
        octaves = st.slider(
            tr("Octaves"),
            1,
            4,
            3,
            key="octaves",
            bind="query-params",
            help=tr("Number of image sizes, from coarse to fine."),
            width=150,
        )
        steps = st.slider(tr("Steps per octave"), 5, 40, 10, 5, key="dream_steps", bind="query-params", width=170)
        return maximization.Settings(steps, _seed(), octaves=octaves)
    steps = st.select_slider(
        tr("Steps"),
        (16, 32, 64, 128, 256, 512),
        maximization.USUAL_STEPS,
        key=f"steps.{mode}",
        bind="query-params",
        width=200,
        help=tr("More steps make a picture stronger and finer; earlier steps are not computed again."),
    )
    way = st.selectbox(
        tr("Picture made of"),
        list(_WAYS),
        key="parametrization",
        bind="query-params",
        format_func=lambda way: tr(_WAYS[way]),
        width=190,
        help=tr(
            "Fourier coefficients; or their phases alone, while the magnitudes stay those of natural images (MaCo). "
            "Then the picture is white where the objective hardly depends on it."
        ),
    )
    n_pictures = 1
    if mode == ONE:
        n_pictures = st.slider(
            tr("Pictures"),
            1,
            4,
            1,
            key="n_pictures",
            bind="query-params",
            width=150,
            help=tr("Several pictures that differ from each other: many units respond to more than one pattern."),
        )
    if mode == CHANNELS:
        n_pictures = st.slider(tr("Channels"), 4, 24, 8, 4, key="n_channels", bind="query-params", width=150)
    return maximization.Settings(int(steps), _seed(), n_pictures, parametrization=way)


def _seed() -> int:
    return int(
        st.number_input(
            tr("Seed"),
            0,
            9999,
            0,
            key="seed",
            bind="query-params",
            help=tr("Another seed gives another picture."),
            width=120,
        )
    )
