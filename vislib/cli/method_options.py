"""Reads parameters of methods from the command line: NAME=VALUE."""

import dataclasses
from typing import Any

from vislib.attribution import Explainer, Smoothed
from vislib.attribution.smoothed import SMOOTHING
from vislib.errors import ParameterError, listed
from vislib.language import text


def smoothing_parameters() -> dict[str, dataclasses.Field]:
    """The parameters that every method takes beside its own, by name."""
    fields = {spec.name: spec for spec in dataclasses.fields(Smoothed)}
    return {name: fields[spec] for name, spec in SMOOTHING.items()}


def method_parameter(explainer: type[Explainer], given: str) -> tuple[str, Any]:
    """A parameter's name and its value, with the type of the parameter: "n_samples=10" gives ("n_samples", 10).

    Raises:
        ParameterError: If the method has no such parameter, or what is given is no value of its type.
    """
    name, equals, value = given.partition("=")
    specs = smoothing_parameters() | {spec.name: spec for spec in dataclasses.fields(explainer)}
    spec = specs.get(name)
    if not equals or spec is None:
        known = listed(specs)
        raise ParameterError(
            text(
                "--param takes NAME=VALUE with a parameter of {method} ({known}); not '{given}'.",
                method=explainer.title,
                known=known,
                given=given,
            )
        )
    kind = spec.metadata["kind"]
    if kind is str:
        return name, value
    if kind is bool:
        if value not in ("True", "False"):
            raise ParameterError(text("--param {name} takes True or False; not '{value}'.", name=name, value=value))
        return name, value == "True"
    try:
        return name, kind(value)
    except ValueError:
        raise ParameterError(text("--param {name} takes a number; not '{value}'.", name=name, value=value)) from None
