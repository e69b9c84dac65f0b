"""What a channel wants, on its card: drawn while it is computed, after everything else."""

import streamlit as st

from pages._ui.results import picture
from pages._ui.shell import address
from pages._ui.shell.context import Context
from pages._ui.what_a_unit_wants import maximization, views
from pages._ui.what_a_unit_wants.controls import CHANNEL
from vislib.language import tr

_SETTINGS = maximization.Settings()


def place(context: Context, layer: str, channel: int):
    """The heading, and the places of picture, progress and text that `show` fills."""
    st.header(tr("What it wants"), anchor=False)
    drawing, below = st.empty(), st.container()
    with below:
        progress = st.container()
    with drawing.container():
        picture.caption(
            tr("The picture follows"), tr("It is made by gradient ascent when the rest of the card is there.")
        )
    return drawing, progress, below


def show(context: Context, layer: str, channel: int, places) -> None:
    """The picture that excites the channel most, from noise."""
    drawing, progress, below = places
    goal = views.unit_goal(context, CHANNEL, layer, channel)
    with progress:
        result = maximization.maximize(context, [goal], goal.name, _SETTINGS, drawing)
    if result is None:
        return
    with below:
        picture.caption(
            tr("Made to excite it"),
            tr(
                "From noise in {n} steps. It is one pattern that the channel responds to, not the only one.",
                n=len(result.values),
            ),
        )
        maximization.show_downloads(context, result, [goal], _SETTINGS)
        if st.button(tr("More steps, other seeds"), icon=":material/arrow_forward:", key="more wanted"):
            address.open_page("pages/what_a_unit_wants.py", layer=layer, channel=channel, unit_kind=CHANNEL)
