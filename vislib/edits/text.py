"""Edits as text: the command line's expressions, Python lines that make edits again, and a short text of all edits."""

import base64
import binascii
import dataclasses
import json
import zlib
from collections.abc import Sequence

from vislib.edits.base import Edit
from vislib.errors import ParameterError, listed
from vislib.language import text

_NUMBERS = {"box": ("LEFT", "TOP", "RIGHT", "BOTTOM"), "to": ("X", "Y"), "points": ("X", "Y")}
"""The fields that take several numbers; a brush has one point here."""
_MOST_BYTES = 200_000


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
        raise _no_edit(text)
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
        raise _wrong_settings(text, edit, too_many=bool(words))
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


def short_text(edits: Sequence[Edit]) -> str:
    """Edits as a short text of letters, digits, "-" and "_", such as for an address; see `of_short_text`.

    Example:
        >>> text = vislib.edits.short_text([vislib.edits.Rotate(15)])
        >>> vislib.edits.of_short_text(text) == (vislib.edits.Rotate(15),)
        True
    """
    settings = [
        {s.name: value for s in dataclasses.fields(edit) if (value := getattr(edit, s.name)) != s.default}
        for edit in edits
    ]
    named = [[edit.name, given] for edit, given in zip(edits, settings, strict=True)]
    written = json.dumps(named, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(zlib.compress(written, 9)).decode().rstrip("=")


def of_short_text(text: str) -> tuple[Edit, ...]:
    """The edits of a text that `short_text` made, equal to those that were given.

    Raises:
        ParameterError: If it is no such text, or a setting is not accepted.

    Example:
        >>> vislib.edits.of_short_text(vislib.edits.short_text([vislib.edits.Blur(0.05)]))
        (Blur(sigma=0.05),)
    """
    unzip = zlib.decompressobj()
    try:
        written = unzip.decompress(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), _MOST_BYTES)
        named = json.loads(written if unzip.eof else b"")
        return tuple(Edit.registry[name](**settings) for name, settings in named)
    except (binascii.Error, zlib.error, ValueError, TypeError, KeyError, RecursionError):
        raise _no_edits(text) from None


def _no_edit(given: str) -> ParameterError:
    usages = listed((usage(each) for each in Edit.registry.values()), 99)
    return ParameterError(text("'{given}' is no edit. Write one as {usages}.", given=given, usages=usages))


def _wrong_settings(given: str, edit: type[Edit], too_many: bool) -> ParameterError:
    return ParameterError(
        text("'{given}' has too many settings: {usage}.", given=given, usage=usage(edit))
        if too_many
        else text("'{given}' has too few settings: {usage}.", given=given, usage=usage(edit))
    )


def _no_edits(given: str) -> ParameterError:
    return ParameterError(
        text(
            "This text holds no edits of vislib.edits.short_text: {given!r:.60}. Give it whole, as it was made.",
            given=given,
        )
    )


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
        raise ParameterError(
            text(
                "{name} is written as {usage}; '{words}' is no number.",
                name=edit.name,
                usage=usage(edit),
                words=",".join(words),
            )
        ) from None
