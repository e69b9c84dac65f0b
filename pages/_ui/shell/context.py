"""The context that all pages share: model, image and class, chosen in the sidebar."""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

import vislib
from pages._ui.server import work
from pages._ui.shell import digit_canvas, images, models, style
from pages._ui.shell.targets import target_control
from pages._ui.widgets.bars import top_bars
from pages._ui.widgets.text import plain
from vislib.images.reading import image_digest
from vislib.zoo import DEFAULT


@dataclass(frozen=True, eq=False)
class Context:
    """A classifier, an image, and the target of the explanation."""

    classifier: vislib.Classifier
    model_name: str
    image: np.ndarray
    image_name: str
    digest: str
    target: vislib.Target
    probabilities: np.ndarray

    @property
    def class_index(self) -> int:
        return self.target.class_index

    @property
    def label(self) -> str:
        return self.classifier.labels[self.class_index]

    @property
    def probability(self) -> float:
        return float(self.probabilities[self.class_index])

    @property
    def source(self) -> str:
        """The image's path in a script."""
        return f"sample_images/{self.image_name}" if self.image_name in images.SAMPLE_NAMES else self.image_name

    @property
    def reading(self) -> str:
        """The Python expression that reads the image as it is read here."""
        return images.reading_lines(self.image_name, self.source, self.classifier.channels)

    def key(self, *rest) -> tuple:
        """Key of a result for this model and image."""
        return (self.classifier.key, self.digest, *rest)


def context(title: str, lead: str, needs_maps: bool = True, pictures_only: bool = False) -> Context:
    """Draws the heading and the sidebar, loads what the user chose, and returns it.

    The page stops here with a message if the model cannot be loaded, if the page needs feature maps and the model has
    none, or if the model takes bands and there is no such image, or the page works on pictures only.
    """
    style.start(title, lead)
    loading = st.empty()
    with st.sidebar:
        model_name = models.model_control()
        samples = _samples(model_name)
        if samples == images.DIGITS:
            digit_canvas.draw_a_digit()
        channels = _channels(model_name)
        chosen = images.image_control("image", "Image", samples, channels=channels)
        images.upload_control(channels)
        class_slot = st.container()
    classifier = _load(model_name, loading)
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
        target = target_control(classifier, here.probabilities)
        st.html(top_bars(classifier.labels, here.probabilities, 5))
    loading.empty()
    if needs_maps and not classifier.network.map_layers:
        st.info(
            f"{plain(model_name)} has no layer with feature maps, so this page has nothing to show. "
            "Overview, Architecture, Occlusion and Saliency work for it."
        )
        st.stop()
    return replace(here, target=target)


def other_image_control(label: str, key: str) -> tuple[str, np.ndarray]:
    """A second image, chosen from the same list as the first one."""
    model_name = st.session_state["model"]
    chosen = images.image_control(key, label, _samples(model_name), index=1, channels=_channels(model_name))
    assert chosen is not None  # the page has an image already
    return chosen


def beside(here: Context, image_name: str | None = None, model_name: str | None = None) -> Context:
    """The context with another image or another network; the target is its most probable class.

    Raises:
        VislibError: If the network cannot be loaded.
    """
    image_name, model_name = image_name or here.image_name, model_name or here.model_name
    classifier = here.classifier if model_name == here.model_name else models.classifier(model_name)
    return _context(classifier, model_name, image_name, images.image_named(image_name, classifier.channels))


def image_names(here: Context) -> list[str]:
    """The samples that suit the network, and the user's images."""
    return images.image_names(_samples(here.model_name), here.classifier.channels)


def _context(classifier: vislib.Classifier, model_name: str, image_name: str, image: np.ndarray) -> Context:
    """The context whose target is the most probable class."""
    digest = image_digest(image)
    logits = work.stored((classifier.key, digest, "logits"), lambda: classifier.logits(image))
    probabilities = classifier.network.probabilities(logits)
    target = vislib.Target(int(probabilities.argmax()))
    return Context(classifier, model_name, image, image_name, digest, target, probabilities)


def _channels(model_name: str) -> int:
    """The number of channels that a network takes; the built-in ones take pictures."""
    own = models.user_models().get(model_name)
    return 3 if own is None else own.channels


def _samples(model_name: str) -> tuple[str, ...]:
    return images.samples_for(model_name, models.user_models().get(model_name))


def _load(name: str, slot) -> vislib.Classifier:
    with slot.container(), st.spinner(f"Loading {name}; the first time this takes some seconds…"):
        try:
            return models.classifier(name)
        except vislib.VislibError as error:
            refused = str(error)
    slot.error(plain(refused))
    if name != DEFAULT:
        st.button(f"Go back to {DEFAULT}", on_click=models.switch_to, args=(DEFAULT,))
    st.stop()
