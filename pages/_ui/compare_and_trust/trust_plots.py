"""The plots of several methods on one image: curves, the sanity check, the grid pointing game."""

import html
import math
from collections.abc import Mapping

import pandas as pd
import streamlit as st

from pages._ui.compare_and_trust.fills_control import IN_WORDS, Fills
from pages._ui.results import picture
from pages._ui.results.charts import COLOURS
from pages._ui.shell.chosen import as_given
from pages._ui.shell.context import Context
from pages._ui.widgets.bars import bars
from pages._ui.widgets.inline_image import show_image
from pages._ui.widgets.tiles import data_uri
from vislib import trust
from vislib.attribution.base import Family
from vislib.language import listing, text, tr, whole_percent, written
from vislib.output import render

_START = {
    "grey": text("a grey one"),
    "mean": text("its mean colour"),
    "blur": text("a blurred image"),
    "noise": text("noise"),
}
_SIDE = 160
_GREYS = {"random": "#868e96", "edges": "#495057"}


def curves(measured: Mapping[str, trust.Trust], value: str, fills: Fills) -> None:
    """Insertion and deletion with these fills; `value` is what is measured, such as "probability"."""
    st.header(tr("The {value} while pixels are shown or covered", value=value), anchor=False)
    colours = iter(COLOURS)
    drawn = {name: one for name, one in measured.items() if not one.empty}  # an empty map has no order of pixels
    palette = {tr(one.title): _GREYS.get(name) or next(colours) for name, one in drawn.items()}
    keys = "".join(
        f"<li><span class='v-key' style='background:{colour}'></span>{html.escape(title)}</li>"
        for title, colour in palette.items()
    )
    st.html(f"<ul class='v-facts'>{keys}</ul>")
    insertion, deletion = st.columns(2)
    with insertion:
        st.altair_chart(_chart(drawn, palette, "insertion_curve", value, tr("% of the pixels shown")), height=320)
        picture.caption(
            tr("Insertion"),
            tr(
                "From {start} to the whole image: the earlier the curve rises, the better the map. Hover a point for "
                "its value.",
                start=_START[fills.insertion],
            ),
        )
    with deletion:
        covered = tr("% of the pixels covered with {fill}", fill=IN_WORDS[fills.deletion])
        st.altair_chart(_chart(drawn, palette, "deletion_curve", value, covered), height=320)
        picture.caption(
            tr("Deletion"),
            tr(
                "From the whole image to {end}: the earlier the curve falls, the better the map. Hover a point for its "
                "value.",
                end=_START[fills.deletion],
            ),
        )


def _chart(measured: Mapping[str, trust.Trust], palette: dict[str, str], of: str, value: str, x: str):
    """The curves `of` the measures; their axes have the titles `x` and `value`."""
    import altair as alt  # importing it takes half a second, so only this page waits

    rows: dict[str, list] = {"share": [], "score": [], "method": [], "baseline": []}
    for one in measured.values():
        curve = getattr(one, of)
        rows["share"] += list(curve.shares * 100)
        rows["score"] += list(curve.scores)
        rows["method"] += [tr(one.title)] * len(curve.shares)
        rows["baseline"] += [one.family is Family.BASELINE] * len(curve.shares)
    colour = alt.Color("method:N", legend=None, scale=alt.Scale(domain=list(palette), range=list(palette.values())))
    dash = alt.StrokeDash("baseline:N", legend=None, scale=alt.Scale(domain=[False, True], range=[[1, 0], [5, 3]]))
    hover = [
        alt.Tooltip("method:N", title=tr("method")),
        alt.Tooltip("share:Q", title=x, format=".0f"),
        alt.Tooltip("score:Q", title=tr(value), format=".3f"),
    ]
    chart = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X("share:Q", title=x), y=alt.Y("score:Q", title=tr(value)), color=colour, tooltip=hover
    )
    return chart.mark_line(strokeWidth=1.8).encode(strokeDash=dash) + chart.mark_circle(size=26)


