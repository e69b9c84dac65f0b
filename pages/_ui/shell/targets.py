"""Choosing the target of the explanation: a class, a segment, an output; its difference to another, its negative."""

import numpy as np
import streamlit as st

import vislib
from pages._ui.shell import regions
from pages._ui.shell.chosen import TOP
from pages._ui.shell.tasks import words
from pages._ui.widgets.choice import choose
from vislib.language import text, tr
from vislib.targets.scores import SCORES
from vislib.tasks import Task

_NONE = text("nothing")


def target_control(classifier: vislib.Classifier, logits: np.ndarray, main, further) -> vislib.targets.Target:
    """What is explained, and behind a button further choices.

    Args:
        classifier: Not an embedding, which has no classes.
        logits: Its output for the image.
        main: The place of the select box.
        further: The place of the button.
    """
    about = words(classifier.task)
    options = further.popover(tr("Target options"), icon=":material/tune:")
    with options:
        part = regions.part_control() if classifier.task is Task.SEGMENTATION else ""
    values = classifier.values(logits)
    names = _names(classifier, values, only_present=part == regions.WHOLE)
    with main:
        name = choose(
            tr(about.chooser),
            [TOP, *names],
            "class",
            shared=True,
            what=about.one,
            help=tr(about.order),
            format_func=lambda name: tr(about.first) if name == TOP else name,
        )
    class_index = classifier.main_class(logits) if name == TOP else classifier.class_index(name)
    with options:
        point = regions.point_control(logits, class_index) if part == regions.POINT else None
        against, score, counterfactual = _further(classifier, class_index, values)
    if point is not None:
        return vislib.targets.Pixels(class_index, against, score, counterfactual, where=point)
    return vislib.Target(class_index, against, score, counterfactual)


def _names(classifier: vislib.Classifier, values: np.ndarray, only_present: bool) -> list[str]:
    """The options: the ten largest values first, then the others by name; outputs in their order."""
    labels = classifier.labels
    if not classifier.task.has_classes:
        return list(labels)
    order = np.argsort(-values, kind="stable")
    if only_present:
        return [labels[index] for index in order if values[index] > 0]
    first = [labels[index] for index in order[:10]]
    return [*first, *sorted(set(labels) - set(first), key=str.lower)]


def _further(classifier: vislib.Classifier, class_index: int, values: np.ndarray) -> tuple[int | None, str, bool]:
    about, labels = words(classifier.task), classifier.labels
    against: str = _NONE
    score = "logit"
    if len(labels) > 1:
        others = _names(classifier, values, only_present=False)
        against = choose(
            tr("Contrast with {target}", target=about.one),
            [_NONE, *(name for name in others if name != labels[class_index])],
            "against",
            format_func=lambda name: tr(_NONE) if name == _NONE else name,
            help=tr("Why this {target} and not the other: explains the difference of their scores.", target=about.one),
        )
    if classifier.task.has_classes:
        only_probabilities = classifier.network.head.probabilities_only
        score = choose(
            tr("Score"),
            SCORES,
            "score",
            SCORES[1] if only_probabilities else SCORES[0],
            format_func=tr,
            help=tr("The network gives probabilities and no raw scores; its logit is the logarithm of the probability.")
            if only_probabilities
            else tr("The logit is the network's raw score. A probability also rises when other classes fall."),
        )
    counterfactual = st.toggle(
        tr(about.lower),
        key="counterfactual",
        bind="query-params",
        help=tr("The negative of the score: the map shows the places that lower it."),
    )
    return None if against == _NONE else classifier.class_index(against), score, counterfactual
