"""Pictures inside the page itself. A file of its own, as Streamlit makes, is gone when the page has run again, which a
slow browser then asks for in vain."""

import base64
import io
from typing import Any

import streamlit as st
from PIL import Image

_QUALITY = 92


def show_image(image: Image.Image, alt: str, width: Any = "stretch") -> None:
    """Draws a picture.

    Args:
        image: At the size at which it is to be seen, or larger.
        alt: What it shows, for who cannot see it.
        width: As `st.image` takes it.
    """
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=_QUALITY, subsampling=0)
    source = f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
    st.image(source, width=width, alt=alt)
