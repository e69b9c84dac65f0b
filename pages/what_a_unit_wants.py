"""What a unit wants: pictures made to excite a class, a channel or a neuron, and real patches that do."""

import streamlit as st

from pages._ui.results import explain, feature_maps, icons
from pages._ui.shell import style
from pages._ui.shell.context import context
from pages._ui.what_a_unit_wants import classes, controls, patches, second_opinion, views
from vislib.language import tr
from vislib.output.render import OPACITY

here = context(
    tr("What a unit wants"),
    tr(
        "Activation maximization (feature visualization): pictures made to excite a class, a channel or a neuron, and "
        "real patches that do."
    ),
    pictures_only=True,
)

with style.settings_row():
    mode = st.segmented_control(
        tr("Show"),
        controls.modes(here),
        default=controls.ONE,
        key="wants",
        bind="query-params",
        required=True,
        format_func=lambda mode: controls.mode_title(mode, here),
    )
with style.settings_row("_unit"):
    kind = controls.kind_control(here) if mode == controls.ONE else ""
    direction = controls.direction_control(here) if kind == controls.CLASS else controls.UP
    layer = controls.layer_control(here) if kind != controls.CLASS and mode != controls.CLASSES else ""
    maps = feature_maps.maps_of(here, here.image, layer) if layer else views.NO_MAPS
    channel = 0
    if kind in (controls.CHANNEL, controls.NEURON):
        channel = feature_maps.channel_control(*feature_maps.of_first_sample(here, layer))
    settings = controls.settings_controls(mode)
if mode == controls.DREAM:
    views.dream(here, layer, settings)
elif mode == controls.CARICATURE:
    views.caricature(here, layer, settings)
elif mode == controls.CLASSES:
    classes.classes(here, settings)
elif mode == controls.CHANNELS:
    views.channels(here, layer, maps, settings)
else:
    wanted, beside = st.columns(2)
    with beside:
        if kind == controls.CLASS:
            explain.image_picture(here)
        else:
            feature_maps.enlarged(here, layer, maps, channel, OPACITY)
    with wanted:
        views.unit(here, kind, layer, channel, direction, settings)
    second_opinion.show(here, views.unit_goal(here, kind, layer, channel, direction))
    if kind != controls.CLASS:
        st.header(tr("Real patches that excite channel {channel} most", channel=channel), anchor=False)
        patches.show(here, layer, channel)
        st.header(tr("Other channels, most varied on this image first"), anchor=False)
        feature_maps.grid(layer, maps, channel, 24, False)
        icons.card_button(layer, channel)
views.about()
