"""What a unit wants: pictures made to excite a class, a channel or a neuron, and real patches that do."""

import streamlit as st

from pages._ui.results import explain, feature_maps
from pages._ui.shell.context import context
from pages._ui.what_a_unit_wants import patches, views

here = context("What a unit wants", "Pictures made to excite a class, a channel or a neuron, and real patches that do.")

main, controls = st.columns([4, 1], gap="large")
with main:
    mode = st.segmented_control(
        "Show", views.modes(here), default=views.ONE, key="wants", bind="query-params", required=True
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = views.kind_control() if mode == views.ONE else ""
        layer = views.layer_control(here) if kind != views.CLASS and mode != views.CLASSES else ""
with controls:
    maps = feature_maps.maps_of(here, here.image, layer) if layer else views.NO_MAPS
    channel = feature_maps.channel_control(maps) if kind in (views.CHANNEL, views.NEURON) else 0
    settings = views.settings_controls(mode)
with main:
    if mode == views.DREAM:
        views.dream(here, layer, settings)
    elif mode == views.CARICATURE:
        views.caricature(here, layer, settings)
    elif mode == views.CLASSES:
        views.classes(here, settings)
    elif mode == views.CHANNELS:
        views.channels(here, layer, maps, settings)
    else:
        wanted, beside = st.columns(2)
        with beside:
            if kind == views.CLASS:
                explain.image_picture(here)
            else:
                feature_maps.enlarged(here, layer, maps, channel, 0.6)
        with wanted:
            views.unit(here, kind, layer, channel, settings)
        if kind != views.CLASS:
            st.subheader(f"Real patches that excite channel {channel} most", anchor=False)
            patches.show(here, layer, channel)
            st.subheader("Other channels, strongest on this image first", anchor=False)
            feature_maps.grid(layer, maps, channel, 24, False)
    views.about()
