"""The same kernel with changed settings, side by side: flipped or not, and with each padding."""

import html
from collections.abc import Sequence
from typing import Any

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
from vislib.arithmetic.kernels import is_symmetric
from vislib.language import Text, text, tr
from vislib.output import render
from vislib.output.render import Scale

_STRIP_PX = 96
_CORNER = 24


def show(context: Context, layer: Layer) -> None:
    """Cross-correlation beside convolution, and the effect of each padding."""
    image = small_image(context)
    st.header(tr("Cross-correlation against convolution"), anchor=False)
    if is_symmetric(layer.kernel):
        st.write(tr("This kernel stays the same when it is flipped both ways, so both give the same result."))
    else:
        _side_by_side(
            [
                (text("Cross-correlation, as in networks"), {"flip": False}),
                (text("True convolution, kernel flipped"), {"flip": True}),
            ],
            image,
            layer,
        )
    st.header(tr("The effect of padding at the border"), anchor=False)
    kernel = max(layer.kernel.shape)
    reach = max(2, layer.window["dilation"] * (kernel - 1) // 2)
    if reach >= min(image.shape[:2]):
        return
    each = [
        (text("None"), {"padding": "valid"}),
        (text("Zeros, {n} px", n=reach), {"padding": reach, "border": "zeros"}),
        (text("Repeated, {n} px", n=reach), {"padding": reach, "border": "repeated"}),
        (text("Mirrored, {n} px", n=reach), {"padding": reach, "border": "mirrored"}),
        (text("Wrapped, {n} px", n=reach), {"padding": reach, "border": "wrapped"}),
    ]
    _side_by_side(each, image, layer, _CORNER)
    picture.caption(
        tr("The same kernel with each padding: the upper left corner"),
        tr(
            "Without padding the result is smaller. Zeros create an edge that the image does not have; the others "
            "continue the image."
        ),
    )


def _side_by_side(
    each: Sequence[tuple[Text, dict[str, Any]]], image: np.ndarray, layer: Layer, corner: int | None = None
) -> None:
    """The grey result for each change of the settings, on one scale; with `corner` only its upper left corner."""
    made = {}
    for title, changed in each:
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
        said = (
            tr(
                "{title}: first {width} × {height} of {size}",
                title=title,
                width=part.shape[1],
                height=part.shape[0],
                size=size_text(maps),
            )
            if corner
            else tr("{title}: {size}", title=title, size=size_text(maps))
        )
        below = html.escape(said, quote=True)
        cells.append(
            f"<figure style='flex-basis:{_STRIP_PX}px;max-width:{_STRIP_PX * 2}px'>"
            f"<img src='{data_uri(shown, 2 * _STRIP_PX)}' alt='{below}'><figcaption>{below}</figcaption></figure>"
        )
    st.html(f"<div class='v-strip v-wrap'>{''.join(cells)}</div>")
    colour_bar(scale, signed, None if signed else "gray", tr("output of the layer, one scale"))
