"""Batch: explanations of many images, and a report on the network's mistakes."""

import streamlit as st

import vislib
from pages._ui.batch import measures, source, view
from pages._ui.results import explain
from pages._ui.shell.context import context
from pages._ui.shell.tasks import words
from pages._ui.widgets.text import plain
from vislib import VislibError
from vislib.language import sentences, text, tr
from vislib.tasks import Task

DEFAULTS = ["grad-cam", "saliency"]

here = context(
    tr("Batch"),
    tr("Many images at once: where the network is wrong, and where it is right for the wrong reason."),
    False,
    True,
)
names = explain.of_family(here, *explain.FAMILIES)

has_classes = here.classifier.task.has_classes
try:
    chosen = source.source_control(here)
    if chosen is not None and chosen.is_batch:
        view.show_earlier(chosen)
        st.stop()
    methods = st.multiselect(
        tr("Methods"),
        names,
        [name for name in DEFAULTS if name in names],
        key="batch_methods",
        bind="query-params",
        format_func=lambda name: tr(vislib.methods()[name].title),
        max_selections=3,
    )
    further = measures.control(here)
    if chosen is None:
        of_classes = text("With one folder per class, the page also counts the right predictions.")
        st.caption(tr(sentences(text("Choose a zip of images above."), of_classes if has_classes else "")))
    elif not methods:
        st.caption(tr("Choose a method."))
    else:
        view.show(here, source.images_of(here, chosen), chosen.as_set(here, labelled=True), methods, further)
except VislibError as error:
    st.error(plain(str(error)))
st.caption(
    tr(
        sentences(
            text("Every image is explained for {what}.", what=view.explained(here.classifier.task)),
            text(
                "The image and the {thing} at the top of the page are for the other pages.",
                thing=words(here.classifier.task).one,
            ),
            text(
                "For true masks, and for more images than this page accepts: `python -m vislib batch`, on one machine "
                "or a cluster."
            )
            if here.classifier.task is Task.SEGMENTATION
            else text("For more images than this page accepts: `python -m vislib batch`, on one machine or a cluster."),
        )
    )
)
