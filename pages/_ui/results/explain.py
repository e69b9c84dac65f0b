"""Explanations on a page: widgets for a method's parameters, and maps that are drawn while they are computed."""

import contextlib
import dataclasses
import functools
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import streamlit as st
from PIL import Image

import vislib
from pages._ui.results import mask_view, picture
from pages._ui.results.look import Look, colour_bar
from pages._ui.server import work
from pages._ui.shell import style
from pages._ui.shell.context import Context
from pages._ui.widgets.inline_image import show_image
from pages._ui.widgets.text import plain
from vislib.attribution.base import Family
from vislib.errors import listed
from vislib.images.bands import as_picture
from vislib.language import Text, percent, sentences, text, tr
from vislib.output import render
from vislib.output.render import Scale
from vislib.tasks import Task

_FEW_PIXELS = 128
E = TypeVar("E", bound=vislib.Explainer)
FAMILIES = (Family.CLASS_ACTIVATION, Family.GRADIENT, Family.PERTURBATION)
"""The families of methods that explain, in the order in which a page with all of them lists them."""


def of_family(context: Context, *families: Family) -> list[str]:
    """Names of the methods of some families that work for the network, in display order."""
    return [
        name
        for family in families
        for name, method in vislib.methods().items()
        if method.family is family and _exists(method, context.classifier)
    ]


def at_once(context: Context) -> list[str]:
    """Names of the methods of all families that work for the network and take one pass or a few."""
    return [name for name in of_family(context, *FAMILIES) if not vislib.methods()[name].costly]


def show_missing(context: Context, names: Sequence[str], key: str) -> None:
    """If the select box `key` of these methods is to show one that does not work for the network, says why."""
    if (asked := st.session_state.get(key)) is None or asked in names:
        return
    try:
        vislib.methods()[asked]().resolved(context.classifier)
    except vislib.ModelError as error:
        st.info(plain(str(error)))


def titles(names: Sequence[str]) -> str:
    """The methods' names for people, with commas."""
    return listed(vislib.methods()[name].title for name in names)


def by_cost(explainers: Sequence[vislib.Explainer]) -> tuple[list[vislib.Explainer], list[vislib.Explainer]]:
    """The methods that a page computes when it opens, and those that wait for a click."""
    return [one for one in explainers if not one.costly], [one for one in explainers if one.costly]


def _exists(method: type[vislib.Explainer], classifier: vislib.Classifier) -> bool:
    try:
        method().resolved(classifier)
    except vislib.ModelError:
        return False
    return True


def controls(method: type[E], context: Context, names: Sequence[str], width: Any = "stretch") -> E:
    """A widget of this width for each of the named parameters; the explainer with the chosen values."""
    defaults = method().resolved(context.classifier)
    chosen = {}
    for spec in dataclasses.fields(method):
        if spec.name in names:
            most = min(context.classifier.input_size) if spec.metadata["unit"] == "px" else None
            chosen[spec.name] = _widget(spec, getattr(defaults, spec.name), f"{method.name}.{spec.name}", most, width)
    return dataclasses.replace(defaults, **chosen)


def settings(context: Context, names: Sequence[str], first: str | None = None, **fixed: Any) -> list[vislib.Explainer]:
    """The methods with the chosen parameters, behind one button; that of `first` is on top.

    The page itself sets the parameters in `fixed`, for all methods that have them.
    """
    methods, explainers = vislib.methods(), {}
    parameters = {
        name: [spec.name for spec in dataclasses.fields(methods[name]) if spec.name not in fixed] for name in names
    }
    behind = (
        st.popover(tr("Parameters"), icon=":material/tune:") if any(parameters.values()) else contextlib.nullcontext()
    )
    with behind:
        for name in sorted(names, key=lambda name: name != first):
            method = methods[name]
            if parameters[name]:
                st.markdown(f"**{tr(method.title)}**")
            own = {spec.name: fixed[spec.name] for spec in dataclasses.fields(method) if spec.name in fixed}
            explainers[name] = dataclasses.replace(controls(method, context, parameters[name]), **own)
    return [explainers[name] for name in names]


def _widget(spec: dataclasses.Field, default, key: str, most: int | None, width: Any):
    about = spec.metadata
    high = about["high"] if most is None else most
    name, unit = tr(about["label"]), tr(about["unit"])
    label = f"{name} ({unit})" if unit else name
    shared: dict[str, Any] = {"key": key, "help": tr(about["help"]) or None, "bind": "query-params"}
    if about["kind"] is not bool:
        shared["width"] = width
    if about["choices"]:
        choices = list(about["choices"])
        return st.selectbox(label, choices, choices.index(default), format_func=tr, **shared)
    if about["kind"] is bool:
        return st.toggle(label, default, **shared)
    if about["kind"] is float:
        return st.slider(label, float(about["low"]), float(high), float(default), 0.01, **shared)
    return int(st.number_input(label, int(about["low"]), int(high), int(default), **shared))


class LateSlot:
    """A place on the page that is only taken at its first use: until then the previous picture stays there, dimmed."""

    def __init__(self) -> None:
        self._slot: Any = None

    def __getattr__(self, name: str) -> Any:
        if self._slot is None:
            self._slot = st.empty()
        return getattr(self._slot, name)


