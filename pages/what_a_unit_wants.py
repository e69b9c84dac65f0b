"""What a unit wants: pictures made to excite a class, a channel or a neuron, and real patches that do."""

import streamlit as st

from pages._ui import explain, map_tiles, patches, wanting
from pages._ui.context import context

here = context("What a unit wants", "Pictures made to excite a class, a channel or a neuron, and real patches that do.")

shown, controls = st.columns([4, 1], gap="large")
with shown:
    way = st.segmented_control(
        "Show", wanting.ways(here), default=wanting.ONE, key="wants", bind="query-params", required=True
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = wanting.kind_control() if way == wanting.ONE else ""
        layer = wanting.layer_control(here) if kind != wanting.CLASS and way != wanting.CLASSES else ""
with controls:
    maps = map_tiles.maps_of(here, here.image, layer) if layer else wanting.NO_MAPS
    channel = map_tiles.channel_control(maps) if kind in (wanting.CHANNEL, wanting.NEURON) else 0
    settings = wanting.settings(way)
with shown:
    if way == wanting.DREAM:
        wanting.dream(here, layer, settings)
    elif way == wanting.CARICATURE:
        wanting.caricature(here, layer, settings)
    elif way == wanting.CLASSES:
        wanting.classes(here, settings)
    elif way == wanting.CHANNELS:
        wanting.channels(here, layer, maps, settings)
    else:
        wanted, beside = st.columns(2)
        with beside:
            if kind == wanting.CLASS:
                explain.image_picture(here)
            else:
                map_tiles.enlarged(here, layer, maps, channel, 0.6)
        with wanted:
            wanting.unit(here, kind, layer, channel, settings)
        if kind != wanting.CLASS:
            st.subheader(f"Real patches that excite channel {channel} most", anchor=False)
            patches.show(here, layer, channel)
            st.subheader("Other channels, strongest on this image first", anchor=False)
            map_tiles.grid(layer, maps, channel, 24, False)
    wanting.about()
