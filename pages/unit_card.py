"""Unit card: one channel of the network in one place, with its link."""

import streamlit as st

from pages._ui.results import feature_maps
from pages._ui.shell import style
from pages._ui.shell.context import context
from pages._ui.unit_card import activity, class_view, feeders, head, maximized, save
from pages._ui.what_a_unit_wants import controls, patches
from vislib.language import tr
from vislib.output.render import OPACITY

here = context(
    tr("Unit card"),
    tr("One channel in one place: what it wants, where it fires, what it speaks for, and what it is made of."),
    pictures_only=True,
)

with style.settings_row():
    layer = controls.layer_control(here)
    maps = feature_maps.maps_of(here, here.image, layer)
    channel = feature_maps.channel_control(*feature_maps.of_first_sample(here, layer))
    chosen = patches.images_control(here)

about = st.empty()
head.show(about, here, layer, maps, channel)
fires, wants, classes = style.three_columns(3, 3, 4)
real = st.container()
spread, fed = st.columns(2, gap="medium")
with wants:
    picture_of_wish = maximized.place(here, layer, channel)
with fires:
    st.header(tr("Where it fires here"), anchor=False)
    feature_maps.enlarged(here, layer, maps, channel, OPACITY)
with real:
    st.header(tr("Real patches that excite it most"), anchor=False)
    if chosen is not None:
        patches.show_in(here, chosen, layer, channel)
with spread:
    st.header(tr("How strongly it answers to other images"), anchor=False)
    found = None if chosen is None else activity.show(here, chosen.images, layer, maps, channel)
with fed:
    st.header(tr("Channels that feed it most"), anchor=False)
    feeders.show(here, layer, maps, channel)
with classes:
    effects = class_view.show(here, None if chosen is None else chosen.images, layer, channel)
head.show(about, here, layer, maps, channel, effects, found)
save.show(here, layer, channel, effects, "'a_folder'" if chosen is None else chosen.code)
maximized.show(here, layer, channel, picture_of_wish)
