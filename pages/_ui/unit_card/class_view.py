"""The classes that a channel speaks for and against, as bars."""

import html

import numpy as np
import streamlit as st

import vislib
from pages._ui.results import picture
from pages._ui.server import work
from pages._ui.shell.context import Context
from pages._ui.widgets.text import plain
from vislib.activations.class_effects import WEIGHTS, ClassEffects, class_effects
from vislib.images.sets import ArrayImages, ImageSet
from vislib.language import Text, sentences, short_number, text, tr

_SHOWN = 5
MOST_IMAGES = 32
_FOR, _AGAINST = "#15aabf", "#e8590c"


def show(context: Context, images: ImageSet | None, layer: str, channel: int) -> ClassEffects | None:
    """Bars for both sides, and which numbers they are; None where there is nothing to show."""
    has_classes = context.classifier.task.has_classes
    st.header(
        tr("What it speaks for and against") if has_classes else tr("What it raises and lowers"),
        anchor=False,
    )
    effects = effects_of(context, images, layer, channel)
    if effects is None:
        return None
    raises, lowers = strongest(effects.values, _SHOWN)
    largest = float(np.abs(effects.values).max())
    if not largest:
        silent = text("The channel is silent on all of them.")
        picture.caption(tr("It adds to no class"), tr(sentences(how(effects, images), silent)))
        return effects
    for side, indices, colour in (
        (tr("Speaks for") if has_classes else tr("Raises"), raises, _FOR),
        (tr("Speaks against") if has_classes else tr("Lowers"), lowers, _AGAINST),
    ):
        _bars(context, side, indices, effects.values, largest, colour)
    title = tr("What it adds to the score") if has_classes else tr("What it adds")
    picture.caption(title, tr(how(effects, images)))
    return effects


def effects_of(context: Context, images: ImageSet | None, layer: str, channel: int) -> ClassEffects | None:
    """What the channel adds to each class; None, and a sentence, where that cannot be computed."""
    some = None if images is None else first_of(images)
    digest = "" if some is None else some.digest
    try:
        return work.run(
            (context.classifier.key, "class effects", digest, layer, channel),
            text("What it speaks for"),
            lambda progress: class_effects(context.classifier, some, layer, channel, progress),
            resume_label=tr("Go on"),
            kind="class effects",
        )
    except vislib.VislibError as error:
        st.info(plain(str(error)))
        return None


def first_of(images: ImageSet) -> ImageSet:
    """The first images of a large set: the mean over them is quick."""
    if len(images) <= MOST_IMAGES:
        return images
    found = [images[number] for number in range(MOST_IMAGES)]
    return ArrayImages(found, text("the first {n} of {set}", n=MOST_IMAGES, set=images.name))


def strongest(values: np.ndarray, n: int) -> tuple[list[int], list[int]]:
    """The indices with the n largest values above 0, and those with the n smallest below 0; the largest first."""
    order = np.argsort(-values, kind="stable")
    return (
        [int(one) for one in order[:n] if values[one] > 0],
        [int(one) for one in order[::-1][:n] if values[one] < 0],
    )


def how(effects: ClassEffects, images: ImageSet | None) -> Text:
    """Which numbers these are."""
    if effects.how == WEIGHTS:
        return text(
            "The weights of the linear layer that reads the channel's mean: exact for every image. A mean of 1 adds "
            "this much to the class's score."
        )
    name = "" if images is None else first_of(images).name
    return text(
        "Gradient × activation, summed over the places, mean of {n} images ({set}): to first order what would be "
        "missing without the channel.",
        n=effects.n_images,
        set=name,
    )


def _bars(context: Context, title: str, indices: list[int], values: np.ndarray, largest: float, colour: str) -> None:
    rows = "".join(
        f"<li><span class='v-name'>{html.escape(context.classifier.labels[one])}</span>"
        f"<span class='v-value'>{short_number(float(values[one]))}</span><span class='v-bar'>"
        f"<span style='width:{abs(values[one]) / largest * 100:.1f}%;background:{colour}'></span></span></li>"
        for one in indices
    )
    shown = html.escape(title)
    st.html(
        f"<p style='margin:0 0 .3rem;font-weight:600'>{shown}</p>"
        + (f"<ol class='v-top' aria-label='{shown}'>{rows}</ol>" if rows else f"<p class='v-caption'>{tr('none')}</p>")
    )
