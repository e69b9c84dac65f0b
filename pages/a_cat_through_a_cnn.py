"""A cat through a CNN: what convolution, ReLU and pooling make of an image, first with random weights, then trained."""

import streamlit as st

from pages._ui import story_steps, style
from pages._ui.context import context
from vislib import ImageError

here = context("A cat through a CNN", "What convolution, ReLU and pooling make of your image, one step after another.")

with st.container(horizontal=True, vertical_alignment="bottom"):
    seed = st.number_input("Seed of the random weights", 0, 9999, 0, key="seed", bind="query-params", width=220)
    st.button("Draw new weights", icon=":material/casino:", on_click=story_steps.draw_anew)
try:
    steps = story_steps.told(here, int(seed))
except ImageError as error:
    st.error(style.plain(str(error)))
    st.stop()
story_steps.pair(here, steps, "image", "centred")
st.subheader("Convolution: three kernels of random weights", anchor=False)
story_steps.pair(here, steps, "three-3x3", "three-10x10")
st.subheader("One kernel, one map", anchor=False)
story_steps.pair(here, steps, "one-3x3", "one-10x10")
st.subheader("ReLU, then pooling", anchor=False)
story_steps.pair(here, steps, "relu", "pooled")
st.subheader("The two stages of LeNet-5, with random weights", anchor=False)
story_steps.strips(here, [step for key, step in steps.items() if key.startswith("lenet")], int(seed))
st.subheader(f"The same with weights that were learned: {here.model_name}", anchor=False)
story_steps.trained(here)