def compute(context: Context, explainer: vislib.Explainer, slot, look: Look):
    """The heatmap; partial maps are drawn into `slot` meanwhile. None if the user stopped the computation."""

    box, progress_text = context.classifier.box(context.image), functools.partial(_counted, explainer.counted)

    def draw(partial: np.ndarray, done: int, total: int) -> None:
        scale = Scale.of(partial, explainer.signed, look.clip)
        picture_now = render.overlay_map(
            context.shown,
            box,
            partial,
            look.opacity,
            look.colormap_of(explainer.signed),
            picture.SIDE,
            scale,
            explainer.signed,
            look.blend,
        )
        progress = progress_text(done, total)
        with slot.container(gap="xsmall"):
            show_image(picture_now, alt=tr("{method}, after {progress}", method=explainer.title, progress=progress))
            colour_bar(scale, explainer.signed, look.colormap_of(explainer.signed), explainer.unit)
            picture.caption(tr(explainer.title), tr("The map so far, after {progress}.", progress=progress))

    return work.run(
        context.key(explainer, context.target_key),
        explainer.title,
        lambda progress: explainer.explain(
            context.classifier, context.image, context.target, progress, keep_image=False
        ),
        draw,
        progress_text=progress_text,
    )


def _counted(units: str, done: int, total: int) -> str:
    return tr("{done} of {total} {units}", done=done, total=total, units=units)


def show(context: Context, explainer: vislib.Explainer, look: Look, note: str = "", key: str = ""):
    """Computes and draws one explanation; returns the heatmap, or None if the user stopped the computation. `key` is as
    for `downloads.of_heatmap`."""
    slot = LateSlot()
    look = look.suited(explainer.signed)
    try:
        heatmap = compute(context, explainer, slot, look)
    except vislib.ModelError as error:  # no mistake of the user: the method does not work for such a network
        slot.info(f"**{tr(explainer.title)}.** {plain(str(error))}")
        return None
    except vislib.VislibError as error:
        if context.reference is None:
            slot.error(plain(str(error)))
        else:  # no mistake either: a similarity is not what every method explains
            slot.info(f"**{tr(explainer.title)}.** {plain(str(error))}")
        return None
    if heatmap is not None:
        with slot.container(gap="xsmall"):
            picture.heatmap_picture(context, heatmap, look, note, key)
    return heatmap


def grid(
    context: Context, explainers: Sequence[vislib.Explainer], look: Look, key: str, with_image: bool = False
) -> None:
    """Explanations side by side in rows; with `with_image` the image comes first. `key` names the grid on its page."""
    cells: list[vislib.Explainer | None] = [None, *explainers] if with_image else list(explainers)
    places = style.grid(key)
    for cell in cells:
        with places.container(gap="xsmall"):
            if cell is None:
                image_picture(context)
            else:
                show(context, cell, look)


def grid_on_request(context: Context, explainers: Sequence[vislib.Explainer], look: Look) -> None:
    """Explanations that take long, side by side: what is cached at once, the rest after a click on a button.

    After the click this image's maps follow every change of a setting.
    """
    key = context.key("requested", *(one.name for one in explainers), context.target_key)
    requested: set[tuple] = st.session_state.setdefault("requested", set())
    cached = [one for one in explainers if work.found(context.key(one, context.target_key)) is not None]
    if len(cached) < len(explainers) and key not in requested:
        names = listed([one.title for one in explainers if one not in cached])
        st.button(
            tr("Compute {names}", names=names),
            key="compute all",
            icon=":material/play_arrow:",
            on_click=requested.add,
            args=(key,),
        )
        explainers = cached
    grid(context, explainers, look, "on request")


def image_picture(context: Context) -> None:
    """The part of the image that the network sees; for a segmentation with its mask, to click on."""
    if context.classifier.task is Task.SEGMENTATION:
        mask_view.show(context)
        return
    show_image(
        seen_picture(context, picture.SIDE),
        width="stretch",
        alt=tr("{image}, as the network sees it", image=context.image_name),
    )
    picture.caption(tr("What the network sees"), tr(sentences(seen_in_words(context), context.answer_in_words)))


def seen_picture(context: Context, size: int) -> Image.Image:
    """The part of the image that is the network's input, with the longer side `size`; of a small input the pixels."""
    seen = render.seen(context.shown, context.classifier.box(context.image), size)
    if max(context.classifier.input_size) > _FEW_PIXELS:
        return seen
    given = Image.fromarray(as_picture(context.classifier.resize(context.shown)))
    return given.resize(seen.size, Image.Resampling.NEAREST)


def seen_in_words(context: Context) -> Text:
    """Which part of the image is the network's input, as a sentence."""
    height, width = context.classifier.input_size
    preprocess = context.classifier.preprocess
    if preprocess.crop_fraction is not None and not preprocess.letterbox:
        box, (whole_height, whole_width) = context.classifier.box(context.image), context.image.shape[:2]
        return text(
            "The part of {image} that is its input, at {width} × {height} pixels: the centre, {seen_width:.0f} × "
            "{seen_height:.0f} of {whole_width} × {whole_height} pixels, {share} of the image.",
            image=context.image_name,
            width=width,
            height=height,
            seen_width=box.width,
            seen_height=box.height,
            whole_width=whole_width,
            whole_height=whole_height,
            share=percent(box.width * box.height / (whole_width * whole_height)),
        )
    fitting = preprocess.fitting
    return text(
        "The part of {image} that is its input, at {width} × {height} pixels: {fitting}.",
        image=context.image_name,
        width=width,
        height=height,
        fitting=fitting,
    )


def about(names: Sequence[str]) -> None:
    """The methods' weaknesses and papers."""
    with st.expander(tr("How far to trust these pictures")):
        for name in names:
            method = vislib.methods()[name]
            st.markdown(f"**{tr(method.title)}.** {tr(method.caveat)}  \n*{method.reference}*")
