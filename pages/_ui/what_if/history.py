"""What was done to the image in this session: the steps on the canvas, the sliders, and how it is undone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from vislib.edits import Edit

_MEMORY = "what if"
_MOST_STEPS = 100
_MOST_UNDONE = 200


@dataclass
class History:
    """The edits of one image.

    Attributes:
        digest: Of the image.
        steps: What was done on the canvas, in order.
        settings: The sliders' values by key, as they were at the last run of the page.
        before: Earlier steps and settings, the latest last.
    """

    digest: str
    steps: tuple[Edit, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    before: list[tuple[tuple[Edit, ...], dict[str, Any]]] = field(default_factory=list)

    def remember(self) -> None:
        """Keeps the present state, to which Undo goes back."""
        self.before = [*self.before, (self.steps, dict(self.settings))][-_MOST_UNDONE:]


def of_image(digest: str) -> History:
    """The history of an image; that of another image ends."""
    found = st.session_state.get(_MEMORY)
    if found is None or found.digest != digest:
        found = st.session_state[_MEMORY] = History(digest)
    return found


def add(history: History, edits: Sequence[Edit]) -> None:
    """Adds steps; if there is no room for them, the page says so."""
    if len(history.steps) + len(edits) > _MOST_STEPS:
        st.toast(f"At most {_MOST_STEPS} steps are kept. Undo some, or start again with Reset.")
        return
    history.remember()
    history.steps = (*history.steps, *edits)


def slider_moved(history: History) -> Callable[[], None]:
    """What a slider calls when it is moved: the state before can be gone back to."""
    return history.remember


def undo(history: History) -> None:
    """Goes back to the state before the last change."""
    if history.before:
        *history.before, (history.steps, settings) = history.before
        set_sliders(settings)


def reset(history: History, neutral: Mapping[str, Any]) -> None:
    """Removes all edits; Undo brings them back."""
    history.remember()
    history.steps = ()
    set_sliders(neutral)


def set_sliders(settings: Mapping[str, Any]) -> None:
    """Moves the sliders, before they are drawn."""
    st.session_state.update(settings)
