"""What a network says about an image, in the form of its task: bars, numbers with their unit, shares of the pixels."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

import vislib
from pages._ui.shell.tasks import words
from pages._ui.widgets.bars import OnScale, numbers, percent, short_number, top_bars
from pages._ui.widgets.text import plain
from vislib.tasks import Task

THRESHOLD = 0.5
"""From this probability a label counts as present."""
_FEW = 10


def value_text(classifier: vislib.Classifier, value: float) -> str:
    """One of `classifier.values` as text: "38 %", "23.44 px"."""
    return percent(value) if classifier.task.has_classes else short_number(value, classifier.unit)


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
        return top_bars(labels, values, min(top, int((values > 0).sum())), "Shares of the pixels")
    if task is Task.MULTI_LABEL:
        return top_bars(labels, values, top, "Independent probabilities; the line marks 50 %", THRESHOLD)
    if task.has_classes:
        return top_bars(labels, values, top)
    shown = shown_outputs(values, top)
    return numbers(
        [(labels[index], float(values[index])) for index in shown],
        "Outputs of the network",
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
        named = f": {', '.join(present[:5])}{', …' if len(present) > 5 else ''}" if present else ""
        return f"{len(present)} of {len(labels)} labels at 50 % or more{named}", ""
    if task is Task.SEGMENTATION:
        present = [label for label, value in zip(labels, values, strict=True) if value > 0 and label != "background"]
        named = ", ".join(present[:8]) + (", …" if len(present) > 8 else "")
        return f"{len(present)} {'segment' if len(present) == 1 else 'segments'}{': ' if present else ''}{named}", ""
    if task.has_classes:
        label = f"“{labels[main]}”" if labels[main].isdecimal() else labels[main]
        return label, value_text(classifier, float(values[main]))
    shown = ", ".join(f"{labels[k]} {value_text(classifier, float(values[k]))}" for k in shown_outputs(values, 3))
    return f"{shown}{', …' if len(values) > 3 else ''}", ""


def many(classifier: vislib.Classifier) -> str:
    """What the outputs are, for a heading: "Classes", "Outputs"."""
    return words(classifier.task).many.capitalize()


def say_unknown(classifier: vislib.Classifier) -> None:
    """For a network whose task nothing tells, what its numbers may be, and where to say it; else nothing."""
    if classifier.task is not Task.UNKNOWN:
        return
    st.caption(
        f"{plain(classifier.network.head.reason)} Until the task is known, they are shown as they are. Choose the task "
        'in Your model; in Python, give `task="classification"` or `task="regression"`.'
    )
    st.page_link("pages/your_model.py", label="Choose the task", icon=":material/arrow_forward:")
