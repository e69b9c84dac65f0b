"""The photograph, large, and a slider from it to the first map that explains the answer."""

import streamlit as st

import vislib
from pages._ui.results import explain, picture
from pages._ui.results.look import Look
from pages._ui.shell.context import Context
from pages._ui.widgets.fade_slider import fade_slider
from vislib.language import sentences, text, tr
from vislib.output import render


def method(context: Context) -> str:
    """Name of the method whose map is shown."""
    return "grad-cam" if context.classifier.network.map_layers else "saliency"


def show(context: Context) -> str:
    """Draws the photograph at once, and the slider as soon as the map is computed.

    Returns the reason why there is no map, if the method refuses the network or the target.
    """
    name = method(context)
    explainer = vislib.methods()[name]().resolved(context.classifier)
    slot = st.empty()
    with slot.container():
        explain.image_picture(context)
    look = Look()
    try:
        heatmap = explain.compute(context, explainer, slot, look.suited(explainer.signed))
    except vislib.VislibError as error:
        return str(error)
    if heatmap is None or look.scale_of(heatmap).constant:
        return ""
    seen = explain.seen_picture(context, picture.LARGE_SIDE)
    bright = text("Bright: what the {target} rests on, by {method}.", target=heatmap.explained, method=heatmap.title)
    with slot.container():
        fade_slider(
            seen,
            render.laid_over(seen, heatmap.values, heatmap.signed),
            "hero",
            tr(heatmap.title),
            tr("{image}, as the network sees it", image=context.image_name),
            picture.described(context, heatmap),
        )
        picture.caption(
            tr("What the network sees, and where the evidence lies"),
            tr(sentences(explain.seen_in_words(context), bright)),
        )
    return ""
