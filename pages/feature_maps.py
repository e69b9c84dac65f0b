"""Feature maps: what each layer computes from the image."""

import streamlit as st

from pages._ui.feature_maps import vocabulary
from pages._ui.results import downloads, feature_maps, icons, snippets
from pages._ui.shell import address, style
from pages._ui.shell.context import context, other_image_control
from pages._ui.widgets import layer_stepper
from vislib.activations.maps import stages
from vislib.language import tr
from vislib.output.render import OPACITY

here = context(tr("Feature maps"), tr("What each layer computes from the image, channel by channel."))

with style.settings_row():
    layer = layer_stepper.layer_control(here.classifier.network.map_layers, stages(here.classifier)[0])
    maps = feature_maps.maps_of(here, here.image, layer)
    channel = feature_maps.channel_control(maps)
    with st.popover(tr("More"), icon=":material/tune:"):
        most = st.slider(tr("Channels shown"), 16, 256, 48, 16, key="most_channels", bind="query-params")
        opacity = st.slider(tr("Opacity"), 0.0, 1.0, OPACITY, 0.05, key="opacity.maps", bind="query-params")
        own_scale = st.toggle(tr("Each on its own scale"), key="own_scale", bind="query-params")
        compare = st.toggle(tr("Beside another image"), key="beside", bind="query-params")
        if compare:
            other_name, other = other_image_control(tr("Other image"), "other")
feature_maps.summary(here, layer, maps)
large, beside, every = style.three_columns(3, 3, 4)
with large:
    feature_maps.enlarged(here, layer, maps, channel, opacity)
with beside:
    vocabulary.show(here, layer, maps, channel)
    if compare:
        feature_maps.enlarged_other(here, other_name, other, layer, maps, channel, opacity)
    else:
        feature_maps.raw(here, layer, maps, channel)
    icons.card_button(layer, channel)
    if st.button(tr("What channel {channel} wants to see", channel=channel), icon=":material/arrow_forward:"):
        address.open_page("pages/what_a_unit_wants.py", layer=layer, channel=channel)
with every:
    st.header(tr("All channels, most varied first"), anchor=False)
    feature_maps.grid(layer, maps, channel, most, own_scale)
    downloads.show(
        f"maps {layer}",
        downloads.file_stem(here.image_name, layer),
        feature_maps.files(here, layer, maps, channel, opacity, most),
        snippets.feature_maps(here, layer, feature_maps.unit_at(here, layer, maps, channel), vocabulary.N),
    )
layer_stepper.play()
