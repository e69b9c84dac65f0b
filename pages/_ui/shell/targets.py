"""Choosing what is explained: a class, or its difference to another, its probability, what speaks against it."""

import numpy as np
import streamlit as st

import vislib
from pages._ui.widgets.choice import choose
from vislib.targets.scores import SCORES

_TOP = "Top prediction"
_NONE = "nothing"


def target_control(classifier: vislib.Classifier, probabilities: np.ndarray) -> vislib.Target:
    """The class to explain, and behind a fold what of it."""
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
    with st.expander("Explain something else of it", icon=":material/tune:"):
        own = classifier.labels[class_index]
        against = choose(
            "Minus the score of",
            [_NONE, *(name for name in names if name != own)],
            "against",
            help="Why this class and not that one: the difference of their scores is explained.",
        )
        score = choose(
            "Score",
            SCORES,
            "score",
            help="The logit is the network's raw score. A probability also rises when other classes fall.",
        )
        counterfactual = st.toggle(
            "What speaks against it",
            key="counterfactual",
            bind="query-params",
            help="The score with its sign turned: places that would have to go for the class to win.",
        )
    return None if against == _NONE else classifier.class_index(against), score, counterfactual
