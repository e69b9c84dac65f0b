"""What if: edit the image and see at once how the answer changes; sweeps, and the least covering that changes it."""

import streamlit as st

import vislib
from pages._ui.shell.context import context
from pages._ui.what_if import answer, canvas, covering, difference, edited, from_heatmap, history, sliders, sweeping
from pages._ui.widgets.text import plain
from vislib.language import text, tr

PARTS = {
    text("Cover by a heatmap"): from_heatmap.show,
    text("Least covering"): covering.show,
    text("Sweep"): sweeping.show,
    text("Difference of maps"): difference.show,
}  # what stands below the canvas, one at a time; each takes the context, the history and the edits

here = context(
    tr("What if"), tr("Edit the image and see at once how the answer changes."), needs_maps=False, with_answer=False
)


@st.fragment  # a stroke does not run what is above
def live() -> None:
    """The canvas and the sliders, beside them the answer, below them one of the parts."""
    past = history.of_image(here.digest)
    left, right = st.columns(2, gap="large")
    below = st.container()
    with left:
        image = edited.after_steps(here, past)
    with below:
        edits = (*past.steps, *sliders.controls(past))
    with right:  # before the canvas, which shows the stroke already
        try:
            answer.show(here, edited.change_by(here, edits), edits)
        except vislib.VislibError as error:
            st.error(plain(tr(error)))
    with left:
        canvas.show(here, past, image)
    part = st.segmented_control(
        tr("Ask further"),
        list(PARTS),
        default=next(iter(PARTS)),
        required=True,
        key="what_if.part",
        bind="query-params",
        format_func=tr,
    )
    try:
        PARTS[part or next(iter(PARTS))](here, past, edits)
    except vislib.VislibError as error:
        st.error(plain(tr(error)))


live()
