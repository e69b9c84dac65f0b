"""The mask of a segmentation over the image: a click chooses what is explained; the chosen region is outlined."""

import html
from collections.abc import Sequence

import streamlit as st

from pages._ui.results import picture
from pages._ui.shell import regions
from pages._ui.shell.context import Context
from pages._ui.widgets.point_picker import point_picker
from vislib.language import percent, text, tr
from vislib.output import render
from vislib.output.masks import Segment, legend, mask_picture

_MOST = 12


def show(context: Context, key: str = "mask_point") -> None:
    """What the network sees, with the mask over it, its legend, and how to choose a segment."""
    classifier, logits = context.classifier, context.logits
    mask = logits.argmax(axis=-1)
    region = regions.region_of(classifier.target(context.target), classifier.network, logits)
    seen = render.seen(context.shown, classifier.box(context.image), picture.SIDE)
    height, width = mask.shape
    point_picker(
        mask_picture(mask, classifier.labels, seen, outlined=region),
        key,
        tr("{image}, as the network sees it, with the mask over it; choose a segment", image=context.image_name),
        regions.cursor(mask, context.class_index, region),
        regions.arrow_step(mask, region),
        lambda x, y: regions.choose_at(classifier, logits, x, y),
    )
    show_legend(legend(mask, classifier.labels), context.class_index)
    where = (
        text("nothing") if region is None else text("{n:,} of {total:,} pixels", n=int(region.sum()), total=mask.size)
    )
    picture.caption(
        tr("The class of each pixel, {width} × {height}", width=width, height=height),
        tr(
            "Click a segment, or use the arrow keys, to explain it. Outlined: “{label}”, {where}. {image}, {fitting}.",
            label=context.label,
            where=where,
            image=context.image_name,
            fitting=classifier.preprocess.fitting,
        ),
    )


def show_legend(segments: Sequence[Segment], chosen: int | None = None) -> None:
    """The colours of the segments with their shares of the pixels; the chosen class is bold."""
    rows = []
    for segment in segments[:_MOST]:
        colour = "transparent" if segment.colour is None else f"rgb{segment.colour}"
        name = html.escape(segment.label)
        name = f"<b>{name}</b>" if segment.index == chosen else name
        rows.append(f"<li><span class='v-key' style='background:{colour}'></span>{name}: {percent(segment.share)}</li>")
    if len(segments) > _MOST:
        rest = sum(segment.share for segment in segments[_MOST:])
        others = tr("{n} others: {share}", n=len(segments) - _MOST, share=percent(rest))
        rows.append(f"<li>{html.escape(others)}</li>")
    name = html.escape(tr("Shares of the pixels"), quote=True)
    st.html(f"<ul class='v-facts' aria-label='{name}'>{''.join(rows)}</ul>")
