"""The channels of the layer before that a channel is made of, at its strongest place."""

import numpy as np
import streamlit as st

import vislib
from pages._ui.results import feature_maps, icons, picture
from pages._ui.results.icons import Shown
from pages._ui.results.look import short_number
from pages._ui.server import work
from pages._ui.shell import address
from pages._ui.shell.context import Context
from pages._ui.widgets.text import plain

_SHOWN = 8


def show(context: Context, layer: str, maps: np.ndarray, channel: int) -> None:
    """Icons of the channels that contribute most, each a link to its card."""
    source = vislib.layer_before(context.classifier, layer, channel)
    if source is None:
        picture.caption(
            "It reads the image itself",
            f"No layer that mixes channels lies between the image and {layer}; its kernel is on the page Filters.",
        )
        if st.button("Open Filters", icon=":material/arrow_forward:"):
            address.open_page("pages/filters.py")
        return
    values = maps[..., channel]
    row, column = (int(one) for one in np.unravel_index(values.argmax(), values.shape))
    unit_layer = vislib.before_activation(context.classifier, layer)
    target = vislib.targets.Neuron(unit_layer, channel, row, column)
    try:
        found = work.run(
            context.key("contributions", source, target),
            f"What {source} contributes",
            lambda progress: vislib.contributions(context.classifier, context.image, target, source),
            kind="contributions",
        )
    except vislib.VislibError as error:
        st.info(plain(str(error)))
        return
    if found is None:
        return
    if not found.any():
        picture.caption(
            "Nothing feeds it here",
            f"The channel is silent on {context.image_name}, and its activation function is part of {layer}, so no "
            "contribution reaches it. Choose an image that excites it.",
        )
        return
    order = [int(one) for one in np.argsort(-np.abs(found), kind="stable")[:_SHOWN] if found[one]]
    icons.row(
        context,
        source,
        [
            Shown(
                one, f"{one}: {_signed(float(found[one]))}", f"Channel {one} of {source}: {_signed(float(found[one]))}"
            )
            for one in order
        ],
        key="feeders",
        name=f"Channels of {source} that feed it",
        on_card=True,
    )
    value = float(feature_maps.maps_of(context, context.image, unit_layer)[row, column, channel])
    before = f", {short_number(value)} before its activation function" if unit_layer != layer else ""
    picture.caption(
        f"Channels of {source}",
        f"What each adds to the unit at row {row}, column {column}, the strongest place of {context.image_name} "
        f"({short_number(float(values[row, column]))}{before}), by activation × gradient: + raises it, − lowers it. "
        f"All {len(found):,} together: {short_number(float(found.sum()))}; the rest is biases and what is not linear. "
        "Click one to see its card.",
    )


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{short_number(value)}"
