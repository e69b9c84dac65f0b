"""The same kernel with changed settings, side by side: flipped or not, and with each padding."""

import html

import numpy as np
import streamlit as st
from PIL import Image

from pages._ui.convolution_lab.lab_layer import (
    GREY,
    Layer,
    compute,
    size_text,
    small_image,
)
from pages._ui.results import picture
from pages._ui.results.look import colour_bar
from pages._ui.shell.context import Context
from pages._ui.widgets.tiles import data_uri
from vislib.arithmetic.convolution import BORDERS
from vislib.arithmetic.kernels import is_symmetric
from vislib.output import render
from vislib.output.render import Scale

_STRIP_PX = 96
_CORNER = 24


def show(context: Context, layer: Layer) -> None:
    """Cross-correlation beside convolution, and the effect of each padding."""
    image = small_image(context)
    st.header("Cross-correlation against convolution", anchor=False)
    if is_symmetric(layer.kernel):
        st.write("This kernel stays the same when it is flipped both ways, so both give the same result.")
    else:
        _side_by_side(
            {"Cross-correlation, as in networks": {"flip": False}, "True convolution, kernel flipped": {"flip": True}},
            image,
            layer,
        )
    st.header("The effect of padding at the border", anchor=False)
    kernel = max(layer.kernel.shape)
    reach = max(2, layer.window["dilation"] * (kernel - 1) // 2)
    if reach >= min(image.shape[:2]):
        return
    each = {"None": {"padding": "valid"}}
    each |= {f"{name.capitalize()}, {reach} px": {"padding": reach, "border": name} for name in BORDERS}
    _side_by_side(each, image, layer, _CORNER)
    picture.caption(
        "The same kernel with each padding: the upper left corner",
        "Without padding the result is smaller. Zeros create an edge that the image does not have; the others continue "
        "the image.",
    )


def _side_by_side(each: dict[str, dict], image: np.ndarray, layer: Layer, corner: int | None = None) -> None:
    """The grey result for each change of the settings, on one scale; with `corner` only its upper left corner."""
    made = {}
    for title, changed in each.items():
        other = Layer(layer.kernel, GREY, layer.window | changed, layer.bias, layer.relu, None)
        made[title] = compute(image, other)[1]
    every = np.concatenate([maps.ravel() for maps in made.values()])
    signed = render.is_signed(every)
    scale = Scale.of(every, signed)
    cells = []
    for title, maps in made.items():
        part = maps[:corner, :corner, 0]
        shown = render.map_image(part, signed=signed, scale=scale, colormap=None if signed else "gray")
        times = max(1, 2 * _STRIP_PX // max(shown.size))
        shown = shown.resize((shown.width * times, shown.height * times), Image.Resampling.NEAREST)
        cut = f"first {part.shape[1]} × {part.shape[0]} of " if corner else ""
        text = f"{html.escape(title)}: {cut}{size_text(maps)}"
        cells.append(
            f"<figure style='flex-basis:{_STRIP_PX}px;max-width:{_STRIP_PX * 2}px'>"
            f"<img src='{data_uri(shown, 2 * _STRIP_PX)}' alt='{text}'><figcaption>{text}</figcaption></figure>"
        )
    st.html(f"<div class='v-strip v-wrap'>{''.join(cells)}</div>")
    colour_bar(scale, signed, None if signed else "gray", "raw value, one scale")
