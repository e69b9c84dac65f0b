"""A network in numbers, and its predictions with each preprocessing."""

from collections.abc import Callable

import streamlit as st

import vislib
from pages._ui.architectures import one_network, views
from pages._ui.results import downloads, explain, picture, snippets
from pages._ui.server import work
from pages._ui.shell import style
from pages._ui.shell.context import Context
from pages._ui.widgets.text import plain
from pages._ui.your_model import outputs
from vislib.language import Text, text, tr
from vislib.loading.preprocessing_choice import predictions_by_preprocessing


def facts(context: Context, task: str) -> None:
    """Input, output and size of the network, what its outputs are, and the pages that do not work for it.

    Args:
        context: The network.
        task: A line on what its outputs are.
    """
    classifier, network = context.classifier, context.classifier.network
    height, width = classifier.input_size
    n, n_maps = len(network.graph.nodes), len(network.map_layers)
    st.header(plain(context.model_name), anchor=False)
    picture.facts(
        {
            tr("Input"): tr(
                "{width} × {height}, {channels}", width=width, height=height, channels=_channels(classifier.channels)
            ),
            tr("Image"): tr(classifier.preprocess.fitting),
            tr("Preprocessing"): classifier.preprocess.name,
            tr("Classes") if classifier.task.has_classes else tr("Outputs"): tr(outputs.kind_of_outputs(classifier)),
            tr("Parameters"): f"{classifier.model.count_params():,}",
            tr("Layers"): tr("{n:,}, {n_maps:,} with feature maps", n=n, n_maps=n_maps)
            if n_maps
            else tr("{n:,}, none with feature maps", n=n),
        }
    )
    st.caption(plain(tr(task)))
    if not network.map_layers:
        st.info(
            tr(
                "No layer of this network has feature maps (height × width × channels), so Filters, Feature maps, "
                "Class activation, What a unit wants and Compare & trust have nothing to show. Overview, Architecture, "
                "Occlusion and Saliency work."
            )
        )


def _channels(channels: int) -> Text:
    return {1: text("grey"), 3: text("colour")}.get(channels, text("{n} bands", n=channels))


def by_preprocessing(context: Context, use: Callable[[str], None] | None) -> None:
    """The predictions with each preprocessing side by side; most wrong ones give wrong predictions.

    Args:
        context: Network and image.
        use: Called with the name of the preprocessing to use; None if the network has only one.
    """
    st.header(tr("Predictions with each preprocessing"), anchor=False)
    found = work.stored(
        context.key("by preprocessing"), lambda: predictions_by_preprocessing(context.classifier, context.image)
    )
    image, cards = st.columns([1, 4])
    with image:
        explain.image_picture(context)
    with cards:
        places = style.grid("preprocessings")
    for name, predictions in found.items():
        with places.container(border=True, gap="xsmall"):
            _card(context, name, predictions, use)
    picture.caption(
        tr(outputs.title(context.classifier, context.image_name)),
        tr(
            "Try several images whose answer you know: with the right preprocessing the predictions are right and "
            "confident. With most of the others they are wrong, but a similar preprocessing can look right, too. In "
            "doubt, check the training code."
        )
        if context.classifier.task.has_classes
        else tr(
            "Try several images whose answer you know: with the right preprocessing the predictions are right. With "
            "most of the others they are wrong, but a similar preprocessing can look right, too. In doubt, check the "
            "training code."
        ),
    )
    needed = "from vislib.loading.preprocessing_choice import predictions_by_preprocessing"
    downloads.show(
        "by preprocessing",
        downloads.file_stem(context.model_name, context.image_name, "preprocessing"),
        {"csv": lambda: outputs.csv_of(found, context.classifier)},
        f"{snippets.preamble(context, needed)}\nfound = predictions_by_preprocessing(classifier, image)\n"
        "for name, predictions in found.items():\n"
        "    print(name, *((one.label, one.value) for one in predictions))\n",
    )


def _card(context: Context, name: str, predictions: list[vislib.Prediction], use) -> None:
    in_use = name == context.classifier.preprocess.name
    st.html(f"<p class='v-caption'><b>{name}</b></p>")
    st.html(outputs.as_html(predictions, context.classifier.unit))
    if in_use:
        st.badge(tr("in use"), color="primary")
    elif use is not None:
        st.button(tr("Use {name}", name=name), key=f"use {name}", on_click=use, args=(name,))


def layers(context: Context) -> None:
    """One row per layer."""
    st.header(tr("Layer by layer"), anchor=False)
    views.layer_list(one_network.table_of(context), context.classifier.task)
