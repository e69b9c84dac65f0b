"""Choosing a layer, with buttons to step through the network and a switch to play through it."""

import time
from collections.abc import Sequence

import streamlit as st

from pages._ui.widgets.choice import choose, forget_unless
from vislib.language import tr

_SECONDS_A_LAYER = 0.9


def layer_control(layers: Sequence[str], default: str) -> str:
    """The layer, with buttons for the previous and the next one and a switch that plays through all of them.

    For a row of settings.

    Args:
        layers: Names of the layers, from input to output.
        default: The layer shown first.
    """
    forget_unless(layers, "layer")
    playing = st.session_state.get("play_on", False)
    if playing and st.session_state.pop("play_tick", False):
        _move(layers, 1)
    layer = choose(tr("Layer"), layers, "layer", default, on_change=_forget_channel, width=240)
    place = layers.index(layer)
    st.button(
        tr("Previous"),
        icon=":material/chevron_left:",
        disabled=place == 0,
        on_click=_move,
        args=(layers, -1),
        key="layer_before",
    )
    st.button(
        tr("Next"),
        icon=":material/chevron_right:",
        icon_position="right",
        disabled=place == len(layers) - 1,
        on_click=_move,
        args=(layers, 1),
        key="layer_after",
    )
    st.toggle(
        tr("Play"),
        key="play_on",
        help=tr("Goes through the network, layer by layer."),
    )
    return layer


def play() -> None:
    """If the switch is on, waits a moment and shows the next layer; called at the end of the page."""
    if st.session_state.get("play_on"):
        time.sleep(_SECONDS_A_LAYER)
        st.session_state["play_tick"] = True
        st.rerun()


def _move(layers: Sequence[str], step: int) -> None:
    place = layers.index(st.session_state["layer"]) + step
    st.session_state["layer"] = layers[place % len(layers)]
    _forget_channel()


def _forget_channel() -> None:
    st.session_state.pop("channel", None)
