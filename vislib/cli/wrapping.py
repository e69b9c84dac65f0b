"""Help whose lines break between Chinese characters and never within a word, a number or an option."""

import argparse
import re
import unicodedata

_PIECE = re.compile(r"[^\u2e80-\uffef\s]+|[\u2e80-\uffef]|\s+")
"""What stays on one line: a run of other characters, or one Chinese character or full-width mark."""
_NOT_FIRST = "，。；：、！？）”’"


class HelpFormatter(argparse.HelpFormatter):
    """argparse's own, for text in Chinese too."""

    def _split_lines(self, text: str, width: int) -> list[str]:
        return wrapped(text, width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(indent + line for line in wrapped(text, width - len(indent)))


class RawHelpFormatter(argparse.RawDescriptionHelpFormatter, HelpFormatter):
    """The same, with the lines of the description and of what stands at the end as they are."""


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` columns, of which a Chinese character takes two; a longer word has a line alone."""
    lines = [""]
    for piece in _PIECE.findall(" ".join(text.split())):
        if columns(lines[-1]) + columns(piece) > width and lines[-1] and piece not in _NOT_FIRST:
            lines.append("")
        if lines[-1] or not piece.isspace():
            lines[-1] += piece
    return [line.rstrip() for line in lines]


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
