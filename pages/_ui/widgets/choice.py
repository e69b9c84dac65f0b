"""A select box whose options change with the network."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, Literal, TypeVar

import streamlit as st

from pages._ui.widgets.text import plain
from vislib.language import text, tr

T = TypeVar("T")
_NOTES, _NOTES_OF = "choice_notes", "choice_notes_of"


def choose(
    label: str,
    options: Sequence[T],
    key: str,
    default: T | None = None,
    *,
    bind: Literal["query-params"] | None = "query-params",
    shared: bool = False,
    what: str = "",
    **settings: Any,
) -> T:
    """A select box. If the session's choice is no longer an option, the default counts.

    If the page's address names no option, a note says so: in the row of `show_notes` for a choice that all pages have,
    as a short message for any other.

    Args:
        label: Label of the select box.
        options: At least one.
        key: Key of the select box.
        default: The option chosen at first; the first option if this is None or not among the options.
        bind: Whether the page's address contains the choice.
        shared: Whether all pages have it; see `recall`.
        what: What the options are, for the note: "image"; by default the label in small letters.
        settings: More arguments of `st.selectbox`.
    """
    index = options.index(default) if default in options else 0
    title: Callable[[T], str] = settings.get("format_func", str)
    missing = asked_in_vain(key, [title(option) for option in options]) if bind else None
    if shared:
        recall(options, key)
    if key in st.session_state and st.session_state[key] not in options:
        # Removing the key would not do: the browser would go on showing the old choice.
        st.session_state[key] = options[index]
    chosen = st.selectbox(label, options, index, key=key, bind=bind, **settings)
    if missing is not None:
        said = text(
            "There is no {what} “{name}” here. Shown: {shown}.",
            what=what or label.lower(),
            name=missing,
            shown=title(chosen),
        )
        if shared:
            note(key, said, chosen)
        else:
            st.toast(plain(tr(said)), icon=":material/link_off:")
    return chosen


def asked_in_vain(key: str, titles: Collection[str]) -> str | None:
    """What the address of a page that was just opened asks of a select box that has no such option; None otherwise.

    Args:
        key: Key of the select box, which is not drawn yet.
        titles: Its options, as they are shown.
    """
    # Once there is a choice, the address follows it; only before does the address ask.
    if key in st.session_state:
        return None
    asked = st.query_params.get(key)
    return asked if asked and asked not in titles else None


def note(key: str, sentence: str, choice: Any) -> None:
    """Keeps a sentence on a choice that all pages have, until there is another choice or another page.

    Args:
        key: Key of the select box.
        sentence: The sentence.
        choice: The choice on which the sentence is.
    """
    st.session_state.setdefault(_NOTES, {})[key] = (sentence, choice)


def show_notes() -> None:
    """The sentences on the choices that all pages have."""
    notes: dict[str, tuple[str, Any]] = st.session_state.get(_NOTES, {})
    for key, (sentence, choice) in list(notes.items()):
        if st.session_state.get(key, choice) != choice:
            del notes[key]
        else:
            st.info(plain(tr(sentence)), icon=":material/info:")


def forget_notes(page: str) -> None:
    """Called at the start of the page with this title: the sentences of another page are no longer shown."""
    if st.session_state.get(_NOTES_OF, page) != page:
        st.session_state.pop(_NOTES, None)
    st.session_state[_NOTES_OF] = page


def recall(options: Collection[Any], key: str) -> None:
    """Keeps the value of a select box that all pages have; called before it is drawn.

    Streamlit 1.67 takes the values of an address (?model=digits) over to another page only if the first page has run
    at least twice. A person who opens a link and goes to another page at once would get another network there.
    """
    if st.session_state.get(key) in options:
        st.session_state[key] = st.session_state[key]


def forget_unless(options: Collection[Any], key: str) -> None:
    """Removes a key from the session if its value is not one of the options, such as another network's layer."""
    if st.session_state.get(key) not in options:
        st.session_state.pop(key, None)
