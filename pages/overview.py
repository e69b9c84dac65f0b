"""Overview: the image, the prediction, the network, and the basis of the decision."""

import streamlit as st

import vislib
from pages._ui.overview import answer_view, digit_pad, hero, network_view, snapshot
from pages._ui.results import explain
from pages._ui.results.look import Look
from pages._ui.shell import style
from pages._ui.shell.context import context
from pages._ui.widgets.text import plain
from vislib.language import text, tr
from vislib.tasks import Task

here = context(
    tr("Inside a convolutional network"),
    tr("What it sees, layer by layer, and what its decision rests on."),
    needs_maps=False,
    with_answer=False,
    while_loading=snapshot.show,
)

segmentation = here.classifier.task is Task.SEGMENTATION
reads_digits = digit_pad.suits(here)
image, answer = digit_pad.columns(here) if reads_digits else st.columns(2 if segmentation else [2, 3], gap="large")
refused = ""
with image:
    if segmentation:
        explain.image_picture(here)
    else:
        refused = hero.show(here)
with answer:
    answer_view.show(here, with_answer=not reads_digits)
    answer_view.questions(here)

if here.classifier.network.map_layers:
    st.header(tr("The network at a glance"), anchor=False)
    network_view.show(here)

st.header(tr("What {subject} rests on", subject=here.subject), anchor=False)
methods = vislib.methods()
cards = [
    ("grad-cam", "pages/class_activation.py", text("Class activation"), Look()),
    ("saliency", "pages/saliency.py", text("Saliency"), Look(clip=0.01)),
    ("occlusion", "pages/occlusion.py", text("Occlusion"), Look()),
]
if not here.classifier.network.map_layers:
    cards = cards[1:]
maps = []
places = style.grid("rests_on")
for name, page, title, look in cards:
    with places.container(gap="xsmall"):
        if refused and name == hero.method(here):  # it is not asked twice
            st.info(f"**{tr(methods[name].title)}.** {plain(refused)}")
            heatmap = None
        else:
            heatmap = explain.show(here, methods[name]().resolved(here.classifier), look)
        maps += [] if heatmap is None else [(heatmap, look.suited(heatmap.signed))]
        st.page_link(page, label=tr("Open {page}", page=title), icon=":material/arrow_forward:")
if len(maps) == len(cards):
    snapshot.keep(here, maps)
