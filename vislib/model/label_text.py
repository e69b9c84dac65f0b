"""The names of classes in a text: JSON, CSV, or lines with or without numbers."""

import csv
import json
import re
from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import Any

from vislib.language import text

_NUMBERED = re.compile(r"(\d{1,9})\s*[:.,;=\t ]\s*(.*\S)")
_WITH_NUMBER = re.compile(r"(.*\S)\s*[:=]\s*(\d{1,9})")
_COMMENT = re.compile(r"#(\s.*)?")


def names_in(content: str) -> list[str]:
    """The names in a text, in the order of the class numbers.

    Raises:
        ValueError: If the text is damaged JSON or the numbers in it are no class numbers; the message is one clause.
    """
    if content.lstrip()[:1] in ("[", "{"):
        try:
            value = json.loads(content)
        except (json.JSONDecodeError, RecursionError):
            raise ValueError(text("it begins like JSON but is damaged")) from None
        return [name_of(one) for one in value] if isinstance(value, list) else names_of(value)
    return _from_lines(content)


def names_of(numbered: Mapping[Any, Any]) -> list[str]:
    """The names in a mapping from number to name or from name to number, in the order of the numbers.

    Raises:
        ValueError: If it is neither, or the numbers are no class numbers.
    """
    if all(_is_number(number) for number in numbered.values()) and not all(_is_number(key) for key in numbered):
        return _ordered([(int(number), name_of(name)) for name, number in numbered.items()])
    if all(_is_number(key) or (isinstance(key, str) and re.fullmatch(r"\d{1,9}", key)) for key in numbered):
        return _ordered([(int(key), name_of(one)) for key, one in numbered.items()])
    raise ValueError(text('labels with numbers must be {"0": "cat", …} or {"cat": 0, …}'))


def name_of(value: Any) -> str:
    """One name as text; of a list the last, as in Keras's ImageNet file.

    Raises:
        ValueError: If it is no text and no number.
    """
    if isinstance(value, list | tuple) and value:
        value = value[-1]
    if hasattr(value, "item") and not isinstance(value, str | bytes):  # a number of NumPy
        value = value.item()
    if isinstance(value, bytes):
        return decoded(value)[0]
    if isinstance(value, bool) or not isinstance(value, str | int | float) or value != value:
        raise ValueError(text("a label must be text; not {value!r}", value=str(value)[:40]))
    return str(value)


def decoded(content: bytes) -> tuple[str, bool]:
    """Bytes as text: UTF-8, UTF-16 with a byte order mark, else Windows-1252, which has the letters of Latin-1.

    Returns:
        The text, and whether it was Windows-1252.

    Raises:
        UnicodeDecodeError: If it is none of them.
    """
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding), False
    except UnicodeDecodeError:
        if encoding == "utf-16":
            raise
        return content.decode("cp1252"), True


def _is_number(value: Any) -> bool:
    """Whether a value is a whole number, also of NumPy, and no truth value."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def _from_lines(content: str) -> list[str]:
    lines = [line.strip() for line in content.splitlines()]
    lines = [line for line in lines if not _COMMENT.fullmatch(line)]
    while lines and not lines[-1]:
        lines.pop()
    if lines and all(line.startswith("- ") for line in lines):  # a list in YAML
        lines = [line[2:].strip() for line in lines]
    for pattern, number, name in ((_NUMBERED, 1, 2), (_WITH_NUMBER, 2, 1)):
        found = [match for match in map(pattern.fullmatch, lines) if match]
        if len(found) == len(lines) and _first_number([int(match[number]) for match in found]) is not None:
            names = _ordered([(int(match[number]), _unquoted(match[name])) for match in found])
            if 2 * len(set(names)) > len(names) or len(names) == 1:  # not "1 euro", "2 euro", which are names
                return names
    rows = _rows("\n".join(lines))
    if len(rows) == 1 and len(rows[0]) > 1:
        return [name.strip() for name in rows[0]]
    if rows and all(len(row) == 2 for row in rows):
        found_names = _from_columns(rows) or _from_columns(rows[1:])
        if found_names:
            return found_names
    return [_unquoted(line) for line in lines]


def _unquoted(name: str) -> str:
    return name[1:-1] if len(name) > 2 and name[0] == name[-1] and name[0] in "\"'" else name


def _rows(content: str) -> list[list[str]]:
    """The rows of a text as CSV; no rows if it cannot be read as CSV."""
    try:
        return list(csv.reader(content.strip().splitlines(), skipinitialspace=True))
    except csv.Error:  # such as for a field of more than 131,072 letters
        return []


def _from_columns(rows: Sequence[Sequence[str]]) -> list[str] | None:
    """The names from two columns if one of them holds the class numbers; else None."""
    for number, name in ((0, 1), (1, 0)):
        digits = [row[number].strip() for row in rows]
        if all(re.fullmatch(r"\d{1,9}", one) for one in digits) and _first_number(list(map(int, digits))) is not None:
            return _ordered([(int(row[number]), row[name].strip()) for row in rows])
    return None


def _first_number(numbers: Sequence[int]) -> int | None:
    """0 or 1 if these are the numbers from there on, each once, in any order; else None."""
    ascending = sorted(numbers)
    return next((first for first in (0, 1) if ascending == list(range(first, first + len(ascending)))), None)


def _ordered(numbered: list[tuple[int, str]]) -> list[str]:
    if _first_number([number for number, _ in numbered]) is None:
        last = len(numbered) - 1
        raise ValueError(
            text(
                "the class numbers are not 0 to {last} or 1 to {last_from_1}, each once",
                last=last,
                last_from_1=last + 1,
            )
        )
    return [name for _, name in sorted(numbered)]
