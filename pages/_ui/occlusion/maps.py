"""More results of occlusion: the score, the winning class, and single patches."""

import html

import numpy as np
import streamlit as st
from matplotlib import colormaps
from PIL import Image, ImageDraw

import vislib
from pages._ui.results import mask_view, picture
from pages._ui.results.look import colour_bar
from pages._ui.results.picture import capital
from pages._ui.server import work
from pages._ui.shell.answers import answer_html
from pages._ui.shell.chosen import as_given, cosine
from pages._ui.shell.context import Context
from pages._ui.widgets.bars import bars
from pages._ui.widgets.inline_image import show_image
from pages._ui.widgets.point_picker import point_picker
from vislib.attribution.occlusion import Occlusion
from vislib.images.bands import as_picture
from vislib.language import probability, score_number, text, told_apart, tr, with_unit
from vislib.output import render
from vislib.output.masks import legend, mask_picture
from vislib.output.render import Scale
from vislib.tasks import Task

_NAMED = 5
_OTHER = (0.75, 0.75, 0.75)
_OUTPUTS = text("The outputs are numbers, so there is no winning class with the patch at each place.")
_WITHOUT_WINNER = {
    Task.SEGMENTATION: text("Each pixel has a class of its own. Below, one patch at a time shows the whole mask."),
    Task.EMBEDDING: text("An embedding has no classes, so there is no winning class with the patch at each place."),
    Task.REGRESSION: _OUTPUTS,
    Task.UNKNOWN: _OUTPUTS,
}


def score(context: Context, heatmap: vislib.Heatmap) -> None:
    """What is explained with the patch at each place: the class's probability, or where there is none the score."""
    is_probability = "probability" in heatmap.details
    if is_probability:
        cells, what, unit = (
            heatmap.details["probability"],
            tr("Probability of “{label}”", label=context.label),
            tr("probability"),
        )
        uncovered = float(context.values[context.class_index])
    else:
        cells, what, unit = heatmap.score - heatmap.details["drop"], capital(tr(heatmap.explained)), tr("score")
        uncovered = heatmap.score
    show_image(
        render.map_image(cells, size=(picture.SIDE, picture.SIDE)),
        width="stretch",
        alt=tr("{what} with the patch at each place", what=what.replace("“", "").replace("”", "")),
    )
    colour_bar(Scale.of(cells, signed=False), False, None, unit)
    least = float(cells.min())
    said = _two(uncovered, least, None if is_probability else context.classifier.unit)
    picture.caption(
        what,
        tr(
            "{uncovered} uncovered; minimum {lowest}. One cell per patch, {width} × {height}.",
            uncovered=said[0],
            lowest=said[1],
            width=cells.shape[1],
            height=cells.shape[0],
        ),
    )


def _two(first: float, second: float, unit: str | None) -> list[str]:
    """Two numbers, probabilities if the unit is None, with more digits where they would look the same."""
    if unit is None:
        shown = [probability(first), probability(second)]
        return shown if shown[0] != shown[1] else list(told_apart(first, second, as_percent=True))
    shown = [with_unit(first, unit), with_unit(second, unit)]
    return shown if shown[0] != shown[1] else [f"{one} {unit}".rstrip() for one in told_apart(first, second)]


def winners(context: Context, heatmap: vislib.Heatmap) -> None:
    """The most probable class with the patch at each place, and how often each class wins; or why there is none."""
    if "winner" not in heatmap.details:
        picture.caption(tr("No class wins"), tr(_WITHOUT_WINNER[context.classifier.task]))
        return
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
        alt=tr("The most probable label with the patch at each place")
        if context.classifier.task is Task.MULTI_LABEL
        else tr("The winning class with the patch at each place"),
    )
    rows = []
    for rank, k in enumerate(order[:_NAMED]):
        red, green, blue = (round(255 * part) for part in palette[rank])
        name = html.escape(context.classifier.labels[classes[k]])
        rows.append(
            f"<li><span class='v-key' style='background:rgb({red},{green},{blue})'></span>{name}: "
            f"{tr('<b>{n}</b> of {total}', n=counts[k], total=cells.size)}</li>"
        )
    if len(order) > _NAMED:
        n, total = len(order) - _NAMED, counts[order[_NAMED:]].sum()
        said = (
            tr("{n} other labels (grey): <b>{total}</b>", n=n, total=total)
            if context.classifier.task is Task.MULTI_LABEL
            else tr("{n} other classes (grey): <b>{total}</b>", n=n, total=total)
        )
        rows.append(f"<li>{said}</li>")
    st.html(f"<ul class='v-facts'>{''.join(rows)}</ul>")
    most = text("The class that wins")
    if context.classifier.task is Task.MULTI_LABEL:
        most = text("The most probable label")
    picture.caption(tr(most), tr("With the patch at each place; the counts are numbers of places."))


