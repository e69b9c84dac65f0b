"""The image files of a user: what they hold, and how they are read for a network."""

from dataclasses import dataclass

import streamlit as st

import vislib
from vislib.images.arrays import LoadedImage
from vislib.language import sentences, text, tr

TYPES = ("png", "jpg", "jpeg", "webp", "bmp", "gif", "tif", "tiff", "dcm", "npy", "npz")
_WINDOW = {"level": text("Window level"), "width": text("Window width")}
_OF_BANDS = ("tif", "tiff", "npy", "npz")


@dataclass(frozen=True)
class ImageFile:
    """What a session knows about a file of its user.

    Attributes:
        digest: SHA-256 of the file.
        is_picture: Whether it can be read as RGB.
        n_bands: How many bands it holds; None if it cannot be read as bands.
    """

    digest: str
    is_picture: bool
    n_bands: int | None

    def suits(self, channels: int) -> bool:
        """Whether a network with this number of channels can take it."""
        return self.is_picture if channels in (1, 3) else self.n_bands == channels


def looked_at(name: str, content: bytes, digest: str, channels: int) -> ImageFile:
    """What a file holds, if the network in use can take it.

    Args:
        name: The file's name.
        content: Its bytes.
        digest: Their SHA-256.
        channels: The number of channels of the network in use.

    Raises:
        ImageError: If the file cannot be read, or the network cannot take it.
    """
    picture_refused = bands_refused = None
    n_bands = None
    try:
        vislib.read_image(content)
    except vislib.ImageError as error:
        picture_refused = error
    if name.lower().rpartition(".")[2] in _OF_BANDS:
        try:
            n_bands = vislib.read_bands(content).values.shape[2]
        except vislib.ImageError as error:
            bands_refused = error
    file = ImageFile(digest, picture_refused is None, n_bands)
    if file.suits(channels):
        return file
    if channels in (1, 3):
        assert picture_refused is not None
        raise picture_refused
    takes = text("The network in use takes images of {n} bands.", n=channels)
    if n_bands:
        raise vislib.ImageError(
            text("It has {n} bands; the network in use takes images of {wanted} bands.", n=n_bands, wanted=channels)
        )
    if bands_refused:
        raise vislib.ImageError(sentences(bands_refused.args[0], takes))
    raise vislib.ImageError(
        text("It is a picture; the network in use takes images of {wanted} bands.", wanted=channels)
    )


def read(content: bytes, digest: str, channels: int) -> LoadedImage:
    """The file as a network with this number of channels takes it, with the window that the session has chosen.

    Raises:
        ImageError: If it cannot be read so.
    """
    if channels in (1, 3):
        return vislib.read_image(content, window(digest))
    return vislib.read_bands(content)


def window(digest: str) -> tuple[float, float] | None:
    """The window (level, width) that the session has chosen for a file; None: the file's own, or its full range."""
    return st.session_state.get("windows", {}).get(digest)


def window_control(digest: str, image: LoadedImage) -> None:
    """Level and width for an image of more than 8 bits, of floats, or of DICOM; nothing for other images."""
    if image.black_and_white is None:
        return
    low, high = image.black_and_white
    level, width = st.columns(2)
    for column, name, value in ((level, "level", (low + high) / 2), (width, "width", high - low)):
        key = f"window {name} {digest}"
        st.session_state.setdefault(key, value)
        column.number_input(
            tr(_WINDOW[name]),
            min_value=None if name == "level" else 1e-9,
            key=key,
            format="%g",
            on_change=_choose_window,
            args=(digest,),
            help=tr("level − width / 2 is black, level + width / 2 is white, in the file's unit."),
        )


def _choose_window(digest: str) -> None:
    chosen = (st.session_state[f"window level {digest}"], st.session_state[f"window width {digest}"])
    st.session_state.setdefault("windows", {})[digest] = chosen
