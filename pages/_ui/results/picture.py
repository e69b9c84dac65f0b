"""Showing a result: the picture, its honest colour bar, what it is, and how to take it away."""

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import streamlit as st
from matplotlib import colormaps

import vislib
from pages._ui.shell import models, style
from pages._ui.shell.context import Context
from pages._ui.widgets.inline_image import show_image
from vislib.output import export, figures, render
from vislib.output.render import Scale

SIDE = 448
"""Pixels of a picture's longer side on screen."""


@dataclass(frozen=True)
class Look:
    """How heatmaps are drawn."""

    opacity: float = 0.55
    colormap: str | None = None
    clip: float = 0.0
    scale: Scale | None = None
    """Shared with other maps, in place of the map's own."""
    relative: bool = False
    """Whether the bar tells shares of the map's largest value: maps of different units on one scale."""

    def suited(self, signed: bool) -> "Look":
        """This look, but with the default colours for a signed map if those chosen do not show signs."""
        if signed and self.colormap not in (*render.DIVERGING_COLORMAPS, "jet"):
            return replace(self, colormap=None)
        return self

    def scale_of(self, heatmap: vislib.Heatmap) -> Scale:
        """From the map's values to colours."""
        make = Scale.from_zero if self.relative else Scale.of
        return self.scale or make(heatmap.values, heatmap.signed, self.clip)


def look_controls(signed: bool, opacity: float = 0.55, clip: float | None = None) -> Look:
    """Opacity and colours; for noisy maps also how many of the brightest pixels may saturate.

    Args:
        signed: Whether the maps are signed; those get diverging colours.
        opacity: The default.
        clip: The default share that may saturate; None leaves the choice out.
    """
    group = "signed" if signed else "fine" if clip is not None else "coarse"
    names = [*render.DIVERGING_COLORMAPS, "jet"] if signed else list(render.COLORMAPS)
    chosen = st.slider("Opacity", 0.0, 1.0, opacity, 0.05, key=f"opacity.{group}", bind="query-params")
    colormap = st.selectbox("Colours", names, key=f"colours.{group}", bind="query-params")
    percent = 0.0
    if clip is not None:
        percent = st.slider(
            "Saturated pixels (%)", 0.0, 5.0, clip * 100, 0.5, key="clip", bind="query-params",
            help="A few extreme pixels would darken all others: so many of the brightest share the last colour.",
        )  # fmt: skip
    return Look(chosen, colormap, percent / 100)


def heatmap_picture(context: Context, heatmap: vislib.Heatmap, look: Look, note: str = "") -> None:
    """A heatmap over the image, its bar, its caption and its downloads."""
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
        colour_bar(shares, heatmap.signed, look.colormap, f"1 = {_short(scale.high)} ({heatmap.unit})")
    else:
        colour_bar(scale, heatmap.signed, look.colormap, heatmap.unit)
    where = f" at layer {heatmap.layer}" if heatmap.layer else ""
    blind = () if method.class_discriminative else ("Knows no class: the same map for every one.",)
    sentences = (f"{_capital(heatmap.explained)}: {heatmap.score:.2f}.", *heatmap.notes, *blind, note)
    caption(f"{title}{where}", " ".join(sentences))
    take_away(context, heatmap, look)


def colour_bar(scale: Scale, signed: bool, colormap: str | None, unit: str) -> None:
    """The colormap with the raw values at its ends; a constant map is said to be one."""
    if scale.constant:
        st.html(f"<div class='v-bar-row'>Constant: {scale.low:.3g} everywhere, so nothing is drawn.</div>")
        return
    name = colormap or (render.DIVERGING_COLORMAPS[0] if signed else render.COLORMAPS[0])
    stops = ", ".join(_hex(name, position / 8) for position in range(9))
    missing = " · grey: not a number" if scale.missing else ""
    st.html(
        f"<div class='v-bar-row'><span>{'≤ ' if scale.clipped and signed else ''}{_short(scale.low)}</span>"
        f"<span class='v-ramp' style='background:linear-gradient(90deg,{stops})'></span>"
        f"<span>{'≥ ' if scale.clipped else ''}{_short(scale.high)}</span></div>"
        f"<div class='v-bar-row' style='justify-content:center;opacity:.65'>{unit}{missing}</div>"
    )


def caption(title: str, text: str) -> None:
    """A title and a few sentences; terms of the glossary tell what they mean when pointed at."""
    st.html(f"<p class='v-caption'><b>{html.escape(title)}</b><br><span>{style.with_terms(text)}</span></p>")


def facts(values: dict[str, str]) -> None:
    """Short facts in a row."""
    items = "".join(
        f"<li><span>{html.escape(name)}</span> <b>{html.escape(value)}</b></li>" for name, value in values.items()
    )
    st.html(f"<ul class='v-facts'>{items}</ul>")


