"""Saliency: the pixels to which the score reacts, by every gradient method."""

import streamlit as st

from pages._ui.results import explain, per_class, second_opinion
from pages._ui.results.look import look_controls
from pages._ui.shell import style
from pages._ui.shell.context import context
from vislib.attribution.base import Family
from vislib.language import tr

here = context(tr("Saliency"), tr("Which pixels the score reacts to."), needs_maps=False)
names = explain.of_family(here, Family.GRADIENT)

with style.settings_row():
    look = look_controls(signed=False, clip=0.01)
    explainers = explain.settings(here, names)
quick, costly = explain.by_cost(explainers)
explain.grid(here, quick, look, "saliency", with_image=True)
st.header(tr("Methods that take longer"), anchor=False)
explain.grid_on_request(here, costly, look)
second_opinion.show(here, explainers, look)
per_class.show(here, explainers[0], look)
explain.about(names)
