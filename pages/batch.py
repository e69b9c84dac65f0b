"""Batch: many images explained at once, and which of them the network got right for the wrong reason."""

import streamlit as st

import vislib
from pages._ui.batch import source, view
from pages._ui.results import explain
from pages._ui.shell.context import context
from pages._ui.widgets.text import plain
from vislib import VislibError

DEFAULTS = ["grad-cam", "saliency"]

here = context(
    "Batch", "Many images at once: what the network got wrong, and what it got right for the wrong reason.", False
)
names = [
    name for family in ("class activation", "gradient", "perturbation") for name in explain.of_family(here, family)
]

try:
    images = source.source_control(here)
    methods = st.multiselect(
        "Methods",
        names,
        [name for name in DEFAULTS if name in names],
        key="batch_methods",
        bind="query-params",
        format_func=lambda name: vislib.methods()[name].title,
        max_selections=3,
    )
    if images is None:
        st.caption("Choose a zip of pictures above: a folder a class tells which answers are right.")
    elif not methods:
        st.caption("Choose a method.")
    else:
        view.show(here, images, methods)
except VislibError as error:
    st.error(plain(str(error)))
st.caption(
    "Every image is explained for the class that the network predicts. The sidebar's image and class are for the other "
    "pages. For more images than this page takes: `python -m vislib batch`, on one machine or a cluster."
)
