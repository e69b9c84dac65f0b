"""The region of a segmentation that is explained: a whole segment, or one point, chosen by a click or by numbers."""

import numpy as np
import streamlit as st

import vislib
from pages._ui.widgets.choice import choose, forget_unless
from vislib.language import text, tr
from vislib.targets.base import ExplainedNetwork

WHOLE, POINT = text("The whole segment"), text("This point only")
_PART, _ROW, _COLUMN = "region", "point_row", "point_column"


def part_control() -> str:
    """Whether a whole segment is explained, or one point."""
    forget_unless((WHOLE, POINT), _PART)
    return choose(
        tr("Pixels that count"),
        (WHOLE, POINT),
        _PART,
        format_func=tr,
        help=tr(
            "Click the image to choose. The score is the mean over all pixels where the network sees the class, or "
            "that of one pixel."
        ),
    )


def point_control(logits: np.ndarray, class_index: int) -> tuple[int, int]:
    """Row and column of the explained point; at first the pixel with the highest score of the class.

    Args:
        logits: (h, w, classes).
        class_index: The explained class.
    """
    highest = np.unravel_index(logits[..., class_index].argmax(), logits.shape[:2])
    place = []
    for column, key, name, side, first in zip(
        st.columns(2), (_ROW, _COLUMN), (tr("Row"), tr("Column")), logits.shape, highest, strict=False
    ):
        if not 0 <= (st.session_state.get(key) or 0) < side:
            st.session_state.pop(key, None)
        given = column.number_input(
            name, 0, side - 1, None, key=key, bind="query-params", placeholder=tr("{k}, the most confident", k=first)
        )
        place.append(int(first) if given is None else int(given))
    return place[0], place[1]


def choose_at(classifier: vislib.Classifier, logits: np.ndarray, x: float, y: float) -> None:
    """Chooses the segment at a place, and the point; called before the page runs again.

    Args:
        classifier: A segmentation.
        logits: Its output, (h, w, classes).
        x: The place, as a fraction of the width of what the network sees.
        y: The same of the height.
    """
    row, column = int(y * logits.shape[0]), int(x * logits.shape[1])
    st.session_state["class"] = classifier.labels[int(logits[row, column].argmax())]
    st.session_state[_ROW], st.session_state[_COLUMN] = row, column


def cursor(mask: np.ndarray, class_index: int, region: np.ndarray | None) -> tuple[float, float]:
    """Where the arrow keys start, as fractions (x, y) of width and height: the last choice, or the region's middle."""
    height, width = mask.shape
    row, column = st.session_state.get(_ROW), st.session_state.get(_COLUMN)
    if row is None or column is None or not (row < height and column < width) or mask[row, column] != class_index:
        places = np.argwhere(np.ones_like(mask) if region is None else region)
        row, column = places[np.abs(places - places.mean(axis=0)).sum(axis=1).argmin()]
    return (column + 0.5) / width, (row + 0.5) / height


def arrow_step(mask: np.ndarray, region: np.ndarray | None) -> tuple[float, float]:
    """How far an arrow key goes, as fractions of width and height: a pixel for a point, a sixteenth for a segment."""
    if region is not None and region.sum() == 1:
        return 1 / mask.shape[1], 1 / mask.shape[0]
    return 1 / 16, 1 / 16


def region_of(target: vislib.targets.Target, network: ExplainedNetwork, logits: np.ndarray) -> np.ndarray | None:
    """The pixels (h, w) bool that a target counts; None if it counts no pixels, or finds none."""
    try:
        found = target.on_image(network, lambda: logits)
    except vislib.ParameterError:
        return None
    return found.mask(logits.shape) if isinstance(found, vislib.targets.Pixels) else None
