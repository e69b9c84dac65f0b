"""Texts as JSON, for a file or another process: what is read can still be translated, and is never code."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from vislib.language.texts import Joined, Text, listing, sentences

_MARK = "vislib text"
_TEMPLATE = re.compile(r"(?:[^{}]|\{\{|\}\}|\{\w+(?:!r)?(?::,?(?:\.\d)?[a-z%]?)?\})*")
"""A template whose fields are values alone, with neither attributes nor widths."""


def to_json(value: Any) -> Any:
    """A value as what `json.dumps` takes, with the texts in it marked; mappings, lists and numbers of NumPy too."""
    if isinstance(value, Text):
        return {_MARK: {"english": str(value), "template": value.template, **_parts(value)}}
    if isinstance(value, Mapping):
        return {str(name): to_json(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(each) for each in value]
    if isinstance(value, np.generic):
        return value.item()
    return value


def from_json(value: Any) -> Any:
    """The value that `to_json` was given; a text whose template asks for more than its values is plain English.

    Raises:
        ValueError: If a marked text is none that `to_json` returns.
    """
    if isinstance(value, list):
        return [from_json(each) for each in value]
    if not isinstance(value, dict):
        return value
    if set(value) != {_MARK}:
        return {name: from_json(each) for name, each in value.items()}
    said = value[_MARK]
    if isinstance(said, dict) and isinstance(said.get("items"), list):
        items, style = from_json(said["items"]), said.get("style")
        return listing(items, style) if style in ("and", "or", "plain") else sentences(*items)
    if not isinstance(said, dict) or not isinstance(said.get("values"), dict):
        raise ValueError("no sentence")
    english, template, values = str(said.get("english")), str(said.get("template")), from_json(said["values"])
    try:
        if not _TEMPLATE.fullmatch(template):
            return english
        template.format(**values)
    except (ValueError, LookupError):  # a value that is not of the form that its place asks for
        return english
    return Text(english, template, values)


def _parts(said: Text) -> dict[str, Any]:
    if isinstance(said, Joined):
        return {"items": to_json(list(said.values["items"])), "style": said.values.get("style")}
    return {"values": to_json(said.values)}
