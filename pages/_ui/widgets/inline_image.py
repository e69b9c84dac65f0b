"""Images embedded in the page as data URIs.

Streamlit serves images as files and deletes them on the next run; a slow browser then gets error 404.
"""

import base64
import io
from typing import Any

import streamlit as st
from PIL import Image

_QUALITY = 92


def show_image(image: Image.Image, alt: str, width: Any = "stretch") -> None:
    """Draws an image.

    Args:
        image: At the displayed size or larger.
        alt: Description of the image for people who cannot see it.
        width: The width, as in `st.image`.
    """
    st.image(png_uri(image) if image.mode == "RGBA" else jpeg_uri(image), width=width, alt=alt)


def jpeg_uri(image: Image.Image) -> str:
    """A picture as a data URI."""
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=_QUALITY, subsampling=0)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def png_uri(image: Image.Image) -> str:
    """A picture as a data URI without loss."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
