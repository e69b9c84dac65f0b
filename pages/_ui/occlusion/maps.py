"""More results of occlusion: the probability, the winning class, and single patches."""

import html

import numpy as np
import streamlit as st
from matplotlib import colormaps
from PIL import Image, ImageDraw

import vislib
from pages._ui.results import picture
from pages._ui.results.look import colour_bar
from pages._ui.server import work
from pages._ui.shell.context import Context
from pages._ui.widgets.bars import percent, top_bars
from pages._ui.widgets.inline_image import show_image
from pages._ui.widgets.point_picker import point_picker
from vislib.attribution.occlusion import Occlusion
from vislib.images.bands import as_picture
from vislib.output import render
from vislib.output.render import Scale

_NAMED = 5
_OTHER = (0.75, 0.75, 0.75)


def probability(context: Context, heatmap: vislib.Heatmap) -> None:
    """The class's probability with the patch at each place."""
    cells = heatmap.details["probability"]
    show_image(
        render.map_image(cells, size=(picture.SIDE, picture.SIDE)),
        width="stretch",
        alt=f"Probability of {context.label} with the patch at each place",
    )
    colour_bar(Scale.of(cells, signed=False), False, None, "probability")
    lowest = np.unravel_index(cells.argmin(), cells.shape)
    picture.caption(
        f"Probability of “{context.label}”",
        f"{percent(context.probability)} uncovered; at worst {percent(float(cells[lowest]))}. One cell per patch, "
        f"{cells.shape[1]} × {cells.shape[0]}.",
    )


def winners(context: Context, heatmap: vislib.Heatmap) -> None:
    """The most probable class with the patch at each place, and how often each class wins."""
    cells = heatmap.details["winner"]
    classes, counts = np.unique(cells, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    palette = [colormaps["tab10"](rank)[:3] for rank in range(_NAMED)]
    colours = {int(classes[k]): palette[rank] for rank, k in enumerate(order[:_NAMED])}
    pixels = np.array([[colours.get(int(cell), _OTHER) for cell in line] for line in cells])
    flat = Image.fromarray((pixels * 255).round().astype(np.uint8))
    show_image(
        flat.resize((picture.SIDE, picture.SIDE), Image.Resampling.NEAREST),
        width="stretch",
        alt="The winning class with the patch at each place",
    )
    rows = []
    for rank, k in enumerate(order[:_NAMED]):
        red, green, blue = (round(255 * part) for part in palette[rank])
        name = html.escape(context.classifier.labels[classes[k]])
        rows.append(
            f"<li><span class='v-key' style='background:rgb({red},{green},{blue})'></span>{name}: "
            f"<b>{counts[k]}</b> of {cells.size}</li>"
        )
    if len(order) > _NAMED:
        rows.append(f"<li>{len(order) - _NAMED} other classes (grey): <b>{counts[order[_NAMED:]].sum()}</b></li>")
    st.html(f"<ul class='v-facts'>{''.join(rows)}</ul>")
    picture.caption("The class that wins", "With the patch at each place; the counts are numbers of places.")


def one_patch(context: Context, explainer: Occlusion, heatmap: vislib.Heatmap) -> None:
    """The occluded image of the chosen cell (by default the one that lowers the score most), with its top five."""
    tops, lefts = heatmap.details["tops"], heatmap.details["lefts"]
    drop, patch = heatmap.details["drop"], heatmap.params["patch_px"]
    st.subheader("One patch at a time", anchor=False)
    click_here, covered, answer = st.columns(3)
    row, column = np.unravel_index(drop.argmax(), drop.shape)
    height, width = context.classifier.input_size
    if chosen := st.session_state.get("patch"):
        row = np.abs(tops + patch / 2 - chosen[1] * height).argmin()
        column = np.abs(lefts + patch / 2 - chosen[0] * width).argmin()
    top, left = int(tops[row]), int(lefts[column])
    resized = context.classifier.resize(context.image)
    with click_here:
        marked = render.overlay(context.image, heatmap, 0.45, size=picture.SIDE)
        across, down = marked.width / width, marked.height / height  # they differ where the image is stretched
        corners = (left * across, top * down, (left + patch) * across, (top + patch) * down)
        ImageDraw.Draw(marked).rectangle([round(corner) for corner in corners], outline="white", width=3)
        point_picker(
            marked,
            "patch_point",
            f"The heatmap over the image, the patch at row {top}, column {left} framed; choose another place",
            ((left + patch / 2) / width, (top + patch / 2) / height),
            (heatmap.params["stride_px"] / width, heatmap.params["stride_px"] / height),
            lambda x, y: st.session_state.update(patch=(x, y)),
        )
        picture.caption(
            "Click a place, or use the arrow keys", f"Now: row {top}, column {left} of the {width} × {height} input."
        )
    occluded = explainer.covered(resized, top, left)
    with covered:
        show_image(
            Image.fromarray(as_picture(occluded)).resize((picture.SIDE, picture.SIDE), Image.Resampling.BICUBIC),
            width="stretch",
            alt=f"The image with the patch at row {top}, column {left} covered",
        )
        picture.caption("The occluded image", f"The logit of “{context.label}” falls by {drop[row, column]:.2f}.")
    with answer:
        logits = work.stored(
            context.key(explainer, "patch", top, left),
            lambda: context.classifier.network.logits(context.classifier.preprocess_input(occluded[None]))[0],
        )
        st.html(top_bars(context.classifier.labels, context.classifier.network.probabilities(logits), 5))
        picture.caption("Prediction", "The five most probable classes of the occluded image.")
