"""What a network says about an image, in the form of its task: bars, numbers with their unit, shares of the pixels."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

import vislib
from pages._ui.shell.tasks import words
from pages._ui.widgets.bars import OnScale, numbers, top_bars
from pages._ui.widgets.text import plain
from vislib.language import Text, listing, plural, probability, tr, with_unit
from vislib.tasks import Task

THRESHOLD = 0.5
"""From this probability a label counts as present."""
_FEW = 10


def value_text(classifier: vislib.Classifier, value: float) -> str:
    """One of `classifier.values` as text: "38 %", "23.44 px"."""
    return probability(value) if classifier.task.has_classes else with_unit(value, classifier.unit)


def answer_html(
    classifier: vislib.Classifier, values: np.ndarray, top: int, scales: Sequence[OnScale | None] | None = None
) -> str:
    """HTML of the answer: the most probable classes, each label with the threshold, the classes with pixels, the
    numbers.

    Args:
        classifier: The network.
        values: `classifier.values` of an image, (classes,).
        top: How many are shown at most.
        scales: For numbers, the scale of each output.
    """
    labels, task = classifier.labels, classifier.task
    if task is Task.SEGMENTATION:
        return top_bars(labels, values, min(top, int((values > 0).sum())), tr("Shares of the pixels"))
    if task is Task.MULTI_LABEL:
        return top_bars(labels, values, top, tr("Independent probabilities; the line marks 50 %"), THRESHOLD)
    if task.has_classes:
        return top_bars(labels, values, top)
    shown = shown_outputs(values, top)
    return numbers(
        [(labels[index], float(values[index])) for index in shown],
        tr("Outputs of the network"),
        lambda value: value_text(classifier, value),
        None if scales is None else [scales[index] for index in shown],
    )


def shown_outputs(values: np.ndarray, top: int) -> list[int]:
    """Which outputs are shown: the first ones, or of more than ten those with the largest values."""
    order = np.arange(len(values)) if len(values) <= _FEW else np.argsort(-values, kind="stable")
    return [int(index) for index in order[:top]]


def headline(classifier: vislib.Classifier, values: np.ndarray, main: int) -> tuple[str, str]:
    """The answer in one line: what it says, and the number of one class; "" where there is no such number.

    Args:
        classifier: The network; not an embedding.
        values: `classifier.values` of an image, (classes,).
        main: `classifier.main_class` of the image.
    """
    labels, task = classifier.labels, classifier.task
    if task is Task.MULTI_LABEL:
        present = [labels[index] for index in np.argsort(-values, kind="stable") if values[index] >= THRESHOLD]
        if not present:
            return tr("0 of {total} labels at 50 % or more", total=len(labels)), ""
        return tr(
            "{n} of {total} labels at 50 % or more: {names}",
            n=len(present),
            total=len(labels),
            names=_first(present, 5),
        ), ""
    if task is Task.SEGMENTATION:
        present = [label for label, value in zip(labels, values, strict=True) if value > 0 and label != "background"]
        if not present:
            return tr("0 segments"), ""
        return tr(plural("{n} segment: {names}", "{n} segments: {names}", len(present), names=_first(present, 8))), ""
    if task.has_classes:
        label = f"“{labels[main]}”" if labels[main].isdecimal() else labels[main]
        return label, value_text(classifier, float(values[main]))
    shown = [f"{labels[k]} {value_text(classifier, float(values[k]))}" for k in shown_outputs(values, len(values))]
    return tr(_first(shown, 3)), ""


def _first(names: Sequence[str], most: int) -> Text:
    """The first names, with an ellipsis if there are more."""
    return listing([*names[:most], *(["…"] if len(names) > most else [])], "plain")


def many(classifier: vislib.Classifier) -> str:
    """What the outputs are, for a heading: "Classes", "Outputs"."""
    return tr(words(classifier.task).heading)


def show_unknown(classifier: vislib.Classifier) -> None:
    """For a network of unknown task, what its numbers may be, and where to set the task; else nothing."""
    if classifier.task is not Task.UNKNOWN:
        return
    st.caption(
        tr(
            "{reason} Until the task is known, they are shown as they are. Choose the task in Your model; in Python, "
            'give `task="classification"` or `task="regression"`.',
            reason=plain(tr(classifier.network.head.reason)),
        )
    )
    st.page_link("pages/your_model.py", label=tr("Choose the task"), icon=":material/arrow_forward:")
