"""The channels of the layer before that a channel is made of, at the framed place."""

from typing import Any

import numpy as np
import streamlit as st

import vislib
from pages._ui.results import feature_maps, icons, picture
from pages._ui.results.icons import Shown
from pages._ui.server import work
from pages._ui.shell import address
from pages._ui.shell.context import Context
from pages._ui.widgets.text import plain
from vislib.language import short_number, signed_number, text, tr

_SHOWN = 8


def show(context: Context, layer: str, maps: np.ndarray, channel: int) -> None:
    """Icons of the channels that contribute most, each a link to its card."""
    source = vislib.layer_before(context.classifier, layer, channel)
    if source is None:
        _no_layer(layer)
        return
    values = maps[..., channel]
    row, column = feature_maps.unit_at(context, layer, maps, channel)  # the framed one
    unit_layer = vislib.before_activation(context.classifier, layer)
    target = vislib.targets.Neuron(unit_layer, channel, row, column)
    try:
        found = work.run(
            context.key("contributions", source, target),
            text("What {layer} contributes", layer=source),
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
            tr("Nothing feeds it here"),
            tr(
                "The channel is silent on {image}, and its activation function is part of {layer}, so no contribution "
                "reaches it. Choose an image that excites it.",
                image=context.image_name,
                layer=layer,
            ),
        )
        return
    _icons(context, source, found)
    before = None
    if unit_layer != layer:
        before = float(feature_maps.maps_of(context, context.image, unit_layer)[row, column, channel])
    _caption(context, source, found, (row, column), float(values[row, column]), before)


def _caption(
    context: Context, source: str, found: np.ndarray, place: tuple[int, int], value: float, before: float | None
) -> None:
    """What the icons mean, for the unit of a value at a place; `before` is its value before its activation function,
    where that is another layer."""
    said: dict[str, Any] = {
        "row": place[0],
        "column": place[1],
        "image": context.image_name,
        "value": short_number(value),
        "n": len(found),
        "sum": short_number(float(found.sum())),
    }
    picture.caption(
        tr("Channels of {layer}", layer=source),
        tr(
            "What each adds to the unit at row {row}, column {column}, the framed place of {image} ({value}), by "
            "activation × gradient: + raises it, − lowers it. All {n:,} together: {sum}; the rest is biases and what "
            "is not linear. Click one to see its card.",
            **said,
        )
        if before is None
        else tr(
            "What each adds to the unit at row {row}, column {column}, the framed place of {image} ({value}, "
            "{before} before its activation function), by activation × gradient: + raises it, − lowers it. All {n:,} "
            "together: {sum}; the rest is biases and what is not linear. Click one to see its card.",
            before=short_number(before),
            **said,
        ),
    )


def _no_layer(layer: str) -> None:
    """What stands there for a channel of the first layer."""
    picture.caption(
        tr("It reads the image itself"),
        tr(
            "No layer that mixes channels lies between the image and {layer}; its kernel is on the page Filters.",
            layer=layer,
        ),
    )
    if st.button(tr("Open Filters"), icon=":material/arrow_forward:"):
        address.open_page("pages/filters.py")


def _icons(context: Context, source: str, found: np.ndarray) -> None:
    """The channels of `source` that contribute most, with what they add."""
    order = [int(one) for one in np.argsort(-np.abs(found), kind="stable")[:_SHOWN] if found[one]]
    icons.row(
        context,
        source,
        [
            Shown(
                one,
                f"{one}: {signed_number(float(found[one]))}",
                tr(
                    "Channel {channel} of {layer}: {value}",
                    channel=one,
                    layer=source,
                    value=signed_number(float(found[one])),
                ),
            )
            for one in order
        ],
        key="feeders",
        name=tr("Channels of {layer} that feed it", layer=source),
        on_card=True,
    )
