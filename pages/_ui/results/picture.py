"""A result on a page: the image, its colour bar with the raw values, its caption and its files."""

import html
import re
from dataclasses import replace

import streamlit as st

import vislib
from pages._ui.results import downloads
from pages._ui.results.look import Look, colour_bar, short_number
from pages._ui.shell.context import Context
from pages._ui.shell.tasks import words
from pages._ui.widgets.inline_image import show_image
from pages._ui.widgets.text import with_terms
from vislib.output import render

SIDE = 448
"""Pixels of an image's longer side on the page."""
_MINUS = re.compile(r"(?<![\w.-])-(?=\d)")


def heatmap_picture(context: Context, heatmap: vislib.Heatmap, look: Look, note: str = "") -> None:
    """A heatmap over the image, with its colour bar, caption and downloads."""
    with st.container(gap="xsmall"):
        _heatmap_picture(context, heatmap, look, note)


def _heatmap_picture(context: Context, heatmap: vislib.Heatmap, look: Look, note: str) -> None:
    method = vislib.methods()[heatmap.method]
    title = method.title
    scale = look.scale_of(heatmap)
    show_image(
        render.overlay(context.image, heatmap, look.opacity, look.colormap, SIDE, scale=scale),
        width="stretch",
        alt=f"{title} for {heatmap.label} over {context.image_name}",
    )
    if look.relative and not scale.constant:
        shares = replace(scale, low=scale.low / scale.high, high=1.0)
        colour_bar(shares, heatmap.signed, look.colormap, f"1 = {short_number(scale.high)} ({heatmap.unit})")
    else:
        colour_bar(scale, heatmap.signed, look.colormap, heatmap.unit)
    where = f" at layer {heatmap.layer}" if heatmap.layer else ""
    task = words(context.classifier.task)
    every = "other images" if context.reference else task.many
    ignores = f"It ignores the {task.one}: the map is the same for all {every}."
    blind = () if method.class_discriminative else (ignores,)
    sentences = (f"{capital(heatmap.explained)}: {heatmap.score:.2f}.", *heatmap.notes, *blind, note)
    caption(f"{title}{where}", " ".join(sentences))
    downloads.of_heatmap(context, heatmap, look, scale)


def caption(title: str, text: str) -> None:
    """A title and a few sentences; glossary terms show their meaning on hover."""
    text = _MINUS.sub("−", text)
    st.html(f"<p class='v-caption'><b>{html.escape(title)}</b><br><span>{with_terms(text)}</span></p>")


def facts(values: dict[str, str]) -> None:
    """Short facts in one row: name → value."""
    items = "".join(
        f"<li><span>{html.escape(name)}</span> <b>{html.escape(value)}</b></li>" for name, value in values.items()
    )
    st.html(f"<ul class='v-facts'>{items}</ul>")


def capital(text: str) -> str:
    """The text with a capital letter at its start."""
    return text[:1].upper() + text[1:]
