"""The least covering that changes the answer, and the least part that keeps it."""

import numpy as np
import streamlit as st
from PIL import Image

import vislib
from pages._ui.results import downloads, picture, snippets
from pages._ui.server import work
from pages._ui.shell import style
from pages._ui.shell.chosen import as_given
from pages._ui.shell.context import Context
from pages._ui.what_if import edited, fills, history
from pages._ui.what_if.history import History
from pages._ui.widgets.choice import choose
from pages._ui.widgets.inline_image import show_image
from pages._ui.widgets.text import plain
from vislib.attribution.fills import FILLS
from vislib.attribution.superpixels import SEGMENTATIONS
from vislib.edits import Edit, LeastCovering, apply, least_covering
from vislib.images.bands import as_picture
from vislib.language import Text, sentences, text, tr
from vislib.output import export, render

_GOALS = {"change": text("The least that changes the answer"), "keep": text("The least that keeps the answer")}
_ABOUT = {
    "change": text(
        "Superpixels are covered one after the other, each time the one that weakens the answer most, until the "
        "answer changes. Then it is checked that none can be left out."
    ),
    "keep": text(
        "All superpixels are covered; then they are shown one after the other, each time the one that strengthens "
        "the answer most, until the answer is that of the image again. Then it is checked that none can be left out."
    ),
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
            tr("Superpixels"),
            2,
            150,
            None,
            key="what_if.superpixels",
            bind="query-params",
            width=150,
            placeholder=tr("as for LIME"),
            help=tr("Approximate number; the work grows with its square."),
        )
        segmentation = choose(
            tr("Segmentation"), SEGMENTATIONS, "what_if.segmentation", width=140, format_func=_segmentation
        )
        fill = choose(tr("Fill"), FILLS, "what_if.covering_fill", width=140, format_func=fills.title)
    settings = {"n_segments": n_segments, "segmentation": segmentation, "fill": fill}
    for column, (goal, title) in zip(st.columns(2, gap="large"), _GOALS.items(), strict=True):
        with column:
            st.markdown(f"**{tr(title)}**")
            _one(context, past, edits, goal, settings)


def _one(context: Context, past: History, edits: tuple[Edit, ...], goal: str, settings: dict) -> None:
    key = context.key("least covering", edits, context.target_key, goal, *settings.values())
    asked: set[tuple] = st.session_state.setdefault("coverings asked", set())
    if work.found(key) is None and key not in asked:
        st.caption(tr(_ABOUT[goal]))
        st.button(tr("Find it"), key=f"find {goal}", icon=":material/play_arrow:", on_click=asked.add, args=(key,))
        return
    image = edited.image_after(context, edits)
    try:
        found = work.run(
            key,
            _GOALS[goal],
            lambda progress: least_covering(
                context.classifier, image, context.target, goal, progress=progress, **settings
            ),
            progress_text=_passes,
        )
    except vislib.VislibError as error:
        st.info(plain(tr(error)))
        return
    if found is not None:
        _drawn(context, past, edits, image, found, settings)


def _drawn(
    context: Context, past: History, edits: tuple[Edit, ...], image: np.ndarray, found: LeastCovering, settings: dict
) -> None:
    covered = apply(image, found.edit)

    def large(size: int = picture.SIDE) -> Image.Image:
        return render.seen(as_given(context.classifier, as_picture(covered)), context.classifier.box(image), size)

    n, of = len(found.chosen), found.n_superpixels
    changes = found.goal == "change"
    show_image(
        large(),
        alt=tr("{n} superpixels, the least that changes the answer", n=n)
        if changes
        else tr("{n} superpixels, the least that keeps the answer", n=n),
    )
    with st.container(horizontal=True, wrap=False, vertical_alignment="top", gap="xsmall"):
        picture.caption(
            tr("{n} of {all} superpixels covered", n=n, all=of)
            if changes
            else tr("{n} of {all} superpixels shown", n=n, all=of),
            tr(sentences(found.in_words(), found.note)),
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
        tr("Take it to the canvas"),
        icon=":material/layers:",
        key=f"take {found.goal}",
        disabled=len(edits) != len(past.steps),
        help=tr("Not while sliders are in use, as the steps on the canvas come before them.")
        if len(edits) != len(past.steps)
        else None,
        on_click=history.add,
        args=(past, [found.edit]),
    )


def _passes(done: int, total: int) -> Text:
    return text("{done} of at most {total} forward passes", done=done, total=total)


def _segmentation(name: str) -> str:
    return tr("grid") if name == "grid" else name
