"""What a channel wants, on its card: drawn while it is computed, after everything else."""

import streamlit as st

from pages._ui.results import picture
from pages._ui.shell import address
from pages._ui.shell.context import Context
from pages._ui.what_a_unit_wants import maximization, views
from pages._ui.what_a_unit_wants.controls import CHANNEL

_SETTINGS = maximization.Settings()


def place(context: Context, layer: str, channel: int):
    """The heading, and the places of picture, progress and text that `show` fills."""
    st.header("What it wants", anchor=False)
    drawing, text = st.empty(), st.container()
    with text:
        progress = st.container()
    with drawing.container():
        picture.caption("The picture follows", "It is made by gradient ascent when the rest of the card is there.")
    return drawing, progress, text


def show(context: Context, layer: str, channel: int, places) -> None:
    """The picture that excites the channel most, from noise."""
    drawing, progress, text = places
    goal = views.unit_goal(context, CHANNEL, layer, channel)
    with progress:
        result = maximization.maximize(context, [goal], goal.name, _SETTINGS, drawing)
    if result is None:
        return
    with text:
        picture.caption(
            "Made to excite it",
            f"From noise in {len(result.values)} steps. It is one pattern that the channel responds to, not the "
            "only one.",
        )
        maximization.show_downloads(context, result, [goal], _SETTINGS)
        if st.button("More steps, other seeds", icon=":material/arrow_forward:", key="more wanted"):
            address.open_page("pages/what_a_unit_wants.py", layer=layer, channel=channel, unit_kind=CHANNEL)
