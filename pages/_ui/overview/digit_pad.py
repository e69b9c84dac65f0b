"""For networks that read digits: a large drawing pad on Overview, and beside it ten bars that follow the drawing."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages._ui.overview import answer_view
from pages._ui.shell import answers, digit_canvas
from pages._ui.shell.context import Context, sample_names
from pages._ui.shell.images import DIGITS
from pages._ui.widgets.bars import bars
from vislib.language import tr


def suits(context: Context) -> bool:
    """Whether the network reads digits."""
    return sample_names(context.model_name) == DIGITS


def columns(context: Context) -> tuple[DeltaGenerator, DeltaGenerator]:
    """Draws the pad and, beside it, the answer; returns the columns for the picture and for what else is said."""
    pad, said, picture = st.columns([3, 4, 4], gap="medium")
    with pad:
        digit_canvas.draw_a_digit()
        if context.image_name != digit_canvas.NAME and digit_canvas.digit() is not None:
            st.button(
                tr("Read the drawing, not {image}", image=context.image_name),
                key="read_drawing",
                on_click=digit_canvas.use,
            )
    with said:
        main = context.classifier.main_class(context.logits)
        st.html(answer_view.said(*answers.headline(context.classifier, context.values, main)))
        by_digit = sorted(zip(context.classifier.labels, map(float, context.values), strict=True))
        st.html(bars(by_digit, tr("Probabilities of the ten digits")))
    return picture, said
