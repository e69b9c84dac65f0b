"""Explanations of the image and of the adversarial picture, side by side."""

from dataclasses import replace

import streamlit as st

import vislib
from pages._ui.adversarial.attack import adversarial_name, whole
from pages._ui.results import explain
from pages._ui.results.look import Look
from pages._ui.shell import style
from pages._ui.shell.context import Context, with_image
from vislib.adversarial import Adversarial, picture_for_network
from vislib.language import text, tr
from vislib.tasks import Task


def show(context: Context, found: Adversarial, name: str, look: Look) -> None:
    """The map of the image; those of the adversarial picture for the same class, and for what the network sees now."""
    explainer = vislib.methods()[name]().resolved(context.classifier)
    pixels, _ = whole(context, found)
    after = with_image(context, adversarial_name(context), pixels)
    before = context
    stretched = context.classifier.preprocess.crop == "stretch" and _proportions(before) != _proportions(after)
    if stretched:  # drawn over the image, a place would not lie where it lies in the maps after
        pixels, _ = picture_for_network(context.classifier, context.image, found.original)
        before = replace(with_image(context, context.image_name, pixels), target=context.target)
    same = context.target
    if context.classifier.task is Task.SEGMENTATION:  # the same region: where the network saw the class in the image
        same = context.classifier.target(same).on_image(context.classifier.network, lambda: context.logits)
    cells = [
        (before, text("Before: the image.")),
        (replace(after, target=same), text("After: the same question.")),
    ]
    main = context.classifier.main_class(after.logits)
    if context.classifier.task is not Task.EMBEDDING and main != context.target.class_index:
        cells.append((after, text("After: what the network sees now.")))
    places = style.grid("before_and_after")
    for place, (one, note) in enumerate(cells):
        with places.container(gap="xsmall"):
            explain.show(one, explainer, look, tr(note), f" {place}")
    st.caption(
        tr(
            "Each map has its own colours. Where the two maps of the same question look alike, the method did not "
            "notice the attack."
        )
    )


def _proportions(context: Context) -> float:
    height, width = context.shown.shape[:2]
    return round(width / height, 1)
