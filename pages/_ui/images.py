"""The images that can be looked at: samples that suit the network, and the person's own."""

from pathlib import Path

import numpy as np
import streamlit as st

import vislib
from pages._ui import style

SAMPLES = Path(__file__).resolve().parents[2] / "sample_images"
_PHOTOS = ("cat.jpg", "coffee.jpg", "cat_and_coffee.jpg", "rocket.jpg", "astronaut.jpg")
DIGITS = tuple(f"digits/{digit}.png" for digit in range(10))
_SMALL_PICTURES = tuple(
    f"cifar10/{name}.png"
    for name in ("cat", "dog", "airplane", "automobile", "bird", "deer", "frog", "horse", "ship", "truck")
)
SAMPLE_NAMES = (*_PHOTOS, *DIGITS, *_SMALL_PICTURES)
_KEPT_OWN_IMAGES = 5


def take_image(name: str, content: bytes) -> None:
    """Adds an image file to this person's own and makes it the one in use; the oldest gives way."""
    own = st.session_state.setdefault("own_images", {})
    own.pop(name, None)
    own[name] = content
    while len(own) > _KEPT_OWN_IMAGES:
        own.pop(next(iter(own)))
    st.session_state.setdefault("decoded", {}).pop(name, None)
    st.session_state["image"] = name


def samples_for(model_name: str, own: vislib.Classifier | None) -> tuple[str, ...]:
    """The sample images that suit a network: a built-in one's name, or a person's own."""
    if model_name == "digits" or (own and own.channels == 1):
        return DIGITS
    if model_name == "cifar10" or (own and max(own.input_size) <= 64):
        return _SMALL_PICTURES
    return _PHOTOS


def image_named(name: str) -> np.ndarray:
    """A sample or an image of the person's own, (H, W, 3) uint8."""
    own: dict[str, bytes] = st.session_state.setdefault("own_images", {})
    if name not in own:
        return _sample(name)
    decoded = st.session_state.setdefault("decoded", {})
    if name not in decoded:
        decoded.clear()  # a picture of 25 million pixels takes 75 MB: only the one in use is kept decoded
        decoded[name] = vislib.load_image(own[name])
    return decoded[name]


def image_names(samples: tuple[str, ...]) -> list[str]:
    """The samples and then the person's own images."""
    return [*samples, *st.session_state.setdefault("own_images", {})]


def choose_image(key: str, label: str, samples: tuple[str, ...], index: int = 0) -> tuple[str, np.ndarray]:
    """A widget for the images there are; the name and the image chosen."""
    options = image_names(samples)
    if st.session_state.get(key) not in options:
        st.session_state.pop(key, None)
    name = st.selectbox(label, options, index=index, key=key, bind="query-params")
    return name, image_named(name)


@st.cache_resource(max_entries=16, show_spinner=False)
def _sample(name: str) -> np.ndarray:
    return vislib.load_image(SAMPLES / name)


def own_image() -> None:
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
    taken = {*SAMPLE_NAMES, *own}
    return next(c for c in (name, *(f"{name} ({n})" for n in range(2, 99))) if c not in taken)
