"""Text on a page: shown literally, or with the glossary's terms explained."""

import html
import re

from vislib.lessons.glossary import TERMS

_BY_LETTERS = {term.lower(): term for term in TERMS}
_TERM = re.compile(rf"\b({'|'.join(sorted(map(re.escape, _BY_LETTERS), key=len, reverse=True))})s?\b", re.IGNORECASE)
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&\"'=/^@])")


def with_terms(text: str) -> str:
    """Text as HTML; the first mention of each glossary term shows its meaning on hover."""
    seen: set[str] = set()

    def explained(match: re.Match[str]) -> str:
        term = _BY_LETTERS[match[1].lower()]
        if term in seen:
            return match[0]
        seen.add(term)
        return f"<abbr title='{html.escape(TERMS[term], quote=True)}'>{match[0]}</abbr>"

    return _TERM.sub(explained, html.escape(text))


def plain(text: str) -> str:
    """Text escaped so that Markdown shows it literally."""
    # Streamlit turns these into arrows, dashes and links even if they are escaped. An invisible word joiner prevents
    # that.
    text = re.sub(r"(?<=[-<])(?=[->])|(?<=@)|(?<=www)(?=\.)|(?<=:)(?=//)", "\u2060", text)
    return _MARKUP.sub(r"\\\1", text).replace("\n", " ")
