"""A second opinion on activation maximization: plain gradient ascent by vislib and by tf-keras-vis."""

import streamlit as st

import vislib
from pages._ui.results import picture, second_opinion
from pages._ui.shell.context import Context
from pages._ui.what_a_unit_wants.maximization import Goal
from pages._ui.widgets.inline_image import show_image
from vislib import opinion
from vislib.activation_maximization import Maximization
from vislib.language import text, tr
from vislib.opinion.opinion import MAXIMIZATION
from vislib.output import export
from vislib.progress import Progress

_SETTINGS = opinion.Plain(steps=8)


def show(context: Context, goal: Goal) -> None:
    """The switch, and both pictures."""
    if not second_opinion.wanted("second_opinion"):
        return
    start = (_SETTINGS.steps, _SETTINGS.step)

    def compute(progress: Progress) -> vislib.SecondOpinion:
        steps, step = start
        return vislib.second_opinion(
            MAXIMIZATION, context.classifier, context.image, goal.objective, progress, steps=steps, step=step
        )

    key = context.key("second opinion", MAXIMIZATION, goal.key, start)
    found = second_opinion.run(key, text("What {unit} wants, by tf-keras-vis", unit=goal.name), compute)
    if found is None:
        return
    assert isinstance(found.ours, Maximization)
    ours, theirs, said = st.columns(3)
    for column, pixels, name in ((ours, found.ours.picture, "vislib"), (theirs, found.picture, "tf-keras-vis")):
        with column:
            about = tr(
                "{image}, changed towards what {unit} wants, by {tool}",
                image=context.image_name,
                unit=goal.name,
                tool=name,
            )
            show_image(export.as_image(pixels, picture.SIDE), width="stretch", alt=about)
            picture.caption(name, "")
    with said:
        picture.caption(
            tr("Plain gradient ascent"),
            tr(
                "tf-keras-vis has neither the Fourier coefficients nor the random views of the picture above. So "
                "both make {n} plain steps on the pixels, from {image}.",
                n=_SETTINGS.steps,
                image=context.image_name,
            ),
        )
        second_opinion.say(found)
