"""What the edits changed in a map: the map before, after, and the difference."""

import streamlit as st

import vislib
from pages._ui.results import downloads, explain, picture, snippets
from pages._ui.results.look import Look
from pages._ui.shell import style
from pages._ui.shell.context import Context
from pages._ui.what_if import edited, from_heatmap
from pages._ui.what_if.history import History
from pages._ui.widgets.text import plain
from vislib.edits import Edit, map_difference
from vislib.language import score_number, tr
from vislib.output import export


def show(context: Context, past: History, edits: tuple[Edit, ...]) -> None:
    """The three maps side by side; they follow the edits.

    Args:
        context: The page's context.
        past: What was done.
        edits: All edits.
    """
    with style.settings_row("_difference"):
        method = from_heatmap.method_control(context, "what_if.compared")
    places = style.grid("what_if_difference")
    with places.container(gap="xsmall"):
        before = explain.show(context, method, Look(), tr("Before the edits."))
    if not edits:
        st.caption(tr("Edit the image above; then the map after the edits, and the difference, stand here."))
        return
    after_edits = edited.with_image(context, edits)
    with places.container(gap="xsmall"):
        try:
            after = explain.compute(after_edits, method, explain.LateSlot(), Look().suited(method.signed))
        except vislib.VislibError as error:
            st.info(plain(tr(error)))
            after = None
        if after is not None:
            alt = tr("{method} after the edits", method=method.title)
            picture.drawn(after_edits, after, Look().suited(after.signed), alt)
            picture.caption(
                tr("{method} after", method=method.title),
                tr("{what}: {score}.", what=picture.capital(tr(after.explained)), score=score_number(after.score)),
            )
    if before is None or after is None:
        return
    with places.container(gap="xsmall"):
        difference = map_difference(before, after)
        look = Look().suited(True)
        picture.drawn(after_edits, difference, look, tr("{method} after the edits minus before", method=method.title))
        with st.container(horizontal=True, wrap=False, vertical_alignment="top", gap="xsmall"):
            picture.caption(
                tr("After − before"),
                tr(
                    "Above 0 a place counts for more than before the edits. Places are those of the network's input: "
                    "where the image was moved, another part of it lies there."
                ),
            )
            downloads.show(
                f"what if difference {difference.method}",
                downloads.file_stem(context.image_name, difference.method, "difference"),
                {
                    "png": lambda: export.png_bytes(
                        export.heatmap_picture(
                            difference, after_edits.shown, look.opacity, look.colormap_of(True), look.blend
                        )
                    ),
                    "npz": lambda: export.npz_bytes(difference),
                },
                snippets.map_difference(context, edits, after),
            )