def one_patch(context: Context, explainer: Occlusion, heatmap: vislib.Heatmap) -> None:
    """The occluded image of the chosen cell (by default the one that lowers the score most), with its top five."""
    tops, lefts = heatmap.details["tops"], heatmap.details["lefts"]
    drop, patch = heatmap.details["drop"], heatmap.params["patch_px"]
    st.header(tr("One patch at a time"), anchor=False)
    click_here, covered, answer = st.columns(3)
    row, column = np.unravel_index(drop.argmax(), drop.shape)
    height, width = context.classifier.input_size
    if chosen := st.session_state.get("patch"):
        row = np.abs(tops + patch / 2 - chosen[1] * height).argmin()
        column = np.abs(lefts + patch / 2 - chosen[0] * width).argmin()
    top, left = int(tops[row]), int(lefts[column])
    resized = context.classifier.resize(context.image)
    with click_here:
        marked = render.overlay(context.shown, heatmap, size=picture.SIDE)
        across, down = marked.width / width, marked.height / height  # they differ where the image is stretched
        corners = (left * across, top * down, (left + patch) * across, (top + patch) * down)
        ImageDraw.Draw(marked).rectangle([round(corner) for corner in corners], outline="white", width=3)
        point_picker(
            marked,
            "patch_point",
            tr(
                "The heatmap over the image, the patch at row {row}, column {column} framed; choose another place",
                row=top,
                column=left,
            ),
            ((left + patch / 2) / width, (top + patch / 2) / height),
            (heatmap.params["stride_px"] / width, heatmap.params["stride_px"] / height),
            lambda x, y: st.session_state.update(patch=(x, y)),
        )
        picture.caption(
            tr("Click a place, or use the arrow keys"),
            tr(
                "Now: row {row}, column {column} of the {width} × {height} input.",
                row=top,
                column=left,
                width=width,
                height=height,
            ),
        )
    occluded = explainer.covered(resized, top, left)
    with covered:
        show_image(
            _enlarged(context, occluded),
            width="stretch",
            alt=tr("The image with the patch at row {row}, column {column} covered", row=top, column=left),
        )
        fall = float(drop[row, column])
        picture.caption(
            tr("The occluded image"),
            tr("The {score} falls by {change}.", score=heatmap.explained, change=score_number(fall))
            if fall >= 0
            else tr("The {score} rises by {change}.", score=heatmap.explained, change=score_number(-fall)),
        )
    with answer:
        logits = work.stored(
            context.key(explainer, "patch", top, left),
            lambda: context.classifier.network.logits(context.classifier.preprocess_input(occluded[None]))[0],
        )
        _answer(context, logits, occluded)


def _enlarged(context: Context, occluded: np.ndarray) -> Image.Image:
    """The occluded image as the network is given it."""
    shown = Image.fromarray(as_given(context.classifier, as_picture(occluded)))
    return shown.resize((picture.SIDE, picture.SIDE), Image.Resampling.BICUBIC)


def _answer(context: Context, logits: np.ndarray, occluded: np.ndarray) -> None:
    """What the network says about the occluded image."""
    classifier = context.classifier
    if context.reference is not None:
        similarity = cosine(logits, context.reference.vector)
        st.html(bars([(context.label, similarity)], tr("Similarity"), with_unit))
        picture.caption(tr("Similarity"), tr("Of the occluded image to {image}.", image=context.label))
        return
    if classifier.task is Task.SEGMENTATION:
        mask = logits.argmax(axis=-1)
        drawn = mask_picture(mask, classifier.labels, _enlarged(context, occluded))
        show_image(drawn, width="stretch", alt=tr("The mask of the occluded image"))
        mask_view.show_legend(legend(mask, classifier.labels), context.class_index)
        picture.caption(tr("The mask"), tr("Of the occluded image, with the shares of the pixels."))
        return
    st.html(answer_html(classifier, classifier.values(logits), 5))
    said = {
        Task.MULTI_LABEL: text("The most probable labels of the occluded image."),
        Task.REGRESSION: text("The numbers for the occluded image."),
        Task.UNKNOWN: text("The outputs for the occluded image."),
    }
    usual = text("The most probable classes of the occluded image.")
    picture.caption(tr("Prediction"), tr(said.get(classifier.task, usual)))
