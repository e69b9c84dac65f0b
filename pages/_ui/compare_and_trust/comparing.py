"""One method over several images, or over several networks, on one scale."""

import functools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

import vislib
from pages._ui.compare_and_trust.fills_control import Fills
from pages._ui.results import explain, picture
from pages._ui.results.look import Look
from pages._ui.server import work
from pages._ui.shell import style
from pages._ui.shell.context import Context, beside, image_names, sample_names
from pages._ui.shell.images import DIGITS, SCENES, samples_for
from pages._ui.shell.models import user_models
from pages._ui.shell.tasks import words
from pages._ui.widgets.tables import two_decimals, typeset
from pages._ui.widgets.text import plain
from vislib import trust
from vislib.language import Text, sentences, text, tr
from vislib.output.render import Scale
from vislib.progress import Progress

MODES = (text("Methods"), text("Images"), text("Networks"))
"""What differs between the maps; the other two are the same for all."""
DEFAULTS = ("saliency", "guided-backprop", "deconvnet", "grad-cam", "layer-cam", "eigen-cam")
_IMAGE, _NETWORK = text("Image"), text("Network")
_OFFLINE = ("efficientnet-lite0", "cifar10", "digits", "scene-segmentation", "digit-size")


def over_images(here: Context, explainer: vislib.Explainer, look: Look, fills: Fills) -> None:
    """The method on several images, each with its main class as target."""
    every = image_names(here)
    first = [here.image_name, *(name for name in every if name != here.image_name)][:6]
    names = st.multiselect(tr("Images"), every, first, key="images", bind="query-params", max_selections=12)
    contexts = [beside(here, image_name=name) for name in names]
    _side_by_side([(one, explainer) for one in contexts], look, fills, [one.image_name for one in contexts], _IMAGE)


def over_models(here: Context, name: str, look: Look, fills: Fills) -> None:
    """The method with default parameters on several networks, each with its main class as target."""
    every = [*vislib.models(), *user_models()]
    mine = [name for name, own in user_models().items() if own.channels == here.classifier.channels]
    # No image suits networks for photographs, for digits, and for scenes of digits.
    alike = [model for model in _OFFLINE if _kind(samples_for(model, None)) == _kind(sample_names(here.model_name))]
    first = list(dict.fromkeys([here.model_name, *mine, *alike]))[:4]
    models = st.multiselect(tr("Networks"), every, first, key="models", bind="query-params", max_selections=4)
    cells = []
    for model in models:
        try:
            one = beside(here, model_name=model)
            cells.append((one, vislib.methods()[name]().resolved(one.classifier)))
        except vislib.VislibError as error:
            st.info(f"**{plain(model)}.** {plain(str(error))}")
    _side_by_side(cells, look, fills, [one.model_name for one, _ in cells], _NETWORK)


def _kind(samples: tuple[str, ...]) -> tuple[str, ...]:
    """The samples of one kind of image; empty for photographs, large or small."""
    return samples if samples in (DIGITS, SCENES) else ()


def _side_by_side(
    cells: Sequence[tuple[Context, vislib.Explainer]], look: Look, fills: Fills, names: Sequence[str], kind: Text
) -> None:
    if not cells:
        st.info(
            tr("Choose at least one network above.") if kind == _NETWORK else tr("Choose at least one image above.")
        )
        return
    shared = _one_scale([one for one, _ in cells], kind)
    places = style.grid("side_by_side")
    slots = [places.container(gap="xsmall").empty() for _ in cells]
    heatmaps: list[vislib.Heatmap | None] = []
    for (one, explainer), slot in zip(cells, slots, strict=True):
        try:
            heatmaps.append(explain.compute(one, explainer, slot, look.suited(explainer.signed)))
        except vislib.VislibError as error:
            slot.info(f"**{plain(one.image_name)}.** {plain(str(error))}")
            heatmaps.append(None)
    found = [heatmap for heatmap in heatmaps if heatmap is not None]
    if not found:
        return
    signed = found[0].signed
    look = look.suited(signed)
    if shared:
        values = np.concatenate([heatmap.values.ravel() for heatmap in found])
        look = replace(look, scale=Scale.of(values, signed, look.clip))
    for (one, _), slot, heatmap, name in zip(cells, slots, heatmaps, names, strict=True):
        if heatmap is not None:
            with slot.container():
                picture.heatmap_picture(one, heatmap, look, _said(name, one))
    drawn = [k for k, heatmap in enumerate(heatmaps) if heatmap is not None]
    _table([cells[k] for k in drawn], [names[k] for k in drawn], kind, fills)


