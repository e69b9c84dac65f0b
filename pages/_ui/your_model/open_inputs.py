"""Asks for what a model does not say itself: which input takes the image, its size, and values for other inputs."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

import vislib
from pages._ui.widgets.choice import choose
from pages._ui.widgets.text import plain
from pages._ui.your_model.uploaded import Given
from vislib.images.numpy_files import read_numpy
from vislib.language import text, tr
from vislib.loading.choices import Choices, Shape, check_shape, lengths, square_size, zeros

MAX_TYPED = 32
"""Most numbers of an input that are typed; more come from a file."""
_MAX_MB = 20


@dataclass(frozen=True)
class Answer:
    """What was answered: the input for the image, the size of a flat image, and values for the other inputs."""

    image: str
    size: tuple[int, int] | None
    inputs: tuple[Given, ...]


def ask(key: str, choices: Choices, now: Answer | None = None) -> Answer | None:
    """Draws the fields; returns what they hold in the run in which a button below them was pressed.

    Args:
        key: Begins the keys of the widgets.
        choices: What the model leaves open.
        now: The answer in use.
    """
    image = now.image if now else choices.images[0]
    if len(choices.images) > 1:
        image = choose(tr("Input for the image"), choices.images, f"{key}: image", image, bind=None)
    length, others = choices.flat_length(image), choices.others(image)
    with st.form(f"{key}: inputs", border=False):
        size = _size_fields(key, length, now.size if now else square_size(length)) if length else None
        values = {name: _fields(f"{key}: {name}", name, shape, _given(now, name)) for name, shape in others.items()}
        with st.container(horizontal=True):
            use = st.form_submit_button(tr("Use these values") if others else tr("Use this size"), type="primary")
            fill = bool(others) and st.form_submit_button(tr("Fill with zeros"))
    if not use and not fill:
        return None
    try:
        filled = size or (now.size if now else None)
        inputs = [
            Given(name, zeros(shape, filled).shape) if fill else _checked(name, shape, values[name])
            for name, shape in others.items()
        ]
    except vislib.VislibError as error:
        st.error(plain(tr(error)))
        return None
    return Answer(image, size, tuple(inputs))


def _given(now: Answer | None, name: str) -> Given | None:
    return next((one for one in now.inputs if one.name == name), None) if now else None


def _size_fields(key: str, length: int, first: tuple[int, int] | None) -> tuple[int, int] | None:
    st.markdown(tr("The input is a flat vector of **{n:,} numbers**. Of which image was it made?", n=length))
    with st.container(horizontal=True):
        height, width = (
            st.number_input(title, 1, 2048, first[axis] if first else None, key=f"{key}: {side}", width=130)
            for axis, (side, title) in enumerate((("height", tr("Height (px)")), ("width", tr("Width (px)"))))
        )
    return (int(height), int(width)) if height and width else None


def _fields(key: str, name: str, shape: Shape, now: Given | None) -> Any:
    """Number fields for few numbers, else an uploader: a list of numbers (None where nothing is typed), or a file."""
    st.markdown(tr("**{name}** ({size})", name=plain(name), size=lengths(shape)))
    if len(shape) > 1 or shape[0] is None or shape[0] > MAX_TYPED:
        return st.file_uploader(
            tr("Values of {name}, a .npy file", name=plain(name)),
            type="npy",
            max_upload_size=_MAX_MB,
            key=f"{key} file",
            help=tr("np.save(path, values), for one image and without the batch axis."),
        )
    typed = now.values.ravel().tolist() if now and now.content else [None] * shape[0]
    with st.container(horizontal=True):
        return [
            st.number_input(
                f"{plain(name)} {number + 1}", value=first, format="%.6g", step=0.1, key=f"{key} {number}", width=130
            )
            for number, first in enumerate(typed)
        ]


def _checked(name: str, shape: Shape, values: Any) -> Given:
    """Values for one input.

    Raises:
        VislibError: If some are missing, or a file does not hold such values.
    """
    if values is None:
        raise vislib.ParameterError(
            text("Input '{name}' has no values: choose a .npy file for it, or fill with zeros.", name=name)
        )
    if not isinstance(values, list):
        array = read_numpy(values.getvalue(), values.name, _MAX_MB * 1_000_000)
        array = array[0] if array.ndim == len(shape) + 1 and len(array) == 1 else array
        check_shape(name, array, shape)
        return Given.of(name, array, values.name)
    if None in values:
        raise vislib.ParameterError(
            text(
                "Input '{name}' takes {n:,} numbers; number {missing} is missing. Type it, or fill with zeros.",
                name=name,
                n=math.prod(side or 1 for side in shape),
                missing=values.index(None) + 1,
            )
        )
    return Given.of(name, np.array(values, np.float64))
