"""The network's answer on Overview: probabilities, numbers on a scale, shares of the pixels, or similar images."""

import html

import numpy as np
import streamlit as st

from pages._ui.results import picture
from pages._ui.shell import answers
from pages._ui.shell.context import Context
from pages._ui.shell.other_images import sample_values, similarities
from pages._ui.widgets.bars import OnScale, bars
from vislib.language import sentences, text, tr, with_unit
from vislib.tasks import Task

_TOP = 5
_TOP_NUMBERS = 10
_ABOUT_SHARES = {
    Task.MULTI_LABEL: text("Each label has a probability of its own; the line marks 50 %."),
    Task.SEGMENTATION: text("The share of the pixels for which the network predicts each class."),
}


def show(context: Context, with_answer: bool = True) -> None:
    """The answer as a heading and in bars, and the network in numbers."""
    if context.reference is not None:
        _similar(context)
    elif with_answer:
        _answer(context)
    picture.facts(
        {
            tr("Network"): context.model_name,
            tr("Task"): tr(context.classifier.task.in_words()),
            tr("Parameters"): f"{context.classifier.model.count_params():,}",
            tr("Layers with feature maps"): f"{len(context.classifier.network.map_layers)}",
            answers.many(context.classifier): f"{len(context.classifier.labels):,}",
        }
    )


def questions(context: Context) -> None:
    """Links to the pages that answer what a person asks next."""
    has_maps = bool(context.classifier.network.map_layers)
    every = (
        ("pages/class_activation.py", tr("Where does a layer hold the evidence?"), has_maps),
        ("pages/occlusion.py", tr("What if a part is covered?"), True),
        ("pages/what_if.py", tr("What if the image were different?"), True),
        ("pages/compare_and_trust.py", tr("Do other methods agree, and can they be trusted?"), has_maps),
        ("pages/which_method.py", tr("Which method should I use?"), True),
        ("pages/feature_maps.py", tr("What does each layer compute?"), has_maps),
        (
            "pages/what_a_unit_wants.py",
            tr("What does a unit respond to?"),
            has_maps and context.classifier.takes_pictures,
        ),
    )
    with st.container(gap=None):
        for page, question, applies in every:
            if applies:
                st.page_link(page, label=question, icon=":material/arrow_forward:")


def said(what: str, number: str = "") -> str:
    """HTML of the answer as a large heading; the number behind it is light."""
    light = f" <span>{html.escape(number)}</span>" if number else ""
    return f"<h2 class='v-said'>{html.escape(what)}{light}</h2>"


def _answer(context: Context) -> None:
    classifier, values = context.classifier, context.values
    main = classifier.main_class(context.logits)
    st.html(said(*answers.headline(classifier, values, main)))
    if classifier.task.has_classes:
        st.html(answers.answer_html(classifier, values, _TOP))
        if classifier.task in _ABOUT_SHARES:
            st.caption(tr(_ABOUT_SHARES[classifier.task]))
        return
    scales = _scales(context)
    st.html(answers.answer_html(classifier, values, _TOP_NUMBERS, scales))
    answers.show_unknown(classifier)
    more = text("The {n} largest of {total:,} outputs.", n=_TOP_NUMBERS, total=len(values))
    span = text("Each scale goes from the smallest to the largest output for the sample images and this one.")
    drawn = any(scale is not None for scale in scales)
    if about := sentences(more if len(values) > _TOP_NUMBERS else "", span if drawn else ""):
        st.caption(tr(about))


def _scales(context: Context) -> list[OnScale | None]:
    """For each output the range of its values for the sample images and this one; none where they are all the same."""
    every = np.vstack([sample_values(context), context.values])
    ends = zip(every.min(axis=0), every.max(axis=0), strict=True)
    return [OnScale(float(low), float(high)) if high > low else None for low, high in ends]


def _similar(context: Context) -> None:
    assert context.reference is not None
    st.html(said(tr("Similar to {image}", image=context.reference.name), context.answer))
    found = similarities(context)[:_TOP_NUMBERS]
    st.html(bars(found, tr("Similarity to the other images"), with_unit))
    st.caption(
        tr(
            "The cosine of the angle between the vectors of two images: 1 for the same direction, 0 for a right angle; "
            "a negative one has no bar."
        )
    )
