"""The formula of the activation function that an operation is or ends in."""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from vislib.arithmetic import notation
from vislib.arithmetic.activation_functions import (
    APPROXIMATE_GELU,
    FUNCTIONS,
    ActivationFunction,
    elu,
    leaky_relu,
)
from vislib.graph.layer_kinds import Role, kind_of, kind_of_activation, plain_name
from vislib.language import text
from vislib.layers.cell import Cell


def activation_of(operation: Any) -> ActivationFunction | None:
    """The activation function that an operation is or ends in, with its settings; None if there is none or it has no
    formula here."""
    kind = kind_of_activation(operation)
    if not hasattr(operation, "activation") and kind_of(operation).role is not Role.ACTIVATION:
        return None
    while hasattr(operation, "activation"):
        operation = operation.activation
    if kind.identity:
        return FUNCTIONS["linear"]
    if kind.role is not Role.ACTIVATION:
        return None
    function = operation.func if isinstance(operation, functools.partial) else operation
    formula = ACTIVATIONS.get(plain_name(getattr(function, "__name__", type(function).__name__)))
    return None if formula is None else formula(_settings(operation))


def applied(function: ActivationFunction, cell: Cell) -> Cell:
    """The computation of a value with an activation function behind it."""
    if function is FUNCTIONS["linear"] and cell.lines:
        return cell
    value = float(function(np.array(cell.value)))
    x, y = notation.number(cell.value), notation.number(value)
    line: str = f"max(0, {x}) = {y}"
    if function is not FUNCTIONS["relu"]:
        line = text("{function}({x}) = {y}", function=function.title, x=x, y=y)
    return Cell(value, (*cell.lines, line), cell.step, cell.sources)


_Settings = Mapping[str, Any]


def _settings(operation: Any) -> _Settings:
    """The settings of an activation: attributes of a layer or operation, defaults of a function or a partial of one."""
    if not isinstance(operation, functools.partial) and not hasattr(operation, "__name__"):
        return vars(operation)
    parameters = inspect.signature(operation).parameters.values()
    return {each.name: each.default for each in parameters if each.default is not each.empty}


def _relu(settings: _Settings) -> ActivationFunction | None:
    slope, most = settings.get("negative_slope"), settings.get("max_value")
    if settings.get("threshold") or most not in (None, 6) or (slope and most is not None):
        return None
    if slope:
        return leaky_relu(float(slope))
    return FUNCTIONS["relu" if most is None else "relu6"]


def _leaky_relu(settings: _Settings) -> ActivationFunction:
    return leaky_relu(float(settings["negative_slope" if "negative_slope" in settings else "alpha"]))


def _elu(settings: _Settings) -> ActivationFunction:
    return elu(float(settings.get("alpha", 1)))


def _gelu(settings: _Settings) -> ActivationFunction:
    return APPROXIMATE_GELU if settings["approximate"] else FUNCTIONS["gelu"]


def _silu(settings: _Settings) -> ActivationFunction | None:
    return FUNCTIONS["silu"] if settings.get("beta", 1) == 1 else None


ACTIVATIONS: dict[str, Callable[[_Settings], ActivationFunction | None]] = {
    **{plain_name(name): lambda _, function=function: function for name, function in FUNCTIONS.items()},  # type: ignore[misc]
    "relu": _relu,
    "leakyrelu": _leaky_relu,
    "elu": _elu,
    "gelu": _gelu,
    "silu": _silu,
    "swish": _silu,  # the name of tf.nn.silu
    "hardswish": lambda _: FUNCTIONS["hard_silu"],
}
"""By `plain_name`: from an activation's settings to its formula; None for settings without one."""
