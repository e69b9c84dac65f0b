"""The words of argparse itself, such as "usage:" and "the following arguments are required", in the language in use."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from vislib.language import text, tr

_WORDS = (
    text("usage: "),
    text("positional arguments"),
    text("options"),
    text("show this help message and exit"),
    text("%(prog)s: error: %(message)s\n"),
    text("argument %(argument_name)s: %(message)s"),
    text("the following arguments are required: %s"),
    text("one of the arguments %s is required"),
    text("unrecognized arguments: %s"),
    text("not allowed with argument %s"),
    text("ignored explicit argument %r"),
    text("ambiguous option: %(option)s could match %(matches)s"),
    text("invalid choice: %(value)r (choose from %(choices)s)"),
    text("invalid %(type)s value: %(value)r"),
    text("expected one argument"),
    text("expected at most one argument"),
    text("expected at least one argument"),
    text("expected %s argument"),
)
"""What argparse passes to gettext and a person may read; "%" is its own way to fill in values."""
_BY_ENGLISH = {str(each): each for each in _WORDS}
_GETTEXT = ("_", "ngettext")
"""The names under which the module argparse has gettext's functions."""


@contextmanager
def own_words_translated() -> Iterator[None]:
    """While open, argparse gets its words from vislib's catalog and not from gettext's, which has none."""
    before = {name: getattr(argparse, name) for name in _GETTEXT}
    translating: dict[str, Callable[..., Any]] = {"_": _translated, "ngettext": _plural_translated}
    try:
        for name, function in translating.items():
            setattr(argparse, name, function)
        yield
    finally:
        for name, function in before.items():
            setattr(argparse, name, function)


def _translated(english: str) -> str:
    return tr(_BY_ENGLISH[english]) if english in _BY_ENGLISH else english


def _plural_translated(one: str, many: str, n: int) -> str:
    translated = _translated(one)
    return translated if translated != one else (one if n == 1 else many)
