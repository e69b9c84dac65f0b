"""A select box whose options change with the network."""

from collections.abc import Collection, Sequence
from typing import Any, Literal, TypeVar

import streamlit as st

T = TypeVar("T")


def choose(
    label: str,
    options: Sequence[T],
    key: str,
    default: T | None = None,
    *,
    bind: Literal["query-params"] | None = "query-params",
    shared: bool = False,
    **settings: Any,
) -> T:
    """A select box. If the session's choice is no longer an option, it is removed first, and the default counts.

    Args:
        label: Label of the select box.
        options: At least one.
        key: Key of the select box.
        default: The option chosen at first; the first option if this is None or not among the options.
        bind: Whether the page's address contains the choice.
        shared: Whether all pages have it; see `recall`.
        settings: More arguments of `st.selectbox`.
    """
    if shared:
        recall(options, key)
    forget_unless(options, key)
    index = options.index(default) if default in options else 0
    return st.selectbox(label, options, index, key=key, bind=bind, **settings)


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