def _one_scale(contexts: Sequence[Context], kind: Text) -> bool:
    """Whether the maps share one scale; of networks only on request, and never for scores of different tasks."""
    if len({one.classifier.task for one in contexts}) > 1:
        st.caption(tr("Each map has its own scale, because the networks have different tasks."))
        return False
    same = text("The same colour means the same value in all maps. Otherwise each map has its own scale.")
    logits = text("The scores of two networks have no common unit, so the map of one of them may hardly be visible.")
    is_networks = kind == _NETWORK
    return st.toggle(
        tr("One scale for all"),
        not is_networks,
        key="one_scale_of_networks" if is_networks else "one_scale",
        bind="query-params",
        help=tr(sentences(same, logits) if is_networks else same),
    )


def _table(cells: Sequence[tuple[Context, vislib.Explainer]], names: Sequence[str], kind: Text, fills: Fills) -> None:
    """The quick measures of each map, and their mean."""
    thing, explained = tr(kind), tr("Explained")
    rows = []
    for (one, explainer), name in zip(cells, names, strict=True):
        measured = work.run(
            one.key("quick trust", explainer, one.target_key, *fills.changed.items()),
            text("Measures of {name}", name=name),
            functools.partial(_measure, one, explainer, fills),
            kind=f"figures of {explainer.name}",
        )
        if measured is None:
            return
        figures = measured.row()
        rows.append(
            {
                thing: name,
                explained: one.label,
                tr("Value"): one.similarity if one.reference else float(one.values[one.class_index]),
                tr("Deletion ↓"): figures["deletion"],
                tr("Insertion ↑"): figures["insertion"],
                tr("Drop with the map alone ↓"): figures["confidence_drop"],
                tr("Higher with the map alone"): None if measured.empty else float(measured.confidence_increases),
                tr("Sparseness"): figures["sparseness"],
            }
        )
    st.header(tr("{method}: metrics", method=cells[0][1].title), anchor=False)
    table = pd.DataFrame(rows)
    mean = table.mean(numeric_only=True).to_dict() | {thing: tr("Mean"), explained: ""}
    numbers = [name for name in table if name not in (thing, explained)]
    with_mean = pd.concat([table, pd.DataFrame([mean])], ignore_index=True)
    st.dataframe(typeset(with_mean, dict.fromkeys(numbers, two_decimals), "–"), hide_index=True)
    picture.caption(
        tr("Areas under the deletion and insertion curves, average drop and increase in confidence"),
        tr(
            sentences(
                _value_of(cells),
                text(
                    "Arrows show the better direction. The mean of the second to last column is the increase in "
                    "confidence of Chattopadhay et al. 2018: the share of maps whose part of the image alone raises "
                    "the value."
                ),
            )
        ),
    )


def _said(name: str, one: Context) -> str:
    """What the image or the network with this name gives."""
    if one.classifier.task.has_classes:
        return tr("{name}: {value} {label}.", name=name, value=one.answer, label=one.label)
    return tr("{name}: {label} {value}.", name=name, value=one.answer, label=one.label)


def _value_of(cells: Sequence[tuple[Context, vislib.Explainer]]) -> str:
    """What the column "Value" is, if it is the same for all; "" if it is not."""
    values = {words(one.classifier.task).value for one, _ in cells}
    return text("The value is the {value}.", value=values.pop()) if len(values) == 1 else ""


def _measure(one: Context, explainer: vislib.Explainer, fills: Fills, progress: Progress) -> trust.Trust:
    return trust.measure(
        [explainer],
        one.classifier,
        one.image,
        one.target,
        baselines=False,
        noise_samples=0,
        randomize=False,
        progress=progress,
        **fills.given,
    )[0]
