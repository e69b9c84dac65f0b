"""Parameters as dataclass fields with the values that they accept, for checks, pages and the command line."""

import dataclasses
import math
from collections.abc import Collection
from dataclasses import field
from typing import Any

import numpy as np

from vislib.errors import ParameterError, listed
from vislib.language import Text, text


def parameter(
    default: Any,
    label: str,
    *,
    kind: type | None = None,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    choices: Collection[str] = (),
    help: str = "",
) -> Any:
    """A dataclass field with the metadata that a page or the command line needs to show it.

    Args:
        default: Its default; None if it depends on the network (for a method, see `Explainer.resolved`).
        label: A short name to show.
        kind: int, float, bool or str; by default the type of the default value.
        unit: Its unit, such as "px".
        low: Smallest accepted value.
        high: Largest accepted value.
        choices: The accepted values, for text.
        help: One sentence on what it does.

    Raises:
        TypeError: If there is neither a default value nor a `kind`.
    """
    if kind is None and default is None:
        raise TypeError(f"The parameter '{label}' has no default value, so its `kind` must be given.")
    metadata = {
        "label": label,
        "kind": kind or (str if isinstance(default, str) else type(default)),
        "unit": unit,
        "low": low,
        "high": high,
        "choices": choices,
        "help": help,
    }
    return field(default=default, metadata=metadata)


def check_parameters(owner: Any) -> None:
    """Checks the fields of a dataclass instance and converts NumPy numbers to Python numbers.

    Raises:
        ParameterError: If a value is not accepted; the message names the class, the parameter, the accepted values and
            the given value.
    """
    for spec in dataclasses.fields(owner):
        object.__setattr__(owner, spec.name, _checked(type(owner).__name__, spec, getattr(owner, spec.name)))


def _checked(owner: str, spec: dataclasses.Field, value: Any) -> Any:
    if not spec.metadata or (value is None and spec.default is None):
        return value
    limits, name = spec.metadata, spec.name
    if limits["kind"] is bool:
        if not isinstance(value, bool):
            raise ParameterError(
                text(
                    "The `{name}` parameter of `{owner}` must be True or False; not {value!r}.",
                    name=name,
                    owner=owner,
                    value=value,
                )
            )
    elif limits["choices"]:
        if value not in limits["choices"]:
            raise ParameterError(
                text(
                    "The `{name}` parameter of `{owner}` must be one of {choices}; not {value!r}.",
                    name=name,
                    owner=owner,
                    choices=listed(map(str, limits["choices"])),
                    value=value,
                )
            )
    elif limits["low"] is not None or limits["high"] is not None:
        wants_whole = limits["kind"] is int
        accepted: Any = (int, np.integer) if wants_whole else (int, float, np.integer, np.floating)
        low = limits["low"] if limits["low"] is not None else -math.inf
        high = limits["high"] if limits["high"] is not None else math.inf
        if not isinstance(value, accepted) or isinstance(value, bool) or not low <= value <= high:
            raise ParameterError(_not_in_range(owner, name, wants_whole, low, high, value))
        return int(value) if wants_whole else float(value)
    return value


def _not_in_range(owner: str, name: str, wants_whole: bool, low: float, high: float, value: Any) -> Text:
    given = {"name": name, "owner": owner, "low": low, "value": value}
    if high == math.inf and wants_whole:
        return text("The `{name}` parameter of `{owner}` must be a whole number from {low}; not {value!r}.", **given)
    if high == math.inf:
        return text("The `{name}` parameter of `{owner}` must be a number from {low}; not {value!r}.", **given)
    if wants_whole:
        return text(
            "The `{name}` parameter of `{owner}` must be a whole number from {low} to {high}; not {value!r}.",
            high=high,
            **given,
        )
    return text(
        "The `{name}` parameter of `{owner}` must be a number from {low} to {high}; not {value!r}.", high=high, **given
    )
