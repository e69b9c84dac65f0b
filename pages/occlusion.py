"""Occlusion: cover a patch and measure the score and the winning class."""

import streamlit as st

from pages._ui.occlusion import maps
from pages._ui.results import explain
from pages._ui.results.look import look_controls
from pages._ui.shell import style
from pages._ui.shell.context import context
from vislib.attribution.base import Family
from vislib.attribution.occlusion import Occlusion
from vislib.language import tr

here = context(
    tr("Occlusion"),
    tr("Cover a patch of the image: if the score falls, the network needs that patch."),
    needs_maps=False,
)

with style.settings_row():
    explainer = explain.controls(Occlusion, here, ("patch_px", "stride_px", "fill", "border_px"), 140)
    look = look_controls(signed=True)
first = style.grid("occlusion")
with first.container(gap="xsmall"):
    heatmap = explain.show(
        here,
        explainer,
        look,
        tr("{patch}-pixel patch, step {step}.", patch=explainer.patch_px, step=explainer.stride_px),
    )
if heatmap is not None:
    with first.container(gap="xsmall"):
        maps.score(here, heatmap)
    with first.container(gap="xsmall"):
        maps.winners(here, heatmap)
    maps.one_patch(here, explainer, heatmap)
names = [name for name in explain.of_family(here, Family.PERTURBATION) if name != Occlusion.name]
st.header(tr("Perturbation methods: {methods}", methods=explain.titles(names)), anchor=False)
st.caption(
    tr(
        "RISE averages random masks, weighted by the score of the visible part. LIME and KernelSHAP cover superpixels "
        "(regions of similar colour) and give each one the value that best explains the scores. Sobol and HSIC measure "
        "how the score depends on each cell of random masks. Each runs the network hundreds of times."
    )
)
with style.settings_row("_others"):
    others = explain.settings(here, names)
explain.grid_on_request(here, others, look)
explain.about(explain.of_family(here, Family.PERTURBATION))
