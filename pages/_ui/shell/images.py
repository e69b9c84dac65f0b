"""The images that the user can choose: samples that suit the network, and uploaded ones."""

import hashlib
from pathlib import Path

import numpy as np
import streamlit as st

import vislib
from pages._ui.server import journal
from pages._ui.server.store import Store
from pages._ui.shell.models import UserModel
from pages._ui.widgets.choice import choose
from pages._ui.widgets.text import plain

SAMPLES = Path(__file__).resolve().parents[3] / "sample_images"
_PHOTOS = ("cat.jpg", "coffee.jpg", "cat_and_coffee.jpg", "rocket.jpg", "astronaut.jpg")
DIGITS = tuple(f"digits/{digit}.png" for digit in range(10))
_SMALL_PICTURES = tuple(
    f"cifar10/{name}.png"
    for name in ("cat", "dog", "airplane", "automobile", "bird", "deer", "frog", "horse", "ship", "truck")
)
SAMPLE_NAMES = (*_PHOTOS, *DIGITS, *_SMALL_PICTURES)
_MAX_USER_IMAGES = 5
_STORE_BYTES = 384 * 1024 * 1024
"""For the files and pixels of all users; an image of 25 million pixels takes 75 MB."""


@st.cache_resource(show_spinner=False)
def store() -> Store:
    """The images of all users, as files and as pixels; the least recently used are removed."""
    return Store(_STORE_BYTES)


def add_image(name: str, content: bytes) -> None:
    """Adds an image file to the images of this user and chooses it; the oldest one is removed if there are too many."""
    digests = _user_images()
    digests.pop(name, None)
    digests[name] = hashlib.sha256(content).hexdigest()
    store().put(("file", digests[name]), content)
    while len(digests) > _MAX_USER_IMAGES:
        digests.pop(next(iter(digests)))
    st.session_state["image"] = name


def samples_for(model_name: str, network: UserModel | vislib.Classifier | None) -> tuple[str, ...]:
    """Names of the sample images that suit a network.

    Args:
        model_name: Name of the network.
        network: The network, if it is not built in.
    """
    if model_name == "digits" or (network and network.channels == 1):
        return DIGITS
    if model_name == "cifar10" or (network and max(network.input_size) <= 64):
        return _SMALL_PICTURES
    return _PHOTOS


def image_named(name: str) -> np.ndarray:
    """A sample or an image of this user, (H, W, 3) uint8.

    Raises:
        ImageError: If the server has removed it.
    """
    if name not in _user_images():
        return _sample(name)
    digest = _user_images()[name]
    pixels = store().get(("pixels", digest))
    if pixels is None:
        content = store().get(("file", digest))
        if content is None:
            raise vislib.ImageError(f"The server has removed {name} because it needed the memory. Upload it again.")
        pixels = vislib.load_image(content)
        store().put(("pixels", digest), pixels)
    return pixels


def image_names(samples: tuple[str, ...]) -> list[str]:
    """The samples, then the images of this user."""
    for name, digest in list(_user_images().items()):
        if store().get(("file", digest)) is None:
            del _user_images()[name]
            st.session_state["refused"] = (
                f"The server has removed {name} because it needed the memory. Upload it again."
            )
    return [*samples, *_user_images()]


def _user_images() -> dict[str, str]:
    """The images of this user: name → digest of the file."""
    return st.session_state.setdefault("own_images", {})


def image_control(key: str, label: str, samples: tuple[str, ...], index: int = 0) -> tuple[str, np.ndarray]:
    """A select box of the images; the name and the pixels of the chosen one."""
    options = image_names(samples)
    name = choose(label, options, key, options[index])
    return name, image_named(name)


@st.cache_resource(max_entries=16, show_spinner=False)
def _sample(name: str) -> np.ndarray:
    return vislib.load_image(SAMPLES / name)


def upload_control() -> None:
    """Upload and camera. After a refusal an error stands here, and the current image stays."""
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
        st.error(plain(refused))


def _take(key: str) -> None:
    st.session_state.pop("refused", None)
    file = st.session_state.get(key)
    if file is None:
        return
    content = file.getvalue()
    try:
        vislib.load_image(content)
    except vislib.VislibError as error:
        journal.log("refused", what="image", bytes=len(content), why=str(error))
        st.session_state["refused"] = f"{file.name}: {error} The previous image is still in use."
        return
    add_image(_new_name(file.name or "camera.png"), content)


def _new_name(name: str) -> str:
    name = name if len(name) <= 60 else f"{name[:50]}…{name[-9:]}"
    taken = {*SAMPLE_NAMES, *_user_images()}
    return next(c for c in (name, *(f"{name} ({n})" for n in range(2, 99))) if c not in taken)
