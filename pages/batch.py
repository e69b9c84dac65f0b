"""Batch: explanations of many images, and a report on the network's mistakes."""

import streamlit as st

import vislib
from pages._ui.batch import source, view
from pages._ui.results import explain
from pages._ui.shell.context import context
from pages._ui.widgets.text import plain
from vislib import VislibError

DEFAULTS = ["grad-cam", "saliency"]

here = context(
    "Batch", "Many images at once: where the network is wrong, and where it is right for the wrong reason.", False, True
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
        st.caption(
            "Choose a zip of images above. With one folder per class, the page also counts the right predictions."
        )
    elif not methods:
        st.caption("Choose a method.")
    else:
        view.show(here, images, methods)
except VislibError as error:
    st.error(plain(str(error)))
has_classes = here.classifier.task.has_classes
st.caption(
    f"Every image is explained for {'the class that the network predicts' if has_classes else 'the first output'}. The "
    "image and the class in the sidebar are for the other pages. For true masks, and for more images than this page "
    "accepts: `python -m vislib batch`, on one machine or a cluster."
)
