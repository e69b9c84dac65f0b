"""Drawing a digit with the mouse or a finger, for networks that classify digits."""

import numpy as np
import streamlit as st
from PIL import Image

import vislib
from pages._ui.shell import images
from pages._ui.widgets.drawing_pad import Stroke, drawing, drawing_pad, read, strokes_of, written
from vislib.images.digits import centre_digit
from vislib.language import text, tr
from vislib.output import export

NAME = "drawing.png"
_MEMORY = "digit.strokes"
_LONGEST_TEXT = 3000  # 500 points; servers and chats cut addresses that are much longer
_HINT = text(
    "Drawing needs a mouse, a pen or a finger. By keyboard, upload an image of a digit instead; every page with an "
    "image has “Your own image” at its top."
)
_HINT_WHILE_TRAINING = text(
    "Drawing needs a mouse, a pen or a finger; the training does not need a drawing. By keyboard, upload an image of a "
    "digit on another page after the training."
)


def draw_a_digit(key: str = "digit", as_image: bool = True) -> None:
    """The drawing pad. The drawing stays for the session and is the same on every page.

    Args:
        key: Tells the pads of different places apart.
        as_image: Whether the drawing becomes the current image after each stroke; Clear then takes it away again.
    """
    on_draw, hint = (_use, _HINT) if as_image else (_ignore, _HINT_WHILE_TRAINING)
    drawing_pad(f"drawing_pad.{key}", tr("Draw a digit"), tr(hint), _MEMORY, on_draw)


def digit() -> np.ndarray | None:
    """The drawing, scaled and centred like the MNIST digits, (28, 28, 3) uint8; None before it is a digit."""
    strokes = strokes_of(_MEMORY)
    if not strokes:
        return None
    try:
        return centre_digit(drawing(strokes))
    except vislib.VislibError:
        return None


def as_text() -> str:
    """The drawing as a text for an address; empty if there is none or it is too long for an address."""
    strokes = written(strokes_of(_MEMORY))
    return strokes if len(strokes) <= _LONGEST_TEXT else ""


def from_text(drawn: str) -> None:
    """Makes the drawing of an address the current image, if this session has no drawing.

    Args:
        drawn: What `as_text` gave.
    """
    strokes = read(drawn)
    if strokes and not strokes_of(_MEMORY):
        st.session_state[_MEMORY] = {"strokes": strokes, "n": 0}
        _use(strokes)


def use() -> None:
    """Makes the drawing the current image."""
    _use(strokes_of(_MEMORY))


def _use(strokes: list[Stroke]) -> None:
    drawn = digit()
    if drawn is not None:
        images.add_image(NAME, export.png_bytes(Image.fromarray(drawn)))
    else:
        images.forget_image(NAME, images.DIGITS[0])


def _ignore(strokes: list[Stroke]) -> None:
    pass
