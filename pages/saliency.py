"""Saliency: which pixels the score reacts to."""

import streamlit as st

from pages._ui import explain, picture
from pages._ui.context import context
from vislib.attribution.saliency import Saliency
from vislib.attribution.smoothgrad import SmoothGrad

here = context("Saliency", "Which pixels the score of the class reacts to.")

shown, controls = st.columns([4, 1], gap="large")
with controls:
    look = picture.look_controls(signed=False, opacity=0.9, clip=0.01)
    st.markdown("**SmoothGrad**")
    smooth = explain.controls(SmoothGrad, here, ("n_samples", "noise", "seed"))
with shown:
    explain.row(here, [Saliency(), smooth], look, with_image=True)
    explain.about(["saliency", "smoothgrad"])