def take_away(context: Context, heatmap: vislib.Heatmap, look: Look) -> None:
    """Downloads of a heatmap and the code that makes it."""
    stem = file_stem(context.image_name, heatmap.label, heatmap.method)
    image = context.image

    def figure():
        return figures.figure(
            heatmap, image, opacity=look.opacity, colormap=look.colormap, scale=look.scale_of(heatmap)
        )

    downloads(
        f"{context.model_name} {context.image_name} {heatmap.method} {heatmap.layer}",
        stem,
        {
            "png": lambda: export.png_bytes(
                render.overlay(image, heatmap, look.opacity, look.colormap, scale=look.scale_of(heatmap))
            ),
            "svg": lambda: export.figure_bytes(figure(), "svg"),
            "pdf": lambda: export.figure_bytes(figure(), "pdf"),
            "npz": lambda: export.npz_bytes(heatmap),
        },
        explain_snippet(context, heatmap),
    )


def downloads(key: str, stem: str, formats: dict[str, Callable[[], bytes]], snippet: str) -> None:
    """Save and Python, each behind a small button."""
    mime = {"png": "image/png", "svg": "image/svg+xml", "pdf": "application/pdf", "npz": "application/octet-stream",
            "csv": "text/csv", "json": "application/json"}  # fmt: skip
    what = {"png": "Picture", "svg": "Figure", "pdf": "Figure", "npz": "Raw numbers", "csv": "Table", "json": "Table"}  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        with st.popover("Save", icon=":material/download:"):
            for kind, make in formats.items():
                st.download_button(
                    f"{what[kind]} ({kind.upper()})",
                    make,
                    f"{stem}.{kind}",
                    mime[kind],
                    key=f"download {key} {kind}",
                    on_click="ignore",
                    width="stretch",
                )
        with st.popover("Python", icon=":material/code:", help="Reproduce in Python"):
            st.caption("Reproduce in Python: these lines give exactly these numbers.")
            st.code(snippet, language="python")


def explain_snippet(context: Context, heatmap: vislib.Heatmap) -> str:
    """The lines that give this heatmap."""
    params = "".join(f", {name}={value!r}" for name, value in heatmap.params.items())
    target = heatmap.class_index if heatmap.target.is_class_logit else f"vislib.{heatmap.target!r}"
    return (
        f"{preamble(context)}\n"
        f"heatmap = vislib.explain(\n    {heatmap.method!r}, classifier, image, "
        f"class_index={target}{params}\n)\n"
        f"heatmap.values  # {heatmap.values.shape} float32\n"
    )


def trust_snippet(context: Context, explainers: Sequence[vislib.Explainer], grid: Sequence[Context]) -> str:
    """The lines that give the figures of these methods, those of the image first in the grid pointing game."""
    every = []
    for explainer in explainers:
        usual = type(explainer)().resolved(context.classifier)
        changed = [
            f"{spec.name}={getattr(explainer, spec.name)!r}"
            for spec in fields(explainer)
            if getattr(explainer, spec.name) != getattr(usual, spec.name)
        ]
        every.append(f"    methods[{explainer.name!r}]({', '.join(changed)}),\n")
    images = ", ".join(
        "image" if one.digest == context.digest else f"vislib.load_image({one.source!r})" for one in grid
    )
    target = context.class_index if context.target.is_class_logit else f"vislib.{context.target!r}"
    return (
        f"{preamble(context)}\nfrom vislib import trust\n\nmethods = vislib.methods()\n"
        f"explainers = [\n{''.join(every)}]\n"
        + (f"grid = trust.make_grid(classifier, [{images}])\n" if grid else "grid = None\n")
        + f"measured = trust.measure(explainers, classifier, image, class_index={target}, grid=grid)\n"
        "rows = [one.row() for one in measured]\n"
    )


def maps_snippet(context: Context, layer: str) -> str:
    """The lines that give a layer's feature maps."""
    return f"{preamble(context)}\nmaps = vislib.feature_maps(classifier, image, {layer!r})  # (h, w, c)\n"


def filters_snippet(context: Context, layer: str) -> str:
    """The lines that give a layer's kernels."""
    return f"{classifier_lines(context)}kernels = vislib.filters(classifier, {layer!r})  # (k_h, k_w, c_in, c_out)\n"


def file_stem(*parts: str) -> str:
    """A file name that every system accepts."""
    return "-".join(re.sub(r"[^\w.]+", "_", part.rsplit(".", 1)[0]).strip("_") or "image" for part in parts)[:100]


def preamble(context: Context) -> str:
    """The lines that load the network and the image looked at."""
    return f"{classifier_lines(context)}image = vislib.load_image({context.source!r})"


def classifier_lines(context: Context) -> str:
    """The lines that load the network looked at."""
    return models.lines(context.model_name)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _short(value: float) -> str:
    return "0" if value == 0 else f"{value:.3g}".replace("-", "−")


def _hex(name: str, position: float) -> str:
    red, green, blue = (np.array(colormaps[name](position)[:3]) * 255).round().astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"
