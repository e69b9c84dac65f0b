"""The one context that every page shares, chosen in the sidebar: model, image, class."""

import html
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st

import vislib
from pages._ui import drawing, style, work
from pages._ui.targets import choose_target
from vislib.images import image_digest
from vislib.zoo import DEFAULT

SAMPLES = Path(__file__).resolve().parents[2] / "sample_images"
_PHOTOS = ("cat.jpg", "coffee.jpg", "cat_and_coffee.jpg", "rocket.jpg", "astronaut.jpg")
_DIGITS = tuple(f"digits/{digit}.png" for digit in range(10))
_SMALL_PICTURES = tuple(
    f"cifar10/{name}.png"
    for name in ("cat", "dog", "airplane", "automobile", "bird", "deer", "frog", "horse", "ship", "truck")
)
_SAMPLE_NAMES = (*_PHOTOS, *_DIGITS, *_SMALL_PICTURES)
_KEPT_OWN_IMAGES = 5


@dataclass(frozen=True, eq=False)
class Context:
    """What is looked at: a classifier, an image and what of its decision is explained."""

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
        """How a script would name the image."""
        return f"sample_images/{self.image_name}" if self.image_name in _SAMPLE_NAMES else self.image_name

    def key(self, *rest) -> tuple:
        """Identifies a result about this model and image."""
        return (self.classifier.key, self.digest, *rest)


def context(title: str, lead: str) -> Context:
    """Draws heading and sidebar, loads what is chosen, and returns it.

    The page stops here, with a sentence, if the model cannot be had or has no feature maps to look into.
    """
    style.start(title, lead)
    loading = st.empty()
    with st.sidebar:
        model_name = _choose_model()
        samples = _samples_for(model_name)
        if samples == _DIGITS:
            drawing.draw_a_digit()
        image_name, image = _choose_image("image", "Image", samples)
        _own_image()
        class_slot = st.container()
    classifier = own_models().get(model_name) or _load(model_name, loading)
    digest = image_digest(image)
    logits = work.stored((classifier.key, digest, "logits"), lambda: classifier.logits(image))
    probabilities = classifier.network.probabilities(logits)
    with class_slot:
        target = choose_target(classifier, probabilities)
        st.html(top_bars(classifier, probabilities, 5))
    loading.empty()
    if not classifier.network.map_layers:
        st.info(f"{style.plain(model_name)} has no layer with feature maps, so there is nothing to look into.")
        st.stop()
    return Context(classifier, model_name, image, image_name, digest, target, probabilities)


def other_image(label: str, key: str) -> tuple[str, np.ndarray]:
    """A second image, chosen from the same list."""
    return _choose_image(key, label, _samples_for(st.session_state["model"]), index=1)


def own_models() -> dict[str, vislib.Classifier]:
    """This person's trained networks by name; nobody else sees them."""
    return st.session_state.setdefault("own_models", {})


def take_image(name: str, content: bytes) -> None:
    """Adds an image file to this person's own and makes it the one in use; the oldest gives way."""
    own = st.session_state.setdefault("own_images", {})
    own.pop(name, None)
    own[name] = content
    while len(own) > _KEPT_OWN_IMAGES:
        own.pop(next(iter(own)))
    st.session_state.setdefault("decoded", {}).pop(name, None)
    st.session_state["image"] = name


def top_bars(classifier: vislib.Classifier, probabilities: np.ndarray, top: int) -> str:
    """HTML of the most probable classes with their probabilities as bars."""
    rows = []
    for index in np.argsort(-probabilities, kind="stable")[:top]:
        share = float(probabilities[index])
        rows.append(
            f"<li><span class='v-name'>{html.escape(classifier.labels[index])}</span>"
            f"<span class='v-value'>{percent(share)}</span>"
            f"<span class='v-bar'><span style='width:{share * 100:.1f}%'></span></span></li>"
        )
    return f"<ol class='v-top' aria-label='Most probable classes'>{''.join(rows)}</ol>"


