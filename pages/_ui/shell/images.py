"""The images that the user can choose: samples that suit the network, and uploaded ones."""

import hashlib

import numpy as np
import streamlit as st

import vislib
from pages._ui.server import journal
from pages._ui.server.store import Store
from pages._ui.shell import band_view, image_files
from pages._ui.shell.image_files import ImageFile
from pages._ui.shell.models import UserModel, reads_digits
from pages._ui.widgets.choice import asked_in_vain, choose, note
from pages._ui.widgets.text import plain
from vislib.images.arrays import LoadedImage
from vislib.images.sets import ArrayImages, ImageSet
from vislib.language import Text, text, tr
from vislib.output import export
from vislib.zoo.scene_networks import SCENE_NETWORKS

_PHOTOS = ("cat.jpg", "coffee.jpg", "cat_and_coffee.jpg", "rocket.jpg", "astronaut.jpg")
DIGITS = tuple(f"digits/{digit}.png" for digit in range(10))
_SMALL_PICTURES = tuple(
    f"cifar10/{name}.png"
    for name in ("cat", "dog", "airplane", "automobile", "bird", "deer", "frog", "horse", "ship", "truck")
)
SCENES = tuple(f"scenes/scene-{number}.png" for number in range(1, 7))
SAMPLE_NAMES = (*_PHOTOS, *DIGITS, *_SMALL_PICTURES, *SCENES)
_MAX_USER_IMAGES = 5
_STORE_BYTES = 384 * 1024 * 1024
"""For the files and pixels of all users; an image of 25 million pixels takes 75 MB."""


@st.cache_resource(show_spinner=False)
def store() -> Store:
    """The images of all users, as files and as pixels; the least recently used are removed."""
    return Store(_STORE_BYTES)


def add_image(name: str, content: bytes) -> None:
    """Adds a picture file to the images of this user and chooses it; of too many the oldest one is removed."""
    _add(name, content, ImageFile(hashlib.sha256(content).hexdigest(), True, None))


def use_of_set(found: ImageSet, number: int) -> None:
    """Makes an image of a set the image of every page: a sample by its name, any other as an image of this user."""
    title = found.title(number)
    if title in SAMPLE_NAMES:
        st.session_state["image"] = title
    else:
        add_image(f"{tr(found.name)}, {title}", export.png_bytes(export.as_image(found[number])))
    st.toast(tr("{image} is now the image on every page.", image=plain(title)))


def _add(name: str, content: bytes, file: ImageFile) -> None:
    files = _user_images()
    files.pop(name, None)
    files[name] = file
    store().put(("file", file.digest), content)
    while len(files) > _MAX_USER_IMAGES:
        files.pop(next(iter(files)))
    st.session_state["image"] = name


def forget_image(name: str, instead: str | None = None) -> None:
    """Removes an image of this user; if it was the chosen one, `instead` is chosen, or the first that suits."""
    _user_images().pop(name, None)
    if st.session_state.get("image") != name:
        return
    if instead is None:
        del st.session_state["image"]
    else:
        st.session_state["image"] = instead


def samples_for(model_name: str, network: UserModel | vislib.Classifier | None) -> tuple[str, ...]:
    """Names of the sample images that suit a network.

    Args:
        model_name: Name of the network.
        network: The network, if it is not built in.
    """
    if network and network.channels not in (1, 3):
        return ()
    if model_name in SCENE_NETWORKS:
        return SCENES
    if model_name == "digits" or (network and reads_digits(network)):
        return DIGITS
    if model_name == "cifar10" or (network and max(network.input_size) <= 64):
        return _SMALL_PICTURES
    return _PHOTOS


def sample_set(model_name: str, network: UserModel | vislib.Classifier | None) -> ArrayImages:
    """The sample images that suit a network, as a set.

    Raises:
        DatasetError: If there are none, as for a network that takes bands.
    """
    names = samples_for(model_name, network)
    return ArrayImages([_sample(name) for name in names], text("the sample images"), names)


def image_named(name: str, channels: int = 3) -> np.ndarray:
    """A sample or an image of this user as a network takes it: (H, W, 3) uint8, or (H, W, channels) for bands.

    Raises:
        ImageError: If the server has removed it.
    """
    return _sample(name) if name not in _user_images() else _loaded(name, channels).values


def _loaded(name: str, channels: int) -> LoadedImage:
    digest = _user_images()[name].digest
    key = ("pixels", digest, image_files.window(digest), channels in (1, 3))
    image = store().get(key)
    if image is None:
        content = store().get(("file", digest))
        if content is None:
            raise vislib.ImageError(_removed(name))
        image = image_files.read(content, digest, channels)
        store().put(key, image)
    return image


def image_names(samples: tuple[str, ...], channels: int = 3) -> list[str]:
    """The samples, then the images of this user that a network with this number of channels can take."""
    for name, file in list(_user_images().items()):
        if store().get(("file", file.digest)) is None:
            del _user_images()[name]
            st.session_state["refused"] = _removed(name)
    return [*samples, *(name for name, file in _user_images().items() if file.suits(channels))]


