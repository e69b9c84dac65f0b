"""A result on a page: the image, its colour bar with the raw values, its caption and its files."""

import html
import re
from dataclasses import replace

import numpy as np
import streamlit as st

import vislib
from pages._ui.results import downloads
from pages._ui.results.look import Look, colour_bar
from pages._ui.shell.context import Context
from pages._ui.shell.tasks import words
from pages._ui.widgets.inline_image import show_image
from pages._ui.widgets.text import with_terms
from vislib.language import Text, score_number, sentences, short_number, text, tr
from vislib.output import render
from vislib.output.render import Scale

SIDE = 448
"""Pixels of an image's longer side on the page."""
LARGE_SIDE = 720
"""The same of the Overview's first picture."""
_PLACES = (
    (text("at the top left"), text("at the top, middle"), text("at the top right")),
    (text("in the middle, left"), text("in the middle"), text("in the middle, right")),
    (text("at the bottom left"), text("at the bottom, middle"), text("at the bottom right")),
)
_MINUS = re.compile(r"(?<![\w.-])-(?=\d)")


def heatmap_picture(context: Context, heatmap: vislib.Heatmap, look: Look, note: str = "", key: str = "") -> None:
    """A heatmap over the image, with its colour bar, caption and downloads; `key` as for `downloads.of_heatmap`."""
    method = vislib.methods()[heatmap.method]
    title = (
        text(
            "{method} at layer {layer}",
            method=method.title,
            layer=heatmap.layer,
        )
        if heatmap.layer
        else method.title
    )
    scale = drawn(context, heatmap, look, described(context, heatmap))
    task = words(context.classifier.task)
    every = text("other images") if context.reference else task.many
    ignores = text("It ignores the {target}: the map is the same for all {others}.", target=task.one, others=every)
    said = sentences(
        text("{explained}: {score}.", explained=capital(tr(heatmap.explained)), score=score_number(heatmap.score)),
        *heatmap.notes,
        "" if method.class_discriminative else ignores,
        note,
    )
    with st.container(horizontal=True, wrap=False, vertical_alignment="top", gap="xsmall"):
        caption(tr(title), tr(said))
        downloads.of_heatmap(context, heatmap, look, scale, key)


def drawn(context: Context, heatmap: vislib.Heatmap, look: Look, alt: str) -> Scale:
    """A heatmap over the image, with its colour bar alone; returns its scale."""
    scale = look.scale_of(heatmap)
    colormap = look.colormap_of(heatmap.signed)
    over = render.overlay(context.shown, heatmap, look.opacity, colormap, SIDE, scale=scale, blend=look.blend)
    show_image(over, width="stretch", alt=alt)
    if look.relative and not scale.constant:
        shares = replace(scale, low=scale.low / scale.high, high=1.0)
        colour_bar(shares, heatmap.signed, colormap, f"1 = {short_number(scale.high)} ({tr(heatmap.unit)})")
    else:
        colour_bar(scale, heatmap.signed, colormap, heatmap.unit, heatmap.negligible)
    return scale


def described(context: Context, heatmap: vislib.Heatmap) -> str:
    """A heatmap in words for people who cannot see it, with the place where it is largest."""
    place = strongest_place(heatmap.values)
    title = vislib.methods()[heatmap.method].title
    of = {"method": title, "target": heatmap.label, "image": context.image_name}
    if place is None:
        return tr("{method} for {target} over {image}", **of)
    return tr("{method} for {target} over {image}; strongest {place}", **of, place=place)


def strongest_place(values: np.ndarray) -> Text | None:
    """The part of a 3 × 3 grid in which a map (h, w) has the largest sum of magnitudes; None for a constant map."""
    magnitude = np.nan_to_num(np.abs(values))
    if magnitude.max() == magnitude.min():
        return None
    sums = [
        [float(cell.mean()) if cell.size else 0.0 for cell in np.array_split(band, 3, axis=1)]
        for band in np.array_split(magnitude, 3, axis=0)
    ]
    row, column = np.unravel_index(np.argmax(sums), (3, 3))
    return _PLACES[row][column]


def caption(title: str, about: str) -> None:
    """A title and a few sentences; glossary terms show their meaning on hover."""
    about = _MINUS.sub("−", about)
    st.html(f"<p class='v-caption'><b>{html.escape(title)}</b><br><span>{with_terms(about)}</span></p>")


def facts(values: dict[str, str]) -> None:
    """Short facts in one row: name → value."""
    items = "".join(
        f"<li><span>{html.escape(name)}</span> <b>{html.escape(value)}</b></li>" for name, value in values.items()
    )
    st.html(f"<ul class='v-facts'>{items}</ul>")


def capital(words: str) -> str:
    """The words with a capital letter at their start."""
    return words[:1].upper() + words[1:]
