"""Reads the names of classes from a file: lines of text, CSV or JSON."""

import csv
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from vislib.errors import ModelError

MAX_BYTES = 5_000_000
MAX_LABELS = 100_000
MAX_LETTERS = 200
_NUMBERED = re.compile(r"(\d+)\s*[:.,;\t ]\s*(.*\S)")


def read_labels(source: str | os.PathLike[str] | bytes) -> tuple[str, ...]:
    """The classes' names in the order of the class numbers.

    The format is recognised by the contents:

    - JSON: ["cat", "dog"], {"0": "cat", "1": "dog"}, {"cat": 0, "dog": 1} (Keras's `class_indices`), or
      {"0": ["n02123045", "tabby"], …} (Keras's ImageNet file; the last text is the name);
    - CSV: rows of number and name or of name and number, with or without a heading; or one row of names;
    - text: one name per line, each with or without its number before it.

    vislib identifies classes by their names, so classes with the same name get their number after it.

    Args:
        source: A path, or the file's bytes, in UTF-8 or in UTF-16 with a byte order mark.

    Returns:
        Different names, one per class.

    Raises:
        ModelError: If the file cannot be read, is not text, or has a class without a name.
    """
    name, content = _read(source)
    text = _decoded(name, content)
    try:
        labels = _from_json(json.loads(text)) if text.lstrip()[:1] in ("[", "{") else _from_lines(text)
    except (ValueError, RecursionError) as error:
        damaged = isinstance(error, json.JSONDecodeError | RecursionError)
        reason = "it begins like JSON but is damaged" if damaged else str(error)
        raise ModelError(f"{name} cannot be read as labels: {reason}.") from None
    return _checked(name, labels)


def _read(source: str | os.PathLike[str] | bytes) -> tuple[str, bytes]:
    if isinstance(source, bytes):
        name, content = "The file of labels", source[: MAX_BYTES + 1]
    else:
        name = Path(source).name
        try:
            with Path(source).open("rb") as file:
                content = file.read(MAX_BYTES + 1)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise ModelError(f"{source} cannot be read: {reason}.") from None
    if len(content) > MAX_BYTES:
        raise ModelError(f"{name} is too large for labels: at most {MAX_BYTES / 1e6:.0f} MB are accepted.")
    return name, content


def _decoded(name: str, content: bytes) -> str:
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ModelError(
            f"{name} is not text in UTF-8: line {line} has the byte 0x{content[error.start]:02x}. Save it as UTF-8."
        ) from None
    if "\0" in text:
        raise ModelError(f"{name} is not text: it contains bytes with the value 0.")
    if not text.strip():
        raise ModelError(f"{name} is empty; a name for each class is needed.")
    return text


def _from_json(value: Any) -> list[str]:
    if isinstance(value, list):
        return [_name(one) for one in value]
    if all(isinstance(number, int) and not isinstance(number, bool) for number in value.values()):
        return _ordered([(number, name) for name, number in value.items()])
    if all(re.fullmatch(r"\d{1,9}", key) for key in value):
        return _ordered([(int(key), _name(one)) for key, one in value.items()])
    raise ValueError('JSON labels must be ["cat", …], {"0": "cat", …} or {"cat": 0, …}')


def _name(value: Any) -> str:
    if isinstance(value, list) and value:
        value = value[-1]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"a label must be text; not {json.dumps(value)[:40]}")
    return str(value)


def _from_lines(text: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    numbered = [_NUMBERED.fullmatch(line) for line in lines]
    if all(numbered) and sorted(int(match[1]) for match in numbered if match) == list(range(len(lines))):
        rows = [[match[1], match[2].strip('"')] for match in numbered if match]
        return _ordered([(int(number), name) for number, name in rows])
    rows = _rows(text)
    if len(rows) == 1 and len(rows[0]) > 1:
        return [name.strip() for name in rows[0]]
    if rows and all(len(row) == 2 for row in rows):
        found = _from_columns(rows) or _from_columns(rows[1:])
        if found:
            return found
    return [line.strip('"') for line in lines]


def _rows(text: str) -> list[list[str]]:
    """The rows of a text as CSV; no rows if it cannot be read as CSV."""
    try:
        return list(csv.reader(text.strip().splitlines(), skipinitialspace=True))
    except csv.Error:  # such as for a field of more than 131,072 letters
        return []


def _from_columns(rows: Sequence[Sequence[str]]) -> list[str] | None:
    """The names from two columns if one of them holds the class numbers 0, 1, …; else None."""
    for number, name in ((0, 1), (1, 0)):
        digits = [row[number].strip() for row in rows]
        if all(re.fullmatch(r"\d{1,9}", one) for one in digits) and sorted(map(int, digits)) == list(range(len(rows))):
            return _ordered([(int(row[number]), row[name].strip()) for row in rows])
    return None


def _ordered(numbered: list[tuple[int, str]]) -> list[str]:
    if sorted(number for number, _ in numbered) != list(range(len(numbered))):
        raise ValueError(f"the class numbers are not 0 to {len(numbered) - 1}, each once")
    return [name for _, name in sorted(numbered)]


def _checked(name: str, labels: Iterable[str]) -> tuple[str, ...]:
    labels = tuple(labels)
    if not labels or len(labels) > MAX_LABELS:
        raise ModelError(f"{name} has {len(labels):,} labels; 1 to {MAX_LABELS:,} are accepted.")
    for number, label in enumerate(labels):
        if not label.strip():
            raise ModelError(f"{name} has no name for class {number}.")
        if len(label) > MAX_LETTERS or not label.isprintable():
            raise ModelError(
                f"{name}: the name of class {number} is longer than {MAX_LETTERS} letters, or has letters that "
                "cannot be printed."
            )
    counts = Counter(labels)
    # ImageNet has two classes "crane" and two "maillot"; the number makes their names different.
    return tuple(f"{label} ({number})" if counts[label] > 1 else label for number, label in enumerate(labels))
