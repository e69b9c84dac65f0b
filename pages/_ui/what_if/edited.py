"""The edited image and what the network says about it, kept so that a stroke costs only what is new."""

import functools
from dataclasses import replace

import numpy as np
import streamlit as st
from PIL import Image

import vislib
from pages._ui.server import work
from pages._ui.server.store import Store
from pages._ui.shell.chosen import as_given
from pages._ui.shell.context import Context
from pages._ui.what_if.history import History
from pages._ui.widgets.text import plain
from vislib.edits import Change, Edit, apply, compared, editable
from vislib.images.bands import as_picture
from vislib.images.reading import image_digest
from vislib.language import tr

_STORE_BYTES = 96 * 1024 * 1024


@st.cache_resource(show_spinner=False)
def _store() -> Store:
    """Edited images and their answers, of all sessions: not worth a place among the results that survive a restart."""
    return Store(_STORE_BYTES)


def image_after(context: Context, edits: tuple[Edit, ...]) -> np.ndarray:
    """The image after edits; only those are computed of which no result is kept.

    Raises:
        VislibError: If an edit does not suit the image.
    """
    image, todo = editable(context.classifier, context.image), edits
    for n in range(len(edits), 0, -1):
        if (kept := _store().get(_key(context, edits[:n]))) is not None:
            image, todo = kept, edits[n:]
            break
    for n, edit in enumerate(todo, len(edits) - len(todo) + 1):
        image = work.stored(_key(context, edits[:n]), functools.partial(apply, image, edit), _store())
    return image


def _key(context: Context, edits: tuple[Edit, ...]) -> tuple:
    return ("edited", context.digest, context.classifier.takes_pictures, edits)


def after_steps(context: Context, past: History) -> np.ndarray:
    """The image after the steps on the canvas; a last step that is refused is taken back, and the page says why."""
    while True:
        try:
            return image_after(context, past.steps)
        except vislib.VislibError as error:
            if not past.steps:
                raise
            past.steps = past.steps[:-1]
            st.error(plain(tr(error)))


def change_by(context: Context, edits: tuple[Edit, ...]) -> Change:
    """What the network says before and after edits.

    Raises:
        VislibError: If an edit does not suit the image, or the network does not take it.
    """
    image = image_after(context, edits)
    return work.stored(
        context.key("change", edits, context.target_key),
        lambda: compared(
            context.classifier, editable(context.classifier, context.image), image, context.target, context.logits
        ),
        _store(),
    )


def with_image(context: Context, edits: tuple[Edit, ...], logits: np.ndarray | None = None) -> Context:
    """The context with the edited image instead of the image."""
    image = image_after(context, edits)
    logits = context.classifier.logits(image) if logits is None else logits
    return replace(context, image=image, digest=image_digest(image), logits=logits)


def as_shown(context: Context, image: np.ndarray, size: int) -> Image.Image:
    """An image with the colours that the network is given, for drawing; the longer side is `size`."""
    pictured = Image.fromarray(as_given(context.classifier, as_picture(image)))
    share = size / max(pictured.size)
    resample = Image.Resampling.NEAREST if share > 4 else Image.Resampling.BICUBIC
    width, height = (max(1, round(side * share)) for side in pictured.size)
    return pictured.resize((width, height), resample)
