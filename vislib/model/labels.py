"""The names of a network's classes, from a file or from Python objects; both are checked alike."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from vislib.errors import ModelError, warn
from vislib.language import text
from vislib.model.label_text import decoded, name_of, names_in, names_of

MAX_BYTES = 5_000_000
MAX_LABELS = 100_000
MAX_LETTERS = 200


def read_labels(source: str | os.PathLike[str] | bytes) -> tuple[str, ...]:
    """The classes' names in the order of the class numbers.

    The format is recognised by the contents:

    - JSON: ["cat", "dog"], {"0": "cat", "1": "dog"}, {"cat": 0, "dog": 1} (Keras's `class_indices`), or
      {"0": ["n02123045", "tabby"], …} (Keras's ImageNet file; the last text is the name);
    - CSV: rows of number and name or of name and number, with or without a heading; or one row of names;
    - text: one name per line, each with or without its number before it or after a colon. Lines that begin with "# "
      are comments.

    Numbers begin at 0 or at 1. vislib identifies classes by their names, so classes with the same name get their
    number after it. A file that is not UTF-8 is read as Latin-1, with a `VislibWarning`.

    Args:
        source: A path, or the file's bytes.

    Returns:
        Different names, one per class.

    Raises:
        ModelError: If the file cannot be read, is not text, or has a class without a name.

    Example:
        >>> vislib.read_labels(b'["cat", "dog"]')
        ('cat', 'dog')
    """
    labels, note = labels_and_note(source)
    if note:
        warn(note)
    return labels


def labels_and_note(source: str | os.PathLike[str] | bytes) -> tuple[tuple[str, ...], str]:
    """`read_labels`, with the sentence of its warning instead of the warning; "" if there is none."""
    name, content = _read(source)
    lines, note = _decoded(name, content)
    try:
        labels = names_in(lines)
    except ValueError as error:
        raise ModelError(text("{name} cannot be read as labels: {reason}.", name=name, reason=_clause(error))) from None
    return _checked(name, labels), note


def labels_of(given: Any) -> tuple[str, ...]:
    """The classes' names in the order of the class numbers, from what `load_classifier` takes.

    Args:
        given: A path or the bytes of a file (see `read_labels`); names in order, such as a list, a NumPy array, a
            pandas Index; or a mapping of number and name either way, such as Keras's `class_indices`, or a pandas
            Series by its index.

    Raises:
        ModelError: If they cannot be read, have no order, as a set, or there is a class without a name.
    """
    if isinstance(given, str | os.PathLike | bytes):
        return read_labels(given)
    if isinstance(given, set | frozenset):
        raise ModelError(
            text(
                "A set has no order, so it does not show which name belongs to which class. Give a list in the order "
                "of the class numbers; sorted(labels) is that order if the classes were read from folders by "
                "their names."
            )
        )
    if hasattr(given, "to_dict") and getattr(given, "ndim", 1) == 1:  # a pandas Series
        given = given.to_dict()
    try:
        if isinstance(given, Mapping):
            return _checked("labels", names_of(given))
        if getattr(given, "ndim", 1) != 1 or not isinstance(given, Iterable):
            raise ValueError(text("they must be names in one row, or a mapping of number and name"))
        return _checked("labels", [name_of(one) for one in given])
    except (ValueError, UnicodeDecodeError) as error:
        raise ModelError(
            text("`labels` of type {kind} cannot be used: {reason}.", kind=type(given).__name__, reason=_clause(error))
        ) from None


def _read(source: str | os.PathLike[str] | bytes) -> tuple[str, bytes]:
    name: str = text("The file of labels")
    if isinstance(source, bytes):
        content = source[: MAX_BYTES + 1]
    else:
        name = Path(source).name
        try:
            with Path(source).open("rb") as file:
                content = file.read(MAX_BYTES + 1)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise ModelError(text("{source} cannot be read: {reason}.", source=source, reason=reason)) from None
    if len(content) > MAX_BYTES:
        raise ModelError(
            text("{name} is too large for labels: at most {most:.0f} MB are accepted.", name=name, most=MAX_BYTES / 1e6)
        )
    return name, content


def _decoded(name: str, content: bytes) -> tuple[str, str]:
    try:
        lines, is_latin = decoded(content)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ModelError(
            text(
                "{name} is not text in UTF-8 or Latin-1: line {line} has the byte 0x{byte:02x}. Save it as UTF-8.",
                name=name,
                line=line,
                byte=content[error.start],
            )
        ) from None
    if "\0" in lines:
        raise ModelError(text("{name} is not text: it contains bytes with the value 0.", name=name))
    if not lines.strip():
        raise ModelError(text("{name} is empty; a name for each class is needed.", name=name))
    if not is_latin:
        return lines, ""
    # A line, not a word: the only such letter may be a space (0xA0).
    example = next(line for line in lines.split("\n") if not line.isascii()).strip()[:40]
    return lines, text(
        "{name} is not UTF-8, so it was read as Latin-1: “{example}”. If that is wrong, save it as UTF-8.",
        name=name,
        example=example,
    )


def _clause(error: ValueError) -> object:
    """What is wrong, as a clause."""
    return error.args[0] if len(error.args) == 1 else error


def _checked(name: str, labels: Iterable[str]) -> tuple[str, ...]:
    labels = tuple(labels)
    if not labels or len(labels) > MAX_LABELS:
        raise ModelError(
            text("{name} has {n:,} labels; 1 to {most:,} are accepted.", name=name, n=len(labels), most=MAX_LABELS)
        )
    for number, label in enumerate(labels):
        if not label.strip():
            raise ModelError(text("{name} has no name for class {number}.", name=name, number=number))
        if len(label) > MAX_LETTERS or not label.isprintable():
            raise ModelError(
                text(
                    "{name}: the name of class {number} is longer than {most} letters, or has letters that "
                    "cannot be printed.",
                    name=name,
                    number=number,
                    most=MAX_LETTERS,
                )
            )
    counts = Counter(labels)
    # ImageNet has two classes "crane" and two "maillot"; the number makes their names different.
    return tuple(f"{label} ({number})" if counts[label] > 1 else label for number, label in enumerate(labels))