def percent(share: float) -> str:
    """A probability as people write it: 38 %, 1.4 %, < 0.1 %."""
    if share < 0.001:
        return "< 0.1 %"
    if share > 0.9995:
        return "100 %" if share == 1 else "> 99.9 %"
    return f"{share * 100:.0f} %" if 0.0995 <= share <= 0.99 else f"{share * 100:.1f} %"


def _samples_for(model_name: str) -> tuple[str, ...]:
    """The sample images that suit a network."""
    trained = own_models().get(model_name)
    if model_name == "digits" or (trained and trained.channels == 1):
        return _DIGITS
    if model_name == "cifar10" or (trained and max(trained.input_size) <= 64):
        return _SMALL_PICTURES
    return _PHOTOS


def _choose_image(key: str, label: str, samples: tuple[str, ...], index: int = 0) -> tuple[str, np.ndarray]:
    own: dict[str, bytes] = st.session_state.setdefault("own_images", {})
    options = [*samples, *own]
    if st.session_state.get(key) not in options:
        st.session_state.pop(key, None)
    name = st.selectbox(label, options, index=index, key=key, bind="query-params")
    if name in own:
        decoded = st.session_state.setdefault("decoded", {})
        if name not in decoded:
            decoded.clear()  # a picture of 25 million pixels takes 75 MB: only the one in use is kept decoded
            decoded[name] = vislib.load_image(own[name])
        return name, decoded[name]
    return name, _sample(name)


@st.cache_resource(max_entries=16, show_spinner=False)
def _sample(name: str) -> np.ndarray:
    return vislib.load_image(SAMPLES / name)


def _own_image() -> None:
    """Upload and camera. What is refused is said here, and the image in use stays."""
    with st.expander("Use your own image", icon=":material/add_photo_alternate:"):
        st.file_uploader(
            "Upload",
            type=["png", "jpg", "jpeg", "webp", "bmp", "gif", "tif", "tiff"],
            key="upload",
            on_change=_take,
            args=("upload",),
            help="PNG, JPEG, WEBP, BMP, GIF or TIFF, up to 20 MB and 25 million pixels. It stays on this server.",
        )
        if st.toggle("Camera", key="camera_on"):
            st.camera_input("Take a picture", key="camera", on_change=_take, args=("camera",))
    if refused := st.session_state.get("refused"):
        st.error(style.plain(refused))


def _take(key: str) -> None:
    st.session_state.pop("refused", None)
    file = st.session_state.get(key)
    if file is None:
        return
    content = file.getvalue()
    try:
        vislib.load_image(content)
    except vislib.VislibError as error:
        st.session_state["refused"] = f"{file.name}: {error} The image you had is still here."
        return
    own = st.session_state.setdefault("own_images", {})
    take_image(_new_name(file.name or "camera.png", own), content)


def _new_name(name: str, own: dict[str, bytes]) -> str:
    name = name if len(name) <= 60 else f"{name[:50]}…{name[-9:]}"
    taken = {*_SAMPLE_NAMES, *own}
    return next(c for c in (name, *(f"{name} ({n})" for n in range(2, 99))) if c not in taken)


def _choose_model() -> str:
    about = vislib.models()
    about |= dict.fromkeys(own_models(), "Trained by you on the page Train; kept for this visit")
    name = st.selectbox("Model", list(about), key="model", bind="query-params")
    st.caption(about[name])
    return name


def _load(name: str, slot) -> vislib.Classifier:
    with slot.container(), st.spinner(f"Loading {name}; the first time this takes some seconds…"):
        try:
            return _classifier(name)
        except vislib.VislibError as error:
            refused = str(error)
    slot.error(style.plain(refused))
    if name != DEFAULT:
        st.button(f"Go back to {DEFAULT}", on_click=_use_default)
    st.stop()


def _use_default() -> None:
    st.session_state["model"] = DEFAULT


@st.cache_resource(max_entries=3, show_spinner=False)
def _classifier(name: str) -> vislib.Classifier:
    return vislib.load_classifier(name)
