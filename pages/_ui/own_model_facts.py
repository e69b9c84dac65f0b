"""What a network is, and what it answers under each preprocessing."""

import streamlit as st

from pages._ui import architecture_views, one_network, picture, style, work
from pages._ui.context import Context, bars
from vislib.preprocessing_choice import predictions_by_preprocessing

_COLUMNS = 3
_OUTPUTS = {"softmax": "one of them, by softmax", "sigmoid": "each for itself, by sigmoid"}


def facts(context: Context) -> None:
    """Its input, output and size, and which pages cannot say anything of it."""
    classifier, network = context.classifier, context.classifier.network
    height, width = classifier.input_size
    output = _OUTPUTS.get(network.activation or "", "logits") if network.n_units > 1 else "two, by one sigmoid"
    st.subheader(style.plain(context.model_name), anchor=False)
    picture.facts(
        {
            "Input": f"{width} × {height}, {'grey' if classifier.channels == 1 else 'colour'}",
            "Preprocessing": classifier.preprocess.name,
            "Classes": f"{len(classifier.labels):,} ({output})",
            "Parameters": f"{classifier.model.count_params():,}",
            "Layers": f"{len(network.graph.nodes):,}",
            "with feature maps": f"{len(network.map_layers):,}",
        }
    )
    if not network.map_layers:
        st.info(
            "No layer of it has feature maps (height × width × channels), so Filters, Feature maps, Class activation, "
            "What a unit wants and Compare & trust have nothing to show. Overview, Architecture, Occlusion and "
            "Saliency work."
        )


def by_preprocessing(context: Context) -> None:
    """The predictions under each preprocessing side by side; a wrong one tells by its answers."""
    st.subheader("What it answers under each preprocessing", anchor=False)
    found = work.stored(
        context.key("by preprocessing"), lambda: predictions_by_preprocessing(context.classifier, context.image)
    )
    names = list(found)
    for start in range(0, len(names), _COLUMNS):
        for column, name in zip(st.columns(_COLUMNS), names[start : start + _COLUMNS], strict=False):
            in_use = name == context.classifier.preprocess.name
            with column.container(border=True):
                st.html(f"<p class='v-caption'><b>{name}</b>{' · in use' if in_use else ''}</p>")
                st.html(bars([(one.label, one.probability) for one in found[name]]))
    picture.caption(
        f"The three most probable classes of {context.image_name}",
        "The right preprocessing answers rightly, and surely, for images whose class you know; try several images. "
        "Most wrong ones answer badly, but one that is nearly right may look well: what the network was trained with "
        "is the authority.",
    )


def layers(context: Context) -> None:
    """A row a layer."""
    st.subheader("Layer by layer", anchor=False)
    architecture_views.layer_list(one_network.table_of(context))
