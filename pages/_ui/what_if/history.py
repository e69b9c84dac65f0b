"""What was done to the image in this session: the steps on the canvas, the sliders, and how it is undone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from pages._ui.widgets.text import plain
from vislib.edits import Edit, of_short_text, short_text
from vislib.errors import VislibError
from vislib.language import tr

_MEMORY = "what if"
_ADDRESS = "what_if.steps"
_MOST_STEPS = 100
_LONGEST_TEXT = 3000
"""Servers and chats cut addresses that are much longer."""
_DIGITS = 8
"""Of the image's digest, so that steps on another image are not taken for this one's."""
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
    """The history of an image; that of another image ends. A new session takes its steps from the address."""
    found = st.session_state.get(_MEMORY)
    if found is None or found.digest != digest:
        steps = _of_address(digest) if found is None else ()
        found = st.session_state[_MEMORY] = History(digest, steps)
    return found


def _of_address(digest: str) -> tuple[Edit, ...]:
    """The steps in the address; if they cannot be done on this image, the page says why."""
    whose, _, steps = st.query_params.get(_ADDRESS, "").partition(".")
    if not steps:
        return ()
    if whose != digest[:_DIGITS]:
        st.info(
            tr("The address has steps on another image, so they are not done on this one. Upload that image again.")
        )
        return ()
    try:
        return of_short_text(steps)[:_MOST_STEPS]
    except VislibError as error:
        st.info(tr("The steps in the address are not done. {why}", why=plain(tr(error))))
        return ()


def to_address(history: History) -> bool:
    """Writes the steps into the page's address, from which another session does them again.

    Returns:
        Whether they are short enough for an address; if not, it has none.
    """
    steps = f"{history.digest[:_DIGITS]}.{short_text(history.steps)}" if history.steps else ""
    fits = len(steps) <= _LONGEST_TEXT
    wanted = steps if fits else ""
    if st.query_params.get(_ADDRESS, "") != wanted:
        if wanted:
            st.query_params[_ADDRESS] = wanted
        else:
            del st.query_params[_ADDRESS]
    return fits


def add(history: History, edits: Sequence[Edit]) -> None:
    """Adds steps; if there is no room for them, the page says so."""
    if len(history.steps) + len(edits) > _MOST_STEPS:
        st.toast(tr("At most {n} steps are kept. Undo some, or start again with Reset.", n=_MOST_STEPS))
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
