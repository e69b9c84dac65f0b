"""How heatmaps are drawn: opacity, colours, and the scale from values to colours."""

import html
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from matplotlib import colormaps

import vislib
from vislib.language import short_number, text, tr
from vislib.output import render
from vislib.output.render import Scale

_SPECKLED, _CLIP = ("guided-grad-cam",), 0.01
"""A class activation map of single pixels, a few of which would darken all others."""
_BLENDS = {"value": text("the value"), "uniform": text("nothing (uniform)")}


@dataclass(frozen=True)
class Look:
    """How heatmaps are drawn."""

    opacity: float = render.OPACITY
    colormap: str | None = None
    blend: str = render.BLENDS[0]
    clip: float = 0.0
    scale: Scale | None = None
    """A scale shared with other maps; None: each map has its own."""
    relative: bool = False
    """Whether the colour bar shows fractions of the map's maximum; so maps of different units share one scale."""

    def suited(self, signed: bool) -> "Look":
        """This look; for a signed map with the default colormap, if the chosen one does not show signs."""
        if signed and self.colormap not in (*render.DIVERGING_COLORMAPS, "jet"):
            return replace(self, colormap=None)
        return self

    def colormap_of(self, signed: bool) -> str:
        """The colormap of a heatmap."""
        return self.colormap or render.usual_colormap(signed, True)

    def scale_of(self, heatmap: vislib.Heatmap) -> Scale:
        """The scale from the map's values to colours."""
        if heatmap.negligible:
            return Scale.of_heatmap(heatmap)
        make = Scale.from_zero if self.relative else Scale.of
        clip = self.clip or (_CLIP if heatmap.method in _SPECKLED else 0.0)
        return self.scale or make(heatmap.values, heatmap.signed, clip)


def look_controls(signed: bool, clip: float | None = None) -> Look:
    """A button for a row of settings, and behind it opacity and colours; for noisy maps also the saturated pixels.

    Args:
        signed: Whether the maps are signed; signed maps get diverging colours.
        clip: The default share of saturated pixels; None hides the widget.
    """
    group = "signed" if signed else "fine" if clip is not None else "coarse"
    names = [*render.DIVERGING_COLORMAPS, "jet"] if signed else list(render.COLORMAPS)
    percent = 0.0
    with st.popover(tr("Colours"), icon=":material/palette:"):
        blend = st.selectbox(
            tr("Opacity follows"),
            render.BLENDS,
            key="blend",
            bind="query-params",
            format_func=lambda blend: tr(_BLENDS[blend]),
            help=tr(
                "“The value”: no evidence, no colour, over a half-grey photograph. “Nothing”: one opacity everywhere."
            ),
        )
        chosen = st.slider(tr("Opacity"), 0.0, 1.0, render.OPACITY, 0.05, key=f"opacity.{group}", bind="query-params")
        colormap = st.selectbox(tr("Colours"), names, key=f"colours.{group}", bind="query-params")
        if clip is not None:
            percent = st.slider(
                tr("Saturated pixels (%)"),
                0.0,
                5.0,
                clip * 100,
                0.5,
                key="clip",
                bind="query-params",
                help=tr(
                    "This percentage of the brightest pixels gets the last colour. Otherwise a few extreme pixels "
                    "would darken the others."
                ),
            )
    return Look(chosen, colormap, blend, percent / 100)


def colour_bar(scale: Scale, signed: bool, colormap: str | None, unit: str, negligible: bool = False) -> None:
    """The colormap with the raw values at its ends; for a constant or negligible map a sentence."""
    if scale.constant and negligible:
        st.html(f"<div class='v-bar-row'>{tr('Nothing to explain, so no map is drawn.')}</div>")
        return
    if scale.constant:
        constant = tr("Constant: {value:.3g} everywhere, so no map is drawn.", value=scale.low)
        st.html(f"<div class='v-bar-row'>{constant}</div>")
        return
    name, unit = colormap or render.usual_colormap(signed), tr(unit)
    stops = ", ".join(_hex(name, position / 8) for position in range(9))
    missing = f" · {tr('grey: not a number')}" if scale.missing else ""
    st.html(
        f"<div class='v-bar-row'><span>{'≤ ' if scale.clipped and signed else ''}{short_number(scale.low)}</span>"
        f"<span class='v-ramp' style='background:linear-gradient(90deg,{stops})'></span>"
        f"<span>{'≥ ' if scale.clipped else ''}{short_number(scale.high)}</span></div>"
        f"<div class='v-bar-row v-unit' title='{html.escape(unit, quote=True)}'>{html.escape(unit)}{missing}</div>"
    )


def _hex(name: str, position: float) -> str:
    red, green, blue = (np.array(colormaps[name](position)[:3]) * 255).round().astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"
