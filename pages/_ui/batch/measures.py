"""What a batch measures on request: deletion and insertion, ROAD, the random logit test, the strongest channels."""

from typing import Any

import streamlit as st

from pages._ui.shell.context import Context
from vislib.language import text, tr
from vislib.trust import another_class

MEASURES = {
    "insertion": text("insertion"),
    "deletion": text("deletion"),
    "road": text("ROAD"),
    "random_logit": text("for another class"),
}
"""The columns of these measures end with a key; the page calls them by its value."""
_CURVES, _ROAD, _LOGIT, _CHANNELS = (
    text("Deletion and insertion"),
    text("ROAD"),
    text("Random logit"),
    text("Strongest channels"),
)
_SETTINGS: dict[str, dict[str, Any]] = {
    _CURVES: {"curves": True},
    _ROAD: {"road": True},
    _LOGIT: {"random_logit": True},
    _CHANNELS: {"channels": 5},
}


def control(here: Context) -> dict[str, Any]:
    """A choice of several; the settings of `vislib.explain_many` that it means."""
    offered = list(_SETTINGS)
    classifier = here.classifier
    if not classifier.task.has_classes or another_class(classifier, classifier.target(0)) is None:
        offered.remove(_LOGIT)
    if not classifier.network.map_layers:
        offered.remove(_CHANNELS)
    chosen = st.multiselect(
        tr("Also measure"),
        offered,
        format_func=tr,
        key="batch_measures",
        bind="query-params",
        placeholder=tr("Nothing further"),
        help=tr(
            "For each image and method, deletion and insertion take 58 passes through the network, ROAD 10 and longer "
            "for filling in the pixels, random logit one map more."
        ),
    )
    return {name: value for measure in chosen for name, value in _SETTINGS[measure].items()}
