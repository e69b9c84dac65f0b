"""Text from files and from Keras in a form that fits into a sentence."""

import re


def shown(text: object, most: int = 60) -> str:
    """Text from a file: one line, quoted, at most its first `most` characters."""
    line = "".join(letter if letter.isprintable() else "?" for letter in str(text)[: most + 1])
    return f"'{line[:most]}…'" if len(line) > most else f"'{line}'"


_BEFORE_THE_REASON = "Exception encountered:"
_AFTER_THE_REASON = ("Arguments received by", "Call arguments received by", "Full object config:", "Full config:")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def reason_of(error: BaseException, most: int = 240) -> str:
    """What Keras says is wrong, quoted: the end of its message, behind what it quotes from the file.

    A message of Keras often begins with a whole configuration, and gives its reason after "Exception encountered:". A
    message that is longer than `most` characters keeps its end.
    """
    text = _COLOURS.sub("", str(error))
    reason = text.rsplit(_BEFORE_THE_REASON, 1)[-1]
    for mark in _AFTER_THE_REASON:
        before = reason.split(mark, 1)[0]
        reason = before if before.strip() else reason
    line = " ".join(reason.split()) or type(error).__name__
    line = "".join(letter if letter.isprintable() else "?" for letter in line).rstrip(".")
    return f"'…{line[-most:]}'" if len(line) > most else f"'{line}'"
