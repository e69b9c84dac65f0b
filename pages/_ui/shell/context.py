"""The context that all pages share: model, image and target, chosen in one row at the top."""

import functools
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import streamlit as st

import vislib
from pages._ui.shell import address, answers, digit_canvas, images, models, style
from pages._ui.shell.chosen import Context as Context
from pages._ui.shell.chosen import Reference, logits_of
from pages._ui.shell.targets import target_control
from pages._ui.shell.tasks import words
from pages._ui.widgets.bars import bars
from pages._ui.widgets.choice import show_notes
from pages._ui.widgets.text import plain
from vislib.images.reading import image_digest
from vislib.language import sentences, text, tr, with_unit
from vislib.tasks import Task
from vislib.zoo import DEFAULT


def context(
    title: str,
    lead: str,
    needs_maps: bool = True,
    pictures_only: bool = False,
    with_answer: bool = True,
    while_loading: Callable[[str, str], None] | None = None,
) -> Context:
    """Draws the heading and the row of choices, loads what the user chose, and returns it.

    With `with_answer` the network's answer stands below the row. `while_loading` draws something before the network
    is loaded, from its name and the digest of the image.

    The page stops here with a message if the model cannot be loaded, if the page needs feature maps and the model has
    none, or if the model takes bands and there is no such image, or the page works on pictures only.
    """
    style.start(title, lead, shows_choices=True)
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="context")
    with row.container(width=220, key="context_model"):
        model_name = models.model_control()
    samples = sample_names(model_name)
    channels = _channels(model_name)
    with row.container(width=190, key="context_image"):
        chosen = images.image_control("image", tr("Image"), samples, channels=channels)
    with row:
        images.upload_control(channels)
    class_slot = row.container(width=240, key="context_class")
    further_slot = row.container(width="content", key="context_further")
    if samples == images.DIGITS and with_answer:
        with row.popover(tr("Draw a digit"), icon=":material/draw:"):
            digit_canvas.draw_a_digit()
    address_slot = row.container(width=150, key="context_address")
    below = st.container(gap="small")
    with below:
        notes = st.empty()
        with notes.container():
            show_notes()
        images.show_refused()
        if chosen is not None:
            images.show_details(chosen[0], channels)
    loading = st.empty()
    draw = None
    if while_loading is not None and chosen is not None:
        draw = functools.partial(while_loading, model_name, image_digest(chosen[1]))
    classifier = _load(model_name, loading, draw)
    if chosen is None or (pictures_only and not classifier.takes_pictures):
        loading.empty()
        takes = text("{model} takes images of {n} bands.", model=plain(model_name), n=channels)
        pictures = text("This page works on pictures.")
        st.info(tr(sentences(takes, pictures if pictures_only else text("Upload one (.npy, .npz or TIFF) above."))))
        st.stop()
    image_name, image = chosen
    here = _context(classifier, model_name, image_name, image)
    here = _with_target(here, samples, class_slot, further_slot, below, with_answer)
    with notes.container():  # again, since the class has its own
        show_notes()
    with address_slot:
        address.copy_address(here)
    loading.empty()
    if needs_maps and not classifier.network.map_layers:
        st.info(
            tr(
                "{model} has no layer with feature maps, so this page has nothing to show. Overview, Architecture, "
                "Occlusion and Saliency work for it.",
                model=plain(model_name),
            )
        )
        st.stop()
    return here


def _with_target(here: Context, samples: tuple[str, ...], main, further, below, with_answer: bool) -> Context:
    """Draws the choice of the target into the slots `main` and `further`, and the network's answer into `below`."""
    classifier = here.classifier
    if classifier.task is Task.EMBEDDING:
        with main:
            label = tr(words(classifier.task).chooser)
            chosen = images.image_control("reference", label, samples, 1, classifier.channels)
        assert chosen is not None  # the page has an image already
        here = _compared(here, chosen[0])
        with below:
            if with_answer:
                similar = bars([(chosen[0], here.similarity)], tr("Cosine similarity"), lambda value: with_unit(value))
                st.html(f"<div class='v-answer'>{similar}</div>")
            if here.reference is not None and here.reference.digest == here.digest:
                st.caption(tr("An image is perfectly similar to itself. Choose another one to compare with."))
        return here
    here = replace(here, target=target_control(classifier, here.logits, main, further))
    if with_answer:
        with below:
            st.html(f"<div class='v-answer'>{answers.answer_html(classifier, here.values, 5)}</div>")
            answers.show_unknown(classifier)
    return here


def other_image_control(label: str, key: str) -> tuple[str, np.ndarray]:
    """A second image, chosen from the same list as the first one."""
    model_name = st.session_state["model"]
    chosen = images.image_control(key, label, sample_names(model_name), 1, _channels(model_name))
    assert chosen is not None  # the page has an image already
    return chosen


def beside(here: Context, image_name: str | None = None, model_name: str | None = None) -> Context:
    """The context with another image or another network; the target is its main class.

    Raises:
        VislibError: If the network cannot be loaded.
    """
    image_name, model_name = image_name or here.image_name, model_name or here.model_name
    classifier = here.classifier if model_name == here.model_name else models.classifier(model_name)
    reference = here.reference.name if here.reference else st.session_state.get("reference")
    image = images.image_named(image_name, classifier.channels)
    return _context(classifier, model_name, image_name, image, reference)


def with_image(here: Context, image_name: str, image: np.ndarray) -> Context:
    """The context with a picture that is computed on the page; the target is its main class."""
    reference = here.reference.name if here.reference else None
    return _context(here.classifier, here.model_name, image_name, image, reference)


def image_names(here: Context) -> list[str]:
    """The samples that suit the network, and the user's images."""
    return images.image_names(sample_names(here.model_name), here.classifier.channels)


def _context(
    classifier: vislib.Classifier, model_name: str, image_name: str, image: np.ndarray, reference: str | None = None
) -> Context:
    """The context whose target is the main class, or the similarity to the image with the name `reference`."""
    digest = image_digest(image)
    logits = logits_of(classifier, image, digest)
    if classifier.task is Task.EMBEDDING:
        here = Context(classifier, model_name, image, image_name, digest, vislib.targets.Output(0), logits)
        return here if reference is None else _compared(here, reference)
    target = vislib.Target(classifier.main_class(logits))
    return Context(classifier, model_name, image, image_name, digest, target, logits)


def _compared(here: Context, name: str) -> Context:
    """The context of an embedding with the similarity to an image as its target."""
    image = images.image_named(name, here.classifier.channels)
    digest = image_digest(image)
    vector = logits_of(here.classifier, image, digest)
    return replace(here, target=vislib.targets.Similarity(None, vector), reference=Reference(name, digest, vector))


def _channels(model_name: str) -> int:
    """The number of channels that a network takes; the built-in ones take pictures."""
    own = models.user_models().get(model_name)
    return 3 if own is None else own.channels


def sample_names(model_name: str) -> tuple[str, ...]:
    """The sample images that suit the network with this name."""
    return images.samples_for(model_name, models.user_models().get(model_name))


def _load(name: str, slot, draw: Callable[[], None] | None = None) -> vislib.Classifier:
    with slot.container(), st.spinner(tr("Loading {model}; the first time this takes some seconds…", model=name)):
        if draw is not None:
            draw()
        try:
            return models.classifier(name)
        except vislib.VislibError as error:
            refused = str(error)
    slot.error(plain(refused))
    if name != DEFAULT:
        st.button(tr("Go back to {model}", model=DEFAULT), on_click=models.switch_to, args=(DEFAULT,))
    st.stop()
