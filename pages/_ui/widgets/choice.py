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
    **settings: Any,
) -> T:
    """A select box; a choice of the session that is no option any more is forgotten first.

    Args:
        label: Of the select box.
        options: At least one.
        key: Of the select box.
        default: The option chosen at first; the first one if it is None or no option.
        bind: Whether the choice stands in the page's address.
        settings: More arguments of `st.selectbox`.
    """
    forget_unless(options, key)
    index = options.index(default) if default in options else 0
    return st.selectbox(label, options, index, key=key, bind=bind, **settings)


def forget_unless(options: Collection[Any], key: str) -> None:
    """Removes a key from the session if its value is not one of the options, such as another network's layer."""
    if st.session_state.get(key) not in options:
        st.session_state.pop(key, None)
