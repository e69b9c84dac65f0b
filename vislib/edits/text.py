"""Edits as text: the expressions of the command line, and the Python lines that make edits again."""

import dataclasses
from collections.abc import Sequence

from vislib.edits.base import Edit
from vislib.errors import ParameterError, listed

_NUMBERS = {"box": ("LEFT", "TOP", "RIGHT", "BOTTOM"), "to": ("X", "Y"), "points": ("X", "Y")}
"""The fields that take several numbers; a brush has one point here."""


def usage(edit: type[Edit]) -> str:
    """How an edit is written, such as "erase=X,Y[,RADIUS,FILL,SEED]".

    Example:
        >>> vislib.edits.usage(vislib.edits.Rotate)
        'rotate=DEGREES[,BORDER]'
    """
    needed: list[str] = []
    further: list[str] = []
    for spec in _fields(edit):
        names = _NUMBERS.get(spec.name, (spec.name.upper(),))
        (needed if spec.default is dataclasses.MISSING or not needed + further else further).extend(names)
    return f"{edit.name}={','.join(needed)}" + (f"[,{','.join(further)}]" if further else "")


def edit_of(text: str) -> Edit:
    """The edit of an expression: its name, "=", and its settings in their order, with commas.

    Such as "rotate=15", "noise=0.1,7", "erase=0.5,0.4,0.1,inpaint" (a dot) or "cover=0.2,0.2,0.6,0.7" (a box).

    Raises:
        ParameterError: If there is no such edit, or a setting is not accepted.

    Example:
        >>> vislib.edits.edit_of("rotate=15")
        Rotate(degrees=15.0, border='reflect')
    """
    name, equals, rest = text.partition("=")
    edit = Edit.registry.get(name.strip())
    if edit is None or not equals:
        raise ParameterError(
            f"'{text}' is no edit. Write one as {listed((usage(each) for each in Edit.registry.values()), 99)}."
        )
    words = [word.strip() for word in rest.split(",")]
    settings: dict[str, object] = {}
    for spec in _fields(edit):
        n = len(_NUMBERS.get(spec.name, ("",)))
        now, words = words[:n], words[n:]
        if not now:
            break
        settings[spec.name] = _value(edit, spec, now, n)
    missing = [s for s in _fields(edit) if s.default is dataclasses.MISSING and s.name not in settings]
    if words or missing:
        raise ParameterError(f"'{text}' has too {'many' if words else 'few'} settings: {usage(edit)}.")
    return edit(**settings)


def python_lines(edits: Sequence[Edit]) -> str:
    """The list `edits` as Python lines that make the same edits, after `import vislib`.

    Example:
        >>> print(vislib.edits.python_lines([vislib.edits.Rotate(15)]))
        edits = [
            vislib.edits.Rotate(degrees=15.0, border='reflect'),
        ]
    """
    if not edits:
        return "edits = []\n"
    return "edits = [\n" + "".join(f"    vislib.edits.{edit!r},\n" for edit in edits) + "]\n"


def _fields(edit: type[Edit]) -> list[dataclasses.Field]:
    return [spec for spec in dataclasses.fields(edit) if spec.name != "mask"]


def _value(edit: type[Edit], spec: dataclasses.Field, words: list[str], n: int) -> object:
    try:
        if n > 1:
            numbers = tuple(float(word) for word in words)
            return (numbers,) if spec.name == "points" else numbers
        kind = spec.metadata["kind"] if spec.metadata else str
        return kind(words[0])
    except ValueError:
        raise ParameterError(f"{edit.name} is written as {usage(edit)}; '{','.join(words)}' is no number.") from None
