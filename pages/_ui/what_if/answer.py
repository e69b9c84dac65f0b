"""The answer before and after the edits, and what the network sees now."""

import html

import numpy as np
import streamlit as st
from PIL import Image

from pages._ui.results import downloads, mask_view, picture, snippets
from pages._ui.shell import answers
from pages._ui.shell.chosen import as_given
from pages._ui.shell.context import Context
from pages._ui.what_if import edited
from pages._ui.widgets.inline_image import show_image
from vislib.edits import Change, Edit
from vislib.images.bands import as_picture
from vislib.language import score_number, tr, with_unit
from vislib.output import export
from vislib.output.masks import legend, mask_picture
from vislib.tasks import Task

_TOP = 5
_MOST = 8
_BEFORE, _AFTER = "#868e96", "#15aabf"


def show(context: Context, change: Change, edits: tuple[Edit, ...]) -> None:
    """Draws the answer as a heading, the classes as pairs of bars, and the network's input.

    Args:
        context: The page's context, with the image before the edits.
        change: What the network says before and after.
        edits: All edits.
    """
    st.html(f"<h2 class='v-said' aria-live='polite'>{_headline(context, change)}</h2>")
    if context.classifier.task is not Task.EMBEDDING:
        st.html(_pairs(context, change))
    difference = score_number(change.score_after - change.score_before, sign=True)
    picture.caption(
        picture.capital(tr(change.explained)),
        tr(
            "{before} before, {after} after: {difference}.",
            before=score_number(change.score_before),
            after=score_number(change.score_after),
            difference=difference,
        ),
    )
    _seen(context, change, edits)


def _headline(context: Context, change: Change) -> str:
    """What changed, in one line of HTML."""
    classifier = context.classifier
    if context.reference is not None:
        named = html.escape(tr("Similar to {image}", image=context.reference.name))
        return f"{named} {_from_to(with_unit(change.score_before), with_unit(change.score_after))}"
    values = change.values_before, change.values_after
    if classifier.task in (Task.CLASSIFICATION, Task.BINARY):
        first, last = (int(each.argmax()) for each in values)
        if first != last:
            names = [_named(change, index) for index in (first, last)]
            shares = [answers.value_text(classifier, float(v[k])) for v, k in zip(values, (first, last), strict=True)]
            return f"{names[0]} <span>{shares[0]}</span> → {names[1]} <span>{shares[1]}</span>"
        index = first
    else:
        index = context.class_index
    texts = [answers.value_text(classifier, float(each[index])) for each in values]
    if classifier.task is Task.SEGMENTATION:
        return f"{_named(change, index)} <span>{html.escape(tr('{share} of the pixels', share=_arrow(*texts)))}</span>"
    return f"{_named(change, index)} {_from_to(*texts)}"


def _named(change: Change, index: int) -> str:
    label = change.labels[index]
    return f"“{label}”" if label.isdecimal() else html.escape(label)


def _from_to(before: str, after: str) -> str:
    """Two numbers with an arrow between, in HTML; one of them if they are the same."""
    return f"<span>{html.escape(_arrow(before, after))}</span>"


def _arrow(before: str, after: str) -> str:
    return before if after == before else f"{before} → {after}"


def _pairs(context: Context, change: Change) -> str:
    """For each class with a large value before or after: both as bars; numbers without bars where they are none."""
    classifier = context.classifier
    shares = classifier.task.has_classes
    rows = []
    indices = change.most_changed(_TOP)[:_MOST] if shares else range(min(len(change.labels), _MOST))
    for index in indices:
        before, after = float(change.values_before[index]), float(change.values_after[index])
        if shares and not (before or after):
            continue
        texts = [html.escape(answers.value_text(classifier, value)) for value in (before, after)]
        bars = "".join(
            f"<span class='v-bar' style='margin-top:2px'><span style='width:{min(max(value, 0), 1) * 100:.1f}%;"
            f"background:{colour}'></span></span>"
            for value, colour in ((before, _BEFORE), (after, _AFTER))
        )
        rows.append(
            f"<li><span class='v-name'>{html.escape(change.labels[index])}</span>"
            f"<span class='v-value'>{texts[0]} → <b>{texts[1]}</b></span>{bars if shares else ''}</li>"
        )
    key = (
        f"<p class='v-caption'><span><span class='v-key' style='background:{_BEFORE}'></span>"
        f"{html.escape(tr('before the edits'))} "
        f"<span class='v-key' style='background:{_AFTER};margin-left:.8rem'></span>"
        f"{html.escape(tr('after the edits'))}</span></p>"
    )
    name = html.escape(tr("{what} before and after", what=answers.many(classifier)), quote=True)
    return f"<ol class='v-top' aria-label='{name}'>{''.join(rows)}</ol>{key if shares else ''}"


def _seen(context: Context, change: Change, edits: tuple[Edit, ...]) -> None:
    """The network's input after the edits, for a segmentation with the mask, and what is saved."""
    classifier = context.classifier
    resized = as_given(classifier, as_picture(classifier.resize(change.image)))
    size = (240 * resized.shape[1] // max(resized.shape[:2]), 240 * resized.shape[0] // max(resized.shape[:2]))
    resample = Image.Resampling.NEAREST if max(resized.shape) < 128 else Image.Resampling.BICUBIC
    drawn = Image.fromarray(resized).resize(size, resample)
    if classifier.task is Task.SEGMENTATION:
        mask = edited.with_image(context, edits).logits.argmax(axis=-1)
        drawn = mask_picture(mask, classifier.labels, drawn)
        mask_view.show_legend(legend(mask, classifier.labels), context.class_index)
    height, width = classifier.input_size
    with st.container(horizontal=True, vertical_alignment="top", gap="xsmall"):
        with st.container(width=240, gap="xsmall"):
            show_image(drawn, alt=tr("What the network sees after {n} edits", n=len(edits)), width="stretch")
            picture.caption(
                tr("What the network sees now"), tr("Its input, {width} × {height}.", width=width, height=height)
            )
        downloads.show(
            "what if",
            downloads.file_stem(context.image_name, "edited"),
            {
                **({"png": lambda: _png(change.image)} if classifier.takes_pictures else {}),
                "npz": lambda: export.npz_bytes(change.image),
                "csv": lambda: export.table_bytes(change.rows(), ".csv"),
                "json": lambda: export.table_bytes(change.rows(), ".json"),
            },
            snippets.what_if(context, edits),
        )


def _png(image: np.ndarray) -> bytes:
    return export.png_bytes(Image.fromarray(image))
