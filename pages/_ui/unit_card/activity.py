"""How strongly a channel answers to the images of a set, as a histogram with this image marked."""

import html

import numpy as np
import streamlit as st

import vislib
from pages._ui.results import picture
from pages._ui.server import work
from pages._ui.shell.context import Context
from pages._ui.widgets.text import plain
from vislib.activations.activity import ChannelActivity, channel_activity
from vislib.images.sets import ImageSet
from vislib.language import sentences, short_number, text, tr

_BINS, _HEIGHT_PX = 40, 130
_LINE = "#e8590c"
_FEW = 64


def show(context: Context, images: ImageSet, layer: str, maps: np.ndarray, channel: int) -> ChannelActivity | None:
    """The histogram and what it says; None if it is not computed."""
    try:
        found = work.run(
            (context.classifier.key, "activity", images.digest, layer, channel),
            text("Its answers to {n:,} images", n=len(images)),
            lambda progress: channel_activity(context.classifier, images, layer, channel, progress),
            resume_label=tr("Start again"),
            kind="channel activity",
        )
    except vislib.VislibError as error:
        st.error(plain(str(error)))
        return None
    if found is None:
        return None
    top = float(maps[..., channel].max())
    silent = float((found.values == 0).mean())
    drawn = found.values[found.values != 0] if silent > 0 else found.values
    if not len(drawn):
        picture.caption(
            tr("It is silent"), tr("The channel is 0 at every place of the {n:,} images.", n=len(found.maxima))
        )
        return found
    st.html(_histogram(drawn, found.maxima, top, context.image_name))
    line = text(
        "The line: the strongest place of {image}, {value}, above {share:.1f} % of all places.",
        image=context.image_name,
        value=short_number(top),
        share=found.share_below(top) * 100,
    )
    marks = text("Small marks: the strongest place of each image.") if len(found.maxima) <= _FEW else ""
    zeros = text("It is 0 at {share:.0f} % of all places; the bars show the others.", share=silent * 100)
    picture.caption(
        tr("Its activations at all places of {n:,} images ({set})", n=len(found.maxima), set=images.name),
        tr(sentences(line, marks, zeros if silent else "")),
    )
    return found


def _histogram(values: np.ndarray, maxima: np.ndarray, top: float, name: str) -> str:
    """The histogram; heights are the square roots of the counts, as most places answer little."""
    low, high = float(min(values.min(), top)), float(max(values.max(), top))
    if low == high:
        low, high = low - 0.5, high + 0.5
    counts, _ = np.histogram(values, _BINS, (low, high))
    heights = np.sqrt(counts / counts.max()) * 100

    def at(value: float) -> str:
        return f"left:{(value - low) / (high - low) * 100:.2f}%"

    bars = "".join(
        f"<span style='flex:1;margin-right:1px;background:#15aabf;height:{height:.1f}%'></span>" for height in heights
    )
    ticks = "".join(
        f"<i style='position:absolute;top:2px;height:8px;width:2px;margin-left:-1px;background:currentColor;opacity:.7;"
        f"{at(float(one))}'></i>"
        for one in (maxima if len(maxima) <= _FEW else ())
    )
    label = f"{name}: {short_number(top)}"
    about = tr(
        "Histogram of the activations from {low} to {high}; the line is {line}",
        low=short_number(low),
        high=short_number(high),
        line=label,
    )
    side = "right:.4rem" if top > (low + high) / 2 else "left:.4rem"
    return (
        f"<div role='img' aria-label='{html.escape(about, quote=True)}' style='max-width:560px;font-size:.78rem'>"
        "<div style='position:relative;padding-top:1.4rem'>"
        f"<div style='display:flex;align-items:flex-end;height:{_HEIGHT_PX}px;border-bottom:1px solid'>{bars}</div>"
        f"<b style='position:absolute;top:0;bottom:0;width:3px;margin-left:-1.5px;background:{_LINE};{at(top)}'>"
        f"<span style='position:absolute;top:-.1rem;{side};white-space:nowrap'>{html.escape(label)}</span>"
        f"</b></div><div style='position:relative;height:12px'>{ticks}</div>"
        "<div style='display:flex;justify-content:space-between;font-variant-numeric:tabular-nums'>"
        f"<span>{short_number(low)}</span><span>{short_number(high)}</span></div></div>"
    )
