"""Saliency: the pixels to which the score reacts, by every gradient method."""

import streamlit as st

from pages._ui.results import explain, per_class
from pages._ui.results.look import look_controls
from pages._ui.shell.context import context

here = context("Saliency", "Which pixels the score reacts to.", needs_maps=False)
names = explain.of_family(here, "gradient")

main, controls = st.columns([4, 1], gap="large")
with controls:
    look = look_controls(signed=False, opacity=0.9, clip=0.01)
    explainers = explain.settings(here, names)
with main:
    explain.grid(here, explainers, look, with_image=True)
    per_class.show(here, explainers[0], look)
    explain.about(names)
