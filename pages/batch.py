"""Batch: explanations of many images, and a report on the network's mistakes."""

import streamlit as st

import vislib
from pages._ui.batch import measures, source, view
from pages._ui.results import explain
from pages._ui.shell import sets
from pages._ui.shell.context import context
from pages._ui.shell.tasks import words
from pages._ui.widgets.text import plain
from vislib import VislibError
from vislib.tasks import Task

DEFAULTS = ["grad-cam", "saliency"]

here = context(
    "Batch", "Many images at once: where the network is wrong, and where it is right for the wrong reason.", False, True
)
names = [
    name for family in ("class activation", "gradient", "perturbation") for name in explain.of_family(here, family)
]

has_classes = here.classifier.task.has_classes
try:
    images = source.source_control(here)
    if isinstance(images, sets.Chosen):
        view.show_earlier(images)
        st.stop()
    methods = st.multiselect(
        "Methods",
        names,
        [name for name in DEFAULTS if name in names],
        key="batch_methods",
        bind="query-params",
        format_func=lambda name: vislib.methods()[name].title,
        max_selections=3,
    )
    further = measures.control(here)
    if images is None:
        st.caption(
            "Choose a zip of images above."
            + (" With one folder per class, the page also counts the right predictions." if has_classes else "")
        )
    elif not methods:
        st.caption("Choose a method.")
    else:
        view.show(here, images, methods, further)
except VislibError as error:
    st.error(plain(str(error)))
st.caption(
    f"Every image is explained for {view.explained(here.classifier.task)}. The image and the "
    f"{words(here.classifier.task).one} at the top of the page are for the other pages. For "
    f"{'true masks, and for ' if here.classifier.task is Task.SEGMENTATION else ''}more images than this page accepts: "
    "`python -m vislib batch`, on one machine or a cluster."
)
