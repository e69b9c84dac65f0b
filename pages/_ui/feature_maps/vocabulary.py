"""What a layer sees at one place: its strongest channels there, as icons."""

import numpy as np
import streamlit as st

from pages._ui.results import feature_maps, icons, picture
from pages._ui.results.icons import Shown
from pages._ui.results.look import short_number
from pages._ui.shell.context import Context
from vislib.activations.strongest import strongest_of

N = 8
"""How many channels are shown."""


def show(context: Context, layer: str, maps: np.ndarray, channel: int) -> None:
    """The strongest channels at the chosen place; each opens its card."""
    st.header("Strongest channels at this place", anchor=False)
    row, column = feature_maps.unit_at(context, layer, maps, channel)
    found = [one for one in strongest_of(maps[row, column], N) if one.value > 0]
    if found:
        shown = [
            Shown(one.channel, f"{one.channel}: {short_number(one.value)}", f"Channel {one.channel}: {one.value:.3g}")
            for one in found
        ]
        icons.row(context, layer, shown, "vocabulary", f"Strongest channels at row {row}, column {column}")
        text = (
            f"The {len(found)} strongest of {maps.shape[2]} channels at row {row}, column {column}, each as the real "
            "patch that excites it most, with its activation. Click an icon to see its card."
        )
    else:
        text = f"No channel is active at row {row}, column {column}."
    picture.caption("What the layer sees there", text)
