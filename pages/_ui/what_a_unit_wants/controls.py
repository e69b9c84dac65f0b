"""The widgets of the page: what to maximize, and how."""

import streamlit as st

from pages._ui.shell.context import Context
from pages._ui.shell.tasks import words
from pages._ui.what_a_unit_wants import maximization
from pages._ui.widgets.choice import choose
from vislib.activations.maps import stages
from vislib.tasks import Task

ONE, CHANNELS, CLASSES, DREAM, CARICATURE = "One unit", "Channels of a layer", "All classes", "DeepDream", "Caricature"
UP, DOWN = "high", "low"
CHANNEL, NEURON, CLASS = "Channel", "Neuron", "Class"
_MOST_CLASSES = 12
_WAYS = {"fourier": "Fourier coefficients", "maco": "Phases alone (MaCo)"}


def modes(context: Context) -> list[str]:
    """The choices for the network."""
    few = len(context.classifier.labels) <= _MOST_CLASSES and context.classifier.task is not Task.EMBEDDING
    return [ONE, CHANNELS, *([CLASSES] if few else []), DREAM, CARICATURE]


def mode_title(mode: str, context: Context) -> str:
    """A mode as people read it: a network of numbers has outputs in place of classes."""
    return f"All {words(context.classifier.task).many}" if mode == CLASSES else mode


def kind_control(context: Context) -> str:
    task = context.classifier.task
    if task is Task.EMBEDDING:
        last, about = "Similarity", "likeness to the other image chosen above"
    elif task is Task.SEGMENTATION:
        last, about = CLASS, "the class chosen above, over the whole output"
    else:
        last, about = words(task).one.capitalize(), f"the {words(task).one} chosen above"
    return st.selectbox(
        "Unit",
        (CHANNEL, NEURON, CLASS),
        key="unit_kind",
        bind="query-params",
        format_func=lambda kind: last if kind == CLASS else kind,
        width=130,
        help=f"A channel everywhere, one neuron of it (choose it in the map), or {about}.",
    )


def direction_control(context: Context) -> str:
    """Whether a number shall become high or low; a class can only be wanted."""
    if context.classifier.task not in (Task.REGRESSION, Task.UNKNOWN):
        return UP
    return choose(
        "Direction", (UP, DOWN), "wanted_direction", width=100, help="Make the output as high as possible, or low."
    )


def layer_control(context: Context) -> str:
    """The layer; by default the last one of the second to last map size, whose units respond to whole patterns."""
    layers = context.classifier.network.map_layers
    of_stages = stages(context.classifier)
    return choose("Layer", layers, "layer", of_stages[max(0, len(of_stages) - 2)], width=300)


def settings_controls(mode: str) -> maximization.Settings:
    """Widgets for the settings of one mode."""
    if mode == DREAM:
        octaves = st.slider(
            "Octaves",
            1,
            4,
            3,
            key="octaves",
            bind="query-params",
            help="Number of image sizes, from coarse to fine.",
            width=150,
        )
        steps = st.slider("Steps per octave", 5, 40, 10, 5, key="dream_steps", bind="query-params", width=170)
        return maximization.Settings(steps, _seed(), octaves=octaves)
    steps = st.select_slider(
        "Steps",
        (16, 32, 64, 128, 256, 512),
        maximization.USUAL_STEPS,
        key=f"steps.{mode}",
        bind="query-params",
        width=200,
        help="More steps make a picture stronger and finer; earlier steps are not computed again.",
    )
    way = st.selectbox(
        "Picture made of",
        list(_WAYS),
        key="parametrization",
        bind="query-params",
        format_func=_WAYS.__getitem__,
        width=190,
        help="Fourier coefficients; or their phases alone, while the magnitudes stay those of natural images (MaCo). "
        "Then the picture is white where the objective hardly depends on it.",
    )
    n_pictures = 1
    if mode == ONE:
        n_pictures = st.slider(
            "Pictures",
            1,
            4,
            1,
            key="n_pictures",
            bind="query-params",
            width=150,
            help="Several pictures that differ from each other: many units respond to more than one pattern.",
        )
    if mode == CHANNELS:
        n_pictures = st.slider("Channels", 4, 24, 8, 4, key="n_channels", bind="query-params", width=150)
    return maximization.Settings(int(steps), _seed(), n_pictures, parametrization=way)


def _seed() -> int:
    return int(
        st.number_input(
            "Seed", 0, 9999, 0, key="seed", bind="query-params", help="Another seed gives another picture.", width=120
        )
    )
