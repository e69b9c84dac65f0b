"""Text on a page: shown literally, or with the glossary's terms explained."""

import html
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import PurePosixPath

from vislib.language import tr
from vislib.lessons.glossary import TERMS

_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&\"'=/^@])")


def with_terms(text: str) -> str:
    """Text as HTML; the first mention of each glossary term shows its meaning when it is pointed at, tapped or
    reached by the Tab key.

    Args:
        text: In the language in use.
    """
    meanings = {tr(term).lower(): meaning for term, meaning in TERMS.items()}
    seen: set[str] = set()

    def explained(match: re.Match[str]) -> str:
        term = match["term"].lower()
        if term in seen:
            return match[0]
        seen.add(term)
        label = tr("{term}: {meaning}", term=match[0], meaning=html.escape(tr(meanings[term]), quote=True))
        return f"<span class='v-term' tabindex='0' role='note' aria-label='{label}'>{match[0]}</span>"

    return _pattern(tuple(meanings)).sub(explained, html.escape(text))


@lru_cache(maxsize=8)
def _pattern(terms: tuple[str, ...]) -> re.Pattern[str]:
    """Finds the terms, the longest first. A term in Latin letters is a whole word, with or without a plural s; Chinese
    has no spaces between words."""
    every = "|".join(sorted(map(re.escape, terms), key=len, reverse=True))
    # Neither end lies within a word. With ASCII, Chinese characters belong to no word, so "ReLU" is one in "用ReLU时".
    return re.compile(rf"(?!\B\w)(?P<term>{every})(?:(?<=\w)s)?(?<!\w\B)", re.IGNORECASE | re.ASCII)


def plain(text: str) -> str:
    """Text escaped so that Markdown shows it literally."""
    # Streamlit turns these into arrows, dashes and links even if they are escaped. An invisible word joiner prevents
    # that.
    text = re.sub(r"(?<=[-<])(?=[->])|(?<=@)|(?<=www)(?=\.)|(?<=:)(?=//)", "\u2060", text)
    return _MARKUP.sub(r"\\\1", text).replace("\n", " ")


def cut_in_the_middle(text: str, most: int) -> str:
    """A text of at most `most` characters; of a longer one the middle is left out."""
    if len(text) <= most:
        return text
    end = (most - 1) // 2
    return f"{text[: most - 1 - end]}…{text[len(text) - end :]}"


def without_common_start(names: Sequence[str]) -> dict[str, str]:
    """Each name without the path that all of several share, such as that of a nested model: "mobilenet/conv1"."""
    folders = [PurePosixPath(name).parent for name in names]
    shared = [each for each in (folders[0], *folders[0].parents) if all(each in (one, *one.parents) for one in folders)]
    start = len(f"{shared[0]}/") if len(names) > 1 and str(shared[0]) != "." else 0
    return {name: name[start:] for name in names}