def sanity_check(here: Context, measured: Mapping[str, trust.Trust]) -> None:
    """How much each method's map stays the same while the weights become random; the maps themselves on request."""
    st.header(tr("Does the map depend on what the network learned?"), anchor=False)
    methods = [one for one in measured.values() if one.family is not Family.BASELINE]
    correlations = [(tr(one.title), one.row()["randomized"]) for one in methods]
    means = [(title, math.nan if mean is None else float(mean)) for title, mean in correlations]
    means.sort(key=lambda mean: math.inf if math.isnan(mean[1]) else mean[1])
    st.html(bars(means, tr("Mean rank correlation with the maps of random weights"), _rho))
    picture.caption(
        tr("The sanity check of Adebayo et al. 2018"),
        tr(
            "The layers get random weights, from the last to the first; the bars show the mean of Spearman's rank "
            "correlation ρ with the map of the trained network. A map that does not change cannot show the decision. "
            "In the paper guided backpropagation hardly changes, but plain gradients do. The two baselines do not "
            "depend on the weights: ρ is 1."
        ),
    )
    with st.expander(tr("The maps while the weights become random")):
        st.caption(
            tr("ρ: rank correlation with the first map, that of the trained network. SSIM: structural similarity.")
        )
        for one in methods:
            _strip(here, one)


def _rho(correlation: float) -> str:
    return f"ρ {_two_decimals(correlation)}"


def _two_decimals(value: float) -> str:
    return "–" if math.isnan(value) else written(value, ".2f")


def _strip(here: Context, one: trust.Trust) -> None:
    """A method's maps side by side, from the trained network to the one whose weights are all random."""
    strip, box = [], here.classifier.box(here.image)
    for stage in one.stages:
        signed = one.heatmap.signed
        scale = render.Scale.of(stage.values, signed, 0.01)
        shown = render.overlay_map(
            here.shown,
            box,
            stage.values,
            size=_SIDE,
            scale=scale,
            signed=signed,
            colormap=render.usual_colormap(signed, True),
        )
        weights = (
            text("{share} of the layers random", share=whole_percent(stage.share)) if stage.layers else text("trained")
        )
        measures = f"<br>{_rho(stage.rank_correlation)}, SSIM {_two_decimals(stage.similarity)}" if stage.layers else ""
        alt = html.escape(tr("{method}, {weights}", method=one.title, weights=weights), quote=True)
        strip.append(
            f"<figure><img src='{data_uri(shown, _SIDE)}' alt='{alt}'>"
            f"<figcaption>{tr(weights)}{measures}</figcaption></figure>"
        )
    about = tr("{method}, weights more and more random", method=one.title)
    st.html(
        f"<p class='v-caption'><b>{html.escape(tr(one.title))}</b></p>"
        "<div class='v-strip' tabindex='0' role='group' "
        f"aria-label='{html.escape(about, quote=True)}'>{''.join(strip)}</div>"
    )


def pointing_game(grid: trust.Grid, measured: Mapping[str, trust.Trust], here: Context) -> None:
    left, right = st.columns([1, 2], gap="large")
    with left:
        names = listing((here.classifier.labels[index] for index in grid.class_indices), "plain")
        shown = as_given(here.classifier, grid.picture)
        show_image(
            render.seen(shown, here.classifier.box(shown), picture.SIDE),
            width="stretch",
            alt=tr("Several images in one: {names}", names=names),
        )
    with right:
        shares = [(tr(one.title), one.pointing) for one in measured.values() if one.pointing is not None]
        shares.sort(key=lambda share: -share[1])
        st.html(bars(shares, tr("Share in the right cell"), whole_percent))
        picture.caption(
            tr("Grid pointing game"),
            tr(
                "Each class is explained on the picture at the left ({names}); the bars show the share of the map's "
                "positive part in the cell of that class, {share} by chance (Böhle et al. 2021).",
                names=names,
                share=whole_percent(1 / len(grid.class_indices)),
            ),
        )
