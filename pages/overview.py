"""Overview: the image, the prediction, the network, and the basis of the decision."""

import streamlit as st

import vislib
from pages._ui.overview import answer_view, kept, network_view
from pages._ui.results import explain
from pages._ui.results.look import Look
from pages._ui.shell.context import context
from vislib.tasks import Task

here = context(
    "Inside a convolutional network",
    "What it sees, layer by layer, and what its decision rests on.",
    needs_maps=False,
    while_loading=kept.show,
)

image, answer = st.columns([2, 3] if here.classifier.task is Task.SEGMENTATION else [1, 3], gap="large")
with image:
    explain.image_picture(here)
with answer:
    answer_view.show(here)

if here.classifier.network.map_layers:
    st.subheader("The network at a glance", anchor=False)
    network_view.show(here)

st.subheader(f"What {here.subject} rests on", anchor=False)
methods = vislib.methods()
cards = [
    ("grad-cam", "pages/class_activation.py", "Class activation", Look()),
    ("saliency", "pages/saliency.py", "Saliency", Look(opacity=0.9, clip=0.01)),
    ("occlusion", "pages/occlusion.py", "Occlusion", Look()),
]
if not here.classifier.network.map_layers:
    cards = cards[1:]
maps = []
for column, (name, page, title, look) in zip(st.columns(len(cards)), cards, strict=True):
    with column:
        heatmap = explain.show(here, methods[name]().resolved(here.classifier), look)
        maps += [] if heatmap is None else [(heatmap, look.suited(heatmap.signed))]
        st.page_link(page, label=f"Open {title}", icon=":material/arrow_forward:")
if len(maps) == len(cards):
    kept.keep(here, maps)
