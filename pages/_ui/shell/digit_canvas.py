"""Drawing a digit with the mouse or a finger, for networks that classify digits."""

import streamlit as st
from PIL import Image

import vislib
from pages._ui.shell.images import add_image
from vislib.images.digits import centre_digit
from vislib.output import export

_SIDE = 196
NAME = "drawing.png"


def draw_a_digit() -> None:
    """A canvas; after each stroke the drawing becomes the current image, scaled and centred like the MNIST digits."""
    from streamlit_drawable_canvas import st_canvas  # it registers a component, which needs the running app

    st.markdown("Draw a digit")
    canvas = st_canvas(
        stroke_width=15,
        stroke_color="#ffffff",
        background_color="#000000",
        height=_SIDE,
        width=_SIDE,
        drawing_mode="freedraw",
        return_image_data=True,
        key="canvas",
    )
    pixels = getattr(canvas, "image_data", None)
    if pixels is None or not pixels[..., :3].any():
        return
    try:
        content = export.png_bytes(Image.fromarray(centre_digit(pixels)))
    except vislib.VislibError:
        return  # a single dot is no digit yet
    if content != st.session_state.get("drawn"):
        st.session_state["drawn"] = content
        add_image(NAME, content)
