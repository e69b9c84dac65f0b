"""Choosing the target of the explanation: a class, its difference to another class, its probability, its negative."""

import numpy as np
import streamlit as st

import vislib
from pages._ui.widgets.choice import choose
from vislib.targets.scores import SCORES

_TOP = "Top prediction"
_NONE = "nothing"


def target_control(classifier: vislib.Classifier, probabilities: np.ndarray) -> vislib.Target:
    """The class to explain, and in an expander further choices."""
    order = np.argsort(-probabilities, kind="stable")
    first = [classifier.labels[index] for index in order[:10]]
    names = [*first, *sorted(set(classifier.labels) - set(first), key=str.lower)]
    name = choose(
        "Class to explain",
        [_TOP, *names],
        "class",
        help="The ten most probable classes first, then all others by name.",
    )
    class_index = int(order[0]) if name == _TOP else classifier.class_index(name)
    against, score, counterfactual = _further(classifier, class_index, names)
    return vislib.Target(class_index, against, score, counterfactual)


def _further(classifier, class_index: int, names: list[str]) -> tuple[int | None, str, bool]:
    with st.expander("Explain another score", icon=":material/tune:"):
        own = classifier.labels[class_index]
        against = choose(
            "Minus the score of",
            [_NONE, *(name for name in names if name != own)],
            "against",
            help="Why this class and not the other: explains the difference of their scores.",
        )
        score = choose(
            "Score",
            SCORES,
            "score",
            help="The logit is the network's raw score. A probability also rises when other classes fall.",
        )
        counterfactual = st.toggle(
            "What speaks against the class",
            key="counterfactual",
            bind="query-params",
            help="The negative of the score: the map shows the places that lower the score of the class.",
        )
    return None if against == _NONE else classifier.class_index(against), score, counterfactual
