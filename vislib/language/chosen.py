"""Which language is in use: in a `speaking` block, else in the app's session, else in the process."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import cast

from vislib.language.catalog import LANGUAGES, Language

_in_block: ContextVar[Language | None] = ContextVar("vislib_language", default=None)
_resolver: list[Callable[[], Language | None]] = []
_process: list[Language] = []


def language_named(name: str | None) -> Language | None:
    """The language of a locale or tag such as "zh", "zh-CN", "zh_CN.UTF-8" or "en-US,en;q=0.9".

    Returns:
        The first one of the list that vislib has; None if it has none of them.
    """
    for tag in (name or "").replace("_", "-").split(","):
        code = tag.split(";")[0].split(".")[0].strip().split("-")[0].lower()
        if code in LANGUAGES:
            return cast(Language, code)
    return None


def from_environment(environment: Mapping[str, str] = os.environ, with_locale: bool = False) -> Language:
    """The language that VISLIB_LANG names; with `with_locale`, else the one of the locale (LC_ALL, LC_MESSAGES, LANG).

    English if they name none or one that vislib does not have.
    """
    names = ("VISLIB_LANG", "LC_ALL", "LC_MESSAGES", "LANG") if with_locale else ("VISLIB_LANG",)
    for name in names:
        if environment.get(name):
            return language_named(environment[name]) or "en"
    return "en"


def current() -> Language:
    """The language in use: "en" or "zh".

    Example:
        >>> vislib.language.current()
        'en'
    """
    chosen = _in_block.get()
    if chosen is not None:
        return chosen
    if _resolver and (found := _resolver[0]()) is not None:
        return found
    if not _process:
        _process.append(from_environment())
    return _process[0]


def use(language: str) -> None:
    """Makes a language the one of this process, such as of a script: errors, warnings and figures are in it.

    Without this, it is the one that the environment variable VISLIB_LANG names, else English.

    Args:
        language: "en" or "zh", or a longer name of one of them such as "zh-CN".

    Raises:
        ValueError: If there is no such language.

    Example:
        >>> vislib.language.use("en")
    """
    _process[:] = [_known(language)]


def _known(name: str) -> Language:
    language = language_named(name)
    if language is None:
        raise ValueError(f"There is no language {name!r}; there are {', '.join(LANGUAGES)}.")
    return language


def use_resolver(resolver: Callable[[], Language | None]) -> None:
    """Makes a function the one that says the language where it depends on who asks, as in a server; None elsewhere."""
    _resolver[:] = [resolver]


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """A block in which a language is in use; its argument and errors are those of `use`.

    Example:
        >>> with vislib.language.speaking("zh"):
        ...     vislib.language.current()
        'zh'
    """
    before = _in_block.set(_known(language))
    try:
        yield
    finally:
        _in_block.reset(before)
