"""The context that all pages share: model, image and target, chosen in the sidebar."""

import functools
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import streamlit as st

import vislib
from pages._ui.shell import answers, digit_canvas, images, models, style
from pages._ui.shell.chosen import Context as Context
from pages._ui.shell.chosen import Reference, logits_of
from pages._ui.shell.targets import target_control
from pages._ui.shell.tasks import words
from pages._ui.widgets.bars import bars, short_number
from pages._ui.widgets.text import plain
from vislib.images.reading import image_digest
from vislib.tasks import Task
from vislib.zoo import DEFAULT


def context(
    title: str,
    lead: str,
    needs_maps: bool = True,
    pictures_only: bool = False,
    while_loading: Callable[[str, str], None] | None = None,
) -> Context:
    """Draws the heading and the sidebar, loads what the user chose, and returns it.

    `while_loading` draws something before the network is loaded, from its name and the digest of the image.

    The page stops here with a message if the model cannot be loaded, if the page needs feature maps and the model has
    none, or if the model takes bands and there is no such image, or the page works on pictures only.
    """
    style.start(title, lead)
    loading = st.empty()
    with st.sidebar:
        model_name = models.model_control()
        samples = sample_names(model_name)
        if samples == images.DIGITS:
            digit_canvas.draw_a_digit()
        channels = _channels(model_name)
        chosen = images.image_control("image", "Image", samples, channels=channels)
        images.upload_control(channels)
        class_slot = st.container()
    draw = None
    if while_loading is not None and chosen is not None:
        draw = functools.partial(while_loading, model_name, image_digest(chosen[1]))
    classifier = _load(model_name, loading, draw)
    if chosen is None or (pictures_only and not classifier.takes_pictures):
        loading.empty()
        work_on = (
            "This page works on pictures. " if pictures_only else "Upload one (.npy, .npz or TIFF) in the sidebar. "
        )
        st.info(f"{plain(model_name)} takes images of {channels} bands. {work_on}")
        st.stop()
    image_name, image = chosen
    here = _context(classifier, model_name, image_name, image)
    with class_slot:
        here = _with_target(here, samples)
    loading.empty()
    if needs_maps and not classifier.network.map_layers:
        st.info(
            f"{plain(model_name)} has no layer with feature maps, so this page has nothing to show. "
            "Overview, Architecture, Occlusion and Saliency work for it."
        )
        st.stop()
    return here


def _with_target(here: Context, samples: tuple[str, ...]) -> Context:
    """Draws the choice of the target, and below it the network's answer."""
    classifier = here.classifier
    if classifier.task is Task.EMBEDDING:
        label = words(classifier.task).chooser
        chosen = images.image_control("reference", label, samples, 1, classifier.channels, with_details=False)
        assert chosen is not None  # the page has an image already
        here = _compared(here, chosen[0])
        similar = [(chosen[0], here.similarity)]
        st.html(bars(similar, "Cosine similarity", lambda value: short_number(value)))
        if here.reference is not None and here.reference.digest == here.digest:
            st.caption("An image is perfectly similar to itself. Choose another one to compare with.")
        return here
    here = replace(here, target=target_control(classifier, here.logits))
    st.html(answers.answer_html(classifier, here.values, 5))
    answers.say_unknown(classifier)
    return here


def other_image_control(label: str, key: str) -> tuple[str, np.ndarray]:
    """A second image, chosen from the same list as the first one."""
    model_name = st.session_state["model"]
    chosen = images.image_control(key, label, sample_names(model_name), 1, _channels(model_name), False)
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
    with slot.container(), st.spinner(f"Loading {name}; the first time this takes some seconds…"):
        if draw is not None:
            draw()
        try:
            return models.classifier(name)
        except vislib.VislibError as error:
            refused = str(error)
    slot.error(plain(refused))
    if name != DEFAULT:
        st.button(f"Go back to {DEFAULT}", on_click=models.switch_to, args=(DEFAULT,))
    st.stop()
