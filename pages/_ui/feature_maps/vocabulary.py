"""What a layer sees at one place: its strongest channels there, as icons."""

import numpy as np
import streamlit as st

from pages._ui.results import feature_maps, icons, picture
from pages._ui.results.icons import Shown
from pages._ui.shell.context import Context
from vislib.activations.strongest import strongest_of
from vislib.language import short_number, tr

N = 8
"""How many channels are shown."""


def show(context: Context, layer: str, maps: np.ndarray, channel: int) -> None:
    """The strongest channels at the chosen place; each opens its card."""
    st.header(tr("Strongest channels at this place"), anchor=False)
    row, column = feature_maps.unit_at(context, layer, maps, channel)
    found = [one for one in strongest_of(maps[row, column], N) if one.value > 0]
    if found:
        shown = [
            Shown(
                one.channel,
                f"{one.channel}: {short_number(one.value)}",
                tr("Channel {channel}: {value:.3g}", channel=one.channel, value=one.value),
            )
            for one in found
        ]
        icons.row(
            context,
            layer,
            shown,
            "vocabulary",
            tr("Strongest channels at row {row}, column {column}", row=row, column=column),
        )
        about = tr(
            "The {n} strongest of {total} channels at row {row}, column {column}, each as the real patch that excites "
            "it most, with its activation. Click an icon to see its card.",
            n=len(found),
            total=maps.shape[2],
            row=row,
            column=column,
        )
    else:
        about = tr("No channel is active at row {row}, column {column}.", row=row, column=column)
    picture.caption(tr("What the layer sees there"), about)
