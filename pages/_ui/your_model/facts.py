"""A network in numbers, and its predictions with each preprocessing."""

import csv
import io
from collections.abc import Callable

import streamlit as st

import vislib
from pages._ui.architectures import one_network, views
from pages._ui.results import downloads, explain, picture, snippets
from pages._ui.server import work
from pages._ui.shell.context import Context
from pages._ui.widgets.bars import bars
from pages._ui.widgets.text import plain
from vislib.loading.preprocessing_choice import predictions_by_preprocessing

_COLUMNS = 4
_OUTPUTS = {"softmax": "one of them, by softmax", "sigmoid": "independent, by sigmoid"}


def facts(context: Context) -> None:
    """Input, output and size of the network, and the pages that do not work for it."""
    classifier, network = context.classifier, context.classifier.network
    height, width = classifier.input_size
    output = _OUTPUTS.get(network.activation or "", "logits") if network.n_units > 1 else "two, by one sigmoid"
    n_with_maps = f"{len(network.map_layers):,}" if network.map_layers else "none"
    st.subheader(plain(context.model_name), anchor=False)
    picture.facts(
        {
            "Input": f"{width} × {height}, {_channels(classifier.channels)}",
            "Image": classifier.preprocess.fitting,
            "Preprocessing": classifier.preprocess.name,
            "Classes": f"{len(classifier.labels):,} ({output})",
            "Parameters": f"{classifier.model.count_params():,}",
            "Layers": f"{len(network.graph.nodes):,}, {n_with_maps} with feature maps",
        }
    )
    if not network.map_layers:
        st.info(
            "No layer of this network has feature maps (height × width × channels), so Filters, Feature maps, Class "
            "activation, What a unit wants and Compare & trust have nothing to show. Overview, Architecture, Occlusion "
            "and Saliency work."
        )


def _channels(channels: int) -> str:
    return {1: "grey", 3: "colour"}.get(channels, f"{channels} bands")


def by_preprocessing(context: Context, use: Callable[[str], None] | None) -> None:
    """The predictions with each preprocessing side by side; most wrong ones give wrong predictions.

    Args:
        context: Network and image.
        use: Called with the name of the preprocessing to use; None if the network has only one.
    """
    st.subheader("Predictions with each preprocessing", anchor=False)
    found = work.stored(
        context.key("by preprocessing"), lambda: predictions_by_preprocessing(context.classifier, context.image)
    )
    names = [None, *found]
    for start in range(0, len(names), _COLUMNS):
        for column, name in zip(st.columns(_COLUMNS), names[start : start + _COLUMNS], strict=False):
            with column:
                if name is None:
                    explain.image_picture(context)
                else:
                    _card(context, name, found[name], use)
    picture.caption(
        f"The three most probable classes of {context.image_name}",
        "Try several images whose class you know: with the right preprocessing the predictions are right and certain. "
        "With most of the others they are bad, but a similar preprocessing can look good, too. In doubt, use the "
        "preprocessing with which the network was trained.",
    )
    lines = "from vislib.loading.preprocessing_choice import predictions_by_preprocessing\n\n"
    downloads.show(
        "by preprocessing",
        downloads.file_stem(context.model_name, context.image_name, "preprocessing"),
        {"csv": lambda: _csv(found)},
        f"{snippets.preamble(context)}\n{lines}found = predictions_by_preprocessing(classifier, image)\n",
    )


def _card(context: Context, name: str, predictions: list[vislib.Prediction], use) -> None:
    in_use = name == context.classifier.preprocess.name
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.html(f"<p class='v-caption'><b>{name}</b></p>")
        st.html(bars([(one.label, one.value) for one in predictions]))
        if in_use:
            st.badge("in use", color="primary")
        elif use is not None:
            st.button("Use this", key=f"use {name}", type="tertiary", on_click=use, args=(name,))


def _csv(found: dict[str, list[vislib.Prediction]]) -> bytes:
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["preprocessing", "rank", "class_index", "label", "probability"])
    for name, predictions in found.items():
        for rank, one in enumerate(predictions, 1):
            table.writerow([name, rank, one.index, one.label, one.probability])
    return text.getvalue().encode()


def layers(context: Context) -> None:
    """One row per layer."""
    st.subheader("Layer by layer", anchor=False)
    views.layer_list(one_network.table_of(context))
