"""Choosing what is explained: a class, or its difference to another, its probability, what speaks against it."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

import vislib
from vislib.targets.scores import SCORES

_TOP = "Top prediction"
_NONE = "nothing"


def choose_target(classifier: vislib.Classifier, probabilities: np.ndarray) -> vislib.Target:
    """The class to explain, and behind a fold what of it."""
    order = np.argsort(-probabilities, kind="stable")
    first = [classifier.labels[index] for index in order[:10]]
    names = [*first, *sorted(set(classifier.labels) - set(first), key=str.lower)]
    name = _select(
        "Class to explain", [_TOP, *names], "class", "The ten most probable classes first, then all others by name."
    )
    class_index = int(order[0]) if name == _TOP else classifier.class_index(name)
    against, score, counterfactual = _further(classifier, class_index, names)
    return vislib.Target(class_index, against, score, counterfactual)


def _further(classifier, class_index: int, names: list[str]) -> tuple[int | None, str, bool]:
    with st.expander("Explain something else of it", icon=":material/tune:"):
        own = classifier.labels[class_index]
        against = _select(
            "Minus the score of",
            [_NONE, *(name for name in names if name != own)],
            "against",
            "Why this class and not that one: the difference of their scores is explained.",
        )
        score = _select(
            "Score",
            SCORES,
            "score",
            "The logit is the network's raw score. A probability also rises when other classes fall.",
        )
        counterfactual = st.toggle(
            "What speaks against it", key="counterfactual", bind="query-params",
            help="The score with its sign turned: places that would have to go for the class to win.",
        )  # fmt: skip
    return None if against == _NONE else classifier.class_index(against), score, counterfactual


def _select(label: str, options: Sequence[str], key: str, help: str) -> str:
    if st.session_state.get(key) not in options:
        st.session_state.pop(key, None)  # another network's class
    return st.selectbox(label, options, key=key, bind="query-params", help=help)
