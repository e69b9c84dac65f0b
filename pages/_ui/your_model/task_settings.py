"""What the outputs of an uploaded network mean: as it is recognised, or as a person says."""

import functools
from collections.abc import Callable

import streamlit as st

import vislib
from pages._ui.shell import models
from pages._ui.widgets.text import plain
from pages._ui.your_model.uploaded import Upload
from vislib.language import Text, sentences, text, tr
from vislib.loading.choices import tasks_for
from vislib.tasks import Task

RECOGNISED = text("as recognised")
"""In place of a task: the one that vislib recognises."""

_TASKS: dict[str, Text] = {**{task: task.in_words() for task in Task}, RECOGNISED: RECOGNISED}

Change = Callable[[str, str], None]
"""Called with the network's name and a widget's key when the widget's value has changed."""


def question(name: str, classifier: vislib.Classifier, choose: Callable[[str, str], None]) -> None:
    """Asks what the outputs are, if nothing says it.

    Args:
        name: The network's name.
        classifier: The network.
        choose: Called with the name and a task.
    """
    if classifier.task is not Task.UNKNOWN:
        return
    shape = classifier.network.output_shape
    classes = Task.SEGMENTATION if len(shape) == 3 else Task.CLASSIFICATION
    with st.container(border=True):
        st.header(tr("Are these outputs scores of classes or numbers?"), anchor=False)
        st.warning(
            tr(
                "{model} gives a map of numbers without a softmax or sigmoid, and neither the model nor its file says "
                "what they are. Until you say it, they are shown as plain numbers, without probabilities.",
                model=plain(name),
            )
            if len(shape) == 3
            else tr(
                "{model} gives {n:,} numbers without a softmax or sigmoid, and neither the model nor its file says "
                "what they are. Until you say it, they are shown as plain numbers, without probabilities.",
                model=plain(name),
                n=shape[-1],
            ),
            icon=":material/help:",
        )
        with st.container(horizontal=True):
            for title, task in ((tr("Scores of classes"), classes), (tr("Numbers"), Task.REGRESSION)):
                st.button(title, key=f"{name}: is {task}", on_click=choose, args=(name, str(task)))


def controls(name: str, upload: Upload, classifier: vislib.Classifier, change: Change) -> None:
    """Select boxes for the output and for what it means, and the unit of numbers."""
    own = models.user_models()[name].outputs
    if own and len(own.shapes) > 1:
        models.output_control(name, own, "output here")
    task = f"{name}: task"
    st.session_state[task] = upload.task or RECOGNISED
    st.selectbox(
        tr("What its outputs are"),
        [RECOGNISED, *map(str, tasks_for(classifier.network.graph.logits.shape[1:]))],
        key=task,
        format_func=lambda one: tr(_TASKS[one]),
        on_change=change,
        args=(name, task),
    )
    if classifier.task is Task.REGRESSION:
        unit = f"{name}: unit"
        st.session_state.setdefault(unit, upload.unit)
        st.text_input(tr("Unit"), key=unit, max_chars=30, placeholder=tr("years"), on_change=change, args=(name, unit))


def reason(upload: Upload | None, classifier: vislib.Classifier) -> Text:
    """One line on what the outputs are and how that is known."""
    parts: list[str] = [text("Task: {task}.", task=_TASKS[classifier.task]), classifier.network.head.reason]
    if upload and upload.output is not None:
        n, output = upload.choices.n_outputs, upload.output
        parts.append(
            text("It has {n} outputs; “{output}” is in use; choose another above.", n=n, output=output)
            if len(upload.choices.outputs) > 1
            else text("It has {n} outputs; “{output}” is the one that vislib can explain.", n=n, output=output)
        )
    if upload and upload.inputs:
        given = functools.reduce(_both, (one.shown for one in upload.inputs))
        parts.append(text("The other inputs are given for every image: {values}.", values=given))
    return sentences(*parts)


def _both(first: Text, second: Text) -> Text:
    return text("{first}; {second}", first=first, second=second)
