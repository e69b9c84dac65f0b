"""The least covering that changes the answer, and the least part that keeps it."""

import numpy as np
import streamlit as st
from PIL import Image

import vislib
from pages._ui.results import downloads, picture, snippets
from pages._ui.server import work
from pages._ui.shell import style
from pages._ui.shell.context import Context
from pages._ui.what_if import edited, history
from pages._ui.what_if.history import History
from pages._ui.widgets.choice import choose
from pages._ui.widgets.inline_image import show_image
from pages._ui.widgets.text import plain
from vislib.attribution.fills import FILLS
from vislib.attribution.superpixels import SEGMENTATIONS
from vislib.edits import Edit, LeastCovering, apply, least_covering
from vislib.images.bands import as_picture
from vislib.output import export, render

_GOALS = {"change": "The least that changes the answer", "keep": "The least that keeps the answer"}
_ABOUT = {
    "change": "Superpixels are covered one after the other, each time the one that weakens the answer most, until the "
    "answer changes.",
    "keep": "All superpixels are covered; then they are shown one after the other, each time the one that strengthens "
    "the answer most, until the answer is that of the image again.",
}


def show(context: Context, past: History, edits: tuple[Edit, ...]) -> None:
    """A button for each of both; once it is found, the covered image, the counts, and a button that takes it over.

    Args:
        context: The page's context.
        past: What was done.
        edits: All edits; what is covered is the edited image.
    """
    with style.settings_row("_covering"):
        n_segments = st.number_input(
            "Superpixels",
            2,
            150,
            None,
            key="what_if.superpixels",
            bind="query-params",
            width=150,
            placeholder="as for LIME",
            help="Approximate number; the work grows with its square.",
        )
        segmentation = choose("Segmentation", SEGMENTATIONS, "what_if.segmentation", width=140)
        fill = choose("Fill", FILLS, "what_if.covering_fill", width=140)
    settings = {"n_segments": n_segments, "segmentation": segmentation, "fill": fill}
    for column, (goal, title) in zip(st.columns(2, gap="large"), _GOALS.items(), strict=True):
        with column:
            st.markdown(f"**{title}**")
            _one(context, past, edits, goal, settings)


def _one(context: Context, past: History, edits: tuple[Edit, ...], goal: str, settings: dict) -> None:
    key = context.key("least covering", edits, context.target_key, goal, *settings.values())
    asked: set[tuple] = st.session_state.setdefault("coverings asked", set())
    if work.found(key) is None and key not in asked:
        st.caption(f"{_ABOUT[goal]} Then it is checked that none can be left out.")
        st.button("Find it", key=f"find {goal}", icon=":material/play_arrow:", on_click=asked.add, args=(key,))
        return
    image = edited.image_after(context, edits)
    try:
        found = work.run(
            key,
            _GOALS[goal],
            lambda progress: least_covering(
                context.classifier, image, context.target, goal, progress=progress, **settings
            ),
            progress_text="{} of at most {} forward passes".format,
        )
    except vislib.VislibError as error:
        st.info(plain(str(error)))
        return
    if found is not None:
        _drawn(context, past, edits, image, found, settings)


def _drawn(
    context: Context, past: History, edits: tuple[Edit, ...], image: np.ndarray, found: LeastCovering, settings: dict
) -> None:
    covered = apply(image, found.edit)

    def large(size: int = picture.SIDE) -> Image.Image:
        shown = Image.fromarray(as_picture(covered)) if context.classifier.channels != 1 else _grey(covered)
        return render.seen(np.asarray(shown), context.classifier.box(image), size)

    show_image(large(), alt=f"{len(found.chosen)} superpixels, {_GOALS[found.goal].lower()}")
    with st.container(horizontal=True, wrap=False, vertical_alignment="top", gap="xsmall"):
        what = "covered" if found.goal == "change" else "shown"
        picture.caption(
            f"{len(found.chosen)} of {found.n_superpixels} superpixels {what}",
            f"{found.in_words()}{f' {found.note}' if found.note else ''}",
        )
        downloads.show(
            f"least covering {found.goal}",
            downloads.file_stem(context.image_name, "least", found.goal),
            {
                "png": lambda: export.png_bytes(large(1024)),
                "npz": lambda: export.npz_bytes(np.isin(found.segments, found.chosen)),
            },
            snippets.least_covering(context, edits, goal=found.goal, **settings),
        )
    st.button(
        "Take it to the canvas",
        icon=":material/layers:",
        key=f"take {found.goal}",
        disabled=len(edits) != len(past.steps),
        help="Not while sliders are in use, as the steps on the canvas come before them."
        if len(edits) != len(past.steps)
        else None,
        on_click=history.add,
        args=(past, [found.edit]),
    )


def _grey(image: np.ndarray) -> Image.Image:
    return Image.fromarray(image).convert("L").convert("RGB")
