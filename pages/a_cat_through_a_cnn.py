"""A cat through a CNN: convolution, ReLU and pooling on an image, first with random weights, then with trained ones."""

import streamlit as st

from pages._ui.a_cat_through_a_cnn import steps
from pages._ui.shell.context import context
from pages._ui.widgets.text import plain
from vislib import ImageError
from vislib.language import tr

here = context(
    tr("A cat through a CNN"),
    tr("What convolution, ReLU and pooling do to your image, step by step."),
    pictures_only=True,
)

with st.container(horizontal=True, vertical_alignment="bottom"):
    seed = st.number_input(tr("Seed of the random weights"), 0, 9999, 0, key="seed", bind="query-params", width=220)
    st.button(tr("Draw new weights"), icon=":material/casino:", on_click=steps.next_seed)
try:
    story = steps.story_steps(here, int(seed))
except ImageError as error:
    st.error(plain(tr(error)))
    st.stop()
st.header(tr("Convolution with random weights"), anchor=False)
steps.side_by_side(here, story, "image", "centred", "three-3x3", "three-10x10")
st.header(tr("One kernel, one map; then ReLU, then pooling"), anchor=False)
steps.side_by_side(here, story, "one-3x3", "one-10x10", "relu", "pooled")
st.header(tr("The two stages of LeNet-5, with random weights"), anchor=False)
steps.strips(here, [step for key, step in story.items() if key.startswith("lenet")], int(seed))
st.header(tr("The same with learned weights: {model}", model=here.model_name), anchor=False)
steps.trained(here)
