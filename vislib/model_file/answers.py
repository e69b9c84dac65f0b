"""A sentence as JSON, from the process that tries a model file to the one that shows it: it can still be translated.

It is no pickle, since that process has read a file from an unknown source.
"""

import numbers
import re
from typing import Any

from vislib.language import Text, listing, sentences

_TEMPLATE = re.compile(r"(?:[^{}]|\{\{|\}\}|\{\w+(?:!r)?(?::,?(?:\.\d)?[a-z%]?)?\})*")
"""A template whose fields are values alone, with neither attributes nor widths."""


def to_json(said: object) -> Any:
    """A sentence, or a value of one, as what `json.dumps` takes."""
    if isinstance(said, Text):
        if "items" in said.values:
            return {"items": [to_json(item) for item in said.values["items"]], "style": said.values.get("style")}
        values = {name: to_json(value) for name, value in said.values.items()}
        return {"english": str(said), "template": said.template, "values": values}
    if isinstance(said, list | tuple) and any(isinstance(item, Text) for item in said):
        return [to_json(item) for item in said]
    if isinstance(said, numbers.Integral):
        return int(said)
    return float(said) if isinstance(said, numbers.Real) else str(said)


def from_json(answer: Any) -> Any:
    """The sentence, or the value, that `to_json` was given.

    Raises:
        ValueError: If it is nothing that `to_json` returns.
    """
    if isinstance(answer, str | int | float):
        return answer
    if isinstance(answer, list):
        return [from_json(item) for item in answer]
    if isinstance(answer, dict) and isinstance(answer.get("items"), list):
        items, style = [from_json(item) for item in answer["items"]], answer.get("style")
        return listing(items, style) if style in ("and", "or", "plain") else sentences(*items)
    if not isinstance(answer, dict) or not isinstance(answer.get("values"), dict):
        raise ValueError("no sentence")
    english, template = str(answer.get("english")), str(answer.get("template"))
    values = {str(name): from_json(value) for name, value in answer["values"].items()}
    try:
        if not _TEMPLATE.fullmatch(template):
            return english
        template.format(**values)
    except (ValueError, LookupError):  # a value that is not of the form that its place asks for
        return english
    return Text(english, template, values)
