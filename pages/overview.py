"""Overview: the image, the prediction, the network, and the basis of the decision."""

import streamlit as st

import vislib
from pages._ui.overview import network_view
from pages._ui.results import explain, picture
from pages._ui.results.look import Look
from pages._ui.shell.context import context
from pages._ui.widgets.bars import percent, top_bars

here = context(
    "Inside a convolutional network", "What it sees, layer by layer, and what its decision rests on.", needs_maps=False
)

image, answer = st.columns([1, 3], gap="large")
with image:
    explain.image_picture(here)
with answer:
    best = here.classifier.labels[int(here.probabilities.argmax())]
    st.subheader(f"{percent(float(here.probabilities.max()))} {best}", anchor=False)
    st.html(top_bars(here.classifier.labels, here.probabilities, 5))
    picture.facts(
        {
            "Network": here.model_name,
            "Parameters": f"{here.classifier.model.count_params():,}",
            "Layers with feature maps": f"{len(here.classifier.network.map_layers)}",
            "Classes": f"{len(here.classifier.labels):,}",
        }
    )

if here.classifier.network.map_layers:
    st.subheader("The network at a glance", anchor=False)
    network_view.show(here)

st.subheader(f"What the score of “{here.label}” rests on", anchor=False)
methods = vislib.methods()
cards = [
    ("grad-cam", "pages/class_activation.py", "Class activation", Look()),
    ("saliency", "pages/saliency.py", "Saliency", Look(opacity=0.9, clip=0.01)),
    ("occlusion", "pages/occlusion.py", "Occlusion", Look()),
]
if not here.classifier.network.map_layers:
    cards = cards[1:]
for column, (name, page, title, look) in zip(st.columns(len(cards)), cards, strict=True):
    with column:
        explain.show(here, methods[name]().resolved(here.classifier), look)
        st.page_link(page, label=f"Open {title}", icon=":material/arrow_forward:")
