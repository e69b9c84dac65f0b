"""Similar images: has the network seen such an image? The nearest ones of a set, by its penultimate layer."""

import streamlit as st

from pages._ui.shell import labelled_sets, style
from pages._ui.shell.context import context
from pages._ui.similar_images import about, nearest

here = context(
    "Similar images",
    "Has the network seen such an image? The nearest ones, as the network sees them.",
    needs_maps=False,
    pictures_only=True,
)
with style.settings_row():
    chosen = labelled_sets.set_control("similar_among")
    n = st.slider("Of each kind", 2, 30, 10, key="n_similar", bind="query-params", width=200)
nearest.show(here, chosen, n)
about.show()
