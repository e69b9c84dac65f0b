"""What the outputs of an uploaded network mean: as it is recognised, or as a person says."""

from collections.abc import Callable

import streamlit as st

import vislib
from pages._ui.shell import models
from pages._ui.widgets.text import plain
from pages._ui.your_model.uploaded import Upload
from vislib.loading.choices import tasks_for
from vislib.tasks import Task

RECOGNISED = "as recognised"
"""In place of a task: the one that vislib recognises."""

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
    several = "a map of numbers" if len(shape) == 3 else f"{shape[-1]:,} numbers"
    classes = Task.SEGMENTATION if len(shape) == 3 else Task.CLASSIFICATION
    with st.container(border=True):
        st.header("Are these outputs scores of classes or numbers?", anchor=False)
        st.warning(
            f"{plain(name)} gives {several} without a softmax or sigmoid, and neither the model nor its file says what "
            "they are. Until you say it, they are shown as plain numbers, without probabilities.",
            icon=":material/help:",
        )
        with st.container(horizontal=True):
            for title, task in (("Scores of classes", classes), ("Numbers", Task.REGRESSION)):
                st.button(title, key=f"{name}: is {task}", on_click=choose, args=(name, str(task)))


def controls(name: str, upload: Upload, classifier: vislib.Classifier, change: Change) -> None:
    """Select boxes for the output and for what it means, and the unit of numbers."""
    own = models.user_models()[name].outputs
    if own and len(own.shapes) > 1:
        models.output_control(name, own, "output here")
    task = f"{name}: task"
    st.session_state[task] = upload.task or RECOGNISED
    st.selectbox(
        "What its outputs are",
        [RECOGNISED, *map(str, tasks_for(classifier.network.graph.logits.shape[1:]))],
        key=task,
        on_change=change,
        args=(name, task),
    )
    if classifier.task is Task.REGRESSION:
        unit = f"{name}: unit"
        st.session_state.setdefault(unit, upload.unit)
        st.text_input("Unit", key=unit, max_chars=30, placeholder="years", on_change=change, args=(name, unit))


def reason(upload: Upload | None, classifier: vislib.Classifier) -> str:
    """One line on what the outputs are and how that is known."""
    parts = [f"Task: {classifier.task}. {classifier.network.head.reason}"]
    if upload and upload.output is not None:
        parts.append(
            f"It has {upload.choices.n_outputs} outputs; “{upload.output}” is in use; choose another above."
            if len(upload.choices.outputs) > 1
            else f"It has {upload.choices.n_outputs} outputs; “{upload.output}” is the one that vislib can explain."
        )
    if upload and upload.inputs:
        parts.append(f"The other inputs are given for every image: {'; '.join(one.shown for one in upload.inputs)}.")
    return " ".join(parts)