def _removed(name: str) -> Text:
    return text("The server has removed {image} because it needed the memory. Upload it again.", image=name)


def reading_lines(name: str, source: str, channels: int) -> str:
    """The Python expression that reads an image as it is read here, from the expression of its path."""
    if channels not in (1, 3):
        return f"vislib.load_bands({source})"
    file = _user_images().get(name)
    window = file and image_files.window(file.digest)
    return f"vislib.load_image({source}, window={window})" if window else f"vislib.load_image({source})"


def _user_images() -> dict[str, ImageFile]:
    """The images of this user by name."""
    return st.session_state.setdefault("own_images", {})


def image_control(
    key: str, label: str, samples: tuple[str, ...], index: int = 0, channels: int = 3
) -> tuple[str, np.ndarray] | None:
    """A select box of the images; the name and the pixels of the chosen one. None if there are no images."""
    options = image_names(samples, channels)
    if not options:
        return None
    before, missing = st.session_state.get(key), asked_in_vain(key, options)
    name = choose(label, options, key, options[min(index, len(options) - 1)], shared=index == 0)
    if index == 0:
        if missing is not None:
            note(key, _why_missing(missing, name), name)
        elif before not in (None, name) and (before in SAMPLE_NAMES or before in _user_images()):
            said = text(
                "The image is now {image}, because {before} does not suit {model}.",
                image=name,
                before=before,
                model=st.session_state.get("model", text("the network")),
            )
            note(key, said, name)
    return name, image_named(name, channels)


def _why_missing(asked: str, shown: str) -> Text:
    if asked in SAMPLE_NAMES:
        model = st.session_state.get("model", text("the network"))
        return text("{image} does not suit {model}. Shown: {shown}.", image=asked, model=model, shown=shown)
    return text(
        "There is no image “{image}” in this session. If it was uploaded in another session, upload it again. Shown: "
        "{shown}.",
        image=asked,
        shown=shown,
    )


def show_details(name: str, channels: int) -> None:
    """How a file of this user was read, where that is not plain; its window and its bands."""
    if name not in _user_images():
        return
    image = _loaded(name, channels)
    st.button(tr("Remove this image"), icon=":material/delete:", type="tertiary", on_click=forget_image, args=(name,))
    for sentence in image.notes:
        st.caption(plain(tr(sentence)))
    image_files.window_control(_user_images()[name].digest, image)
    if channels not in (1, 3):
        band_view.show(image.values, name)


@st.cache_resource(max_entries=16, show_spinner=False)
def _sample(name: str) -> np.ndarray:
    return vislib.load_image(vislib.sample_path(name))


def upload_control(channels: int = 3) -> None:
    """Upload and camera. After a refusal the current image stays, and `show_refused` says why.

    Args:
        channels: The number of channels of the network in use, which has to take the image.
    """
    st.file_uploader(
        tr("Your own image"),
        type=list(image_files.TYPES),
        key="upload",
        on_change=_take,
        args=("upload", channels),
        width=130,
        help=tr(
            "PNG, JPEG, WEBP, BMP, GIF, TIFF, DICOM, .npy or .npz, up to 20 MB and 25 million pixels; larger JPEG "
            "photos are reduced. It stays on this server."
        ),
    )
    with st.container(width="content", key="context_camera"), st.popover(tr("Camera"), icon=":material/photo_camera:"):
        if st.toggle(tr("Use the camera"), key="camera_on"):
            st.camera_input(tr("Take a picture"), key="camera", on_change=_take, args=("camera", channels))


def show_refused() -> None:
    """Why the last image was refused, if it was."""
    if refused := st.session_state.get("refused"):
        st.error(plain(tr(refused)))


def _take(key: str, channels: int) -> None:
    st.session_state.pop("refused", None)
    file = st.session_state.get(key)
    if file is None:
        return
    take_file(file.name or "camera.png", file.getvalue(), channels)


def take_file(name: str, content: bytes, channels: int) -> None:
    """Makes a file the image of every page, or keeps the reason why not for `show_refused`."""
    try:
        held = image_files.looked_at(name, content, hashlib.sha256(content).hexdigest(), channels)
    except vislib.VislibError as error:
        journal.log("refused", what="image", bytes=len(content), why=str(error))
        st.session_state["refused"] = text(
            "{image}: {reason} The previous image is still in use.", image=name, reason=error.args[0]
        )
        return
    _add(_new_name(name), content, held)


def _new_name(name: str) -> str:
    name = name if len(name) <= 60 else f"{name[:50]}…{name[-9:]}"
    taken = {*SAMPLE_NAMES, *_user_images()}
    return next(c for c in (name, *(f"{name} ({n})" for n in range(2, 99))) if c not in taken)
