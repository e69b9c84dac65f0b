"""The Overview as it was before the server's last restart, shown while TensorFlow and the network load."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from PIL import Image

import vislib
from pages._ui.overview.answer_view import said
from pages._ui.results import picture
from pages._ui.results.look import Look
from pages._ui.server import process, work
from pages._ui.shell import answers
from pages._ui.shell.context import Context
from pages._ui.widgets.inline_image import show_image
from vislib.language import current, sentences, tr, written
from vislib.output import render


def _key(model_name: str, digest: str) -> tuple:
    """What the page depends on: the network, the image, the choices in the address, and the language."""
    apart = ("model", "image", "lang")
    choices = {name: value for name, value in st.query_params.to_dict().items() if name not in apart}
    return ("overview", current(), model_name, digest, tuple(sorted(choices.items())))


def show(model_name: str, digest: str) -> None:
    """Draws what is kept of the page, if there is anything and the network is not loaded."""
    folder = work.results_folder()
    found = None if folder is None or process.has_tensorflow() else folder.read(_key(model_name, digest))
    if found is None:
        return
    arrays, facts = found
    pictures = [Image.fromarray(arrays[f"picture {number}"]) for number in range(len(facts["pictures"]))]
    st.caption(tr("From an earlier visit. The network is loading, and the page will then be complete."))
    image, answer = st.columns([2, 3], gap="large")
    with image:
        _picture(pictures[0], facts["pictures"][0])
    with answer:
        st.html(facts["headline"])
        st.html(facts["answer"])
    st.header(facts["subject"], anchor=False)
    for column, one, about in zip(st.columns(len(pictures) - 1), pictures[1:], facts["pictures"][1:], strict=True):
        with column:
            _picture(one, about)


def _picture(image: Image.Image, about: dict[str, str]) -> None:
    show_image(image, alt=about["alt"])
    picture.caption(about["title"], about["text"])


def keep(here: Context, maps: Sequence[tuple[vislib.Heatmap, Look]]) -> None:
    """Keeps the page for the next start of the server: the image, the answer and the maps."""
    folder = work.results_folder()
    if folder is None or here.reference is not None or not here.classifier.takes_pictures:
        return
    classifier, values, methods = here.classifier, here.values, vislib.methods()
    seen = render.seen(here.shown, classifier.box(here.image), picture.SIDE)
    seen_alt = tr("{image}, as the network sees it", image=here.image_name)
    pictures = [(seen, seen_alt, tr("What the network sees"), tr(here.answer_in_words))]
    for heatmap, look in maps:
        title = tr(methods[heatmap.method].title)
        drawn = render.overlay(
            here.shown,
            heatmap,
            look.opacity,
            look.colormap,
            picture.SIDE,
            scale=look.scale_of(heatmap),
            blend=look.blend,
        )
        words = tr(
            sentences(f"{picture.capital(tr(heatmap.explained))}: {written(heatmap.score, '.2f')}.", *heatmap.notes)
        )
        alt = tr("{method} for {target} over {image}", method=title, target=heatmap.label, image=here.image_name)
        pictures.append((drawn, alt, title, words))
    facts = {
        "headline": said(*answers.headline(classifier, values, classifier.main_class(here.logits))),
        "answer": answers.answer_html(classifier, values, 5),
        "subject": tr("What {subject} rests on", subject=here.subject),
        "pictures": [{"alt": alt, "title": title, "text": about} for _, alt, title, about in pictures],
    }
    arrays = {f"picture {number}": np.asarray(one.convert("RGB")) for number, (one, *_) in enumerate(pictures)}
    key = _key(here.model_name, here.digest)
    if folder.read(key) is None:
        folder.write(key, arrays, facts)
