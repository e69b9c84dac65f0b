"""Limits the work that a model's configuration causes in Keras before anything is computed.

Keras calls a model inside a model again for each of its nodes. It visits all layers of a Sequential model again
whenever a layer is added.
"""

import math
from typing import Any

from vislib.errors import ModelError
from vislib.language import text

MAX_CALLS = 3_000
MAX_SEQUENTIAL = 150
MAX_CHANNELS = 100_000
_CHANNELS = ("units", "filters", "depth_multiplier")


def check_work(config: Any) -> None:
    """Refuses a configuration that is short but causes much work.

    Args:
        config: A model's configuration whose depth is already limited.

    Raises:
        ModelError: If layers are called more than `MAX_CALLS` times in all, or Sequential models are longer than
            `MAX_SEQUENTIAL` layers (for several: the square root of the sum of the squared lengths).
    """
    n_calls = _n_calls(config)
    if n_calls > MAX_CALLS:
        raise ModelError(
            text(
                "The model's layers are called {n} times in all; at most {most:,} calls are accepted.",
                n=_number(n_calls),
                most=MAX_CALLS,
            )
        )
    longest = math.isqrt(_squares(config))
    if longest > MAX_SEQUENTIAL:
        raise ModelError(
            text(
                "The model has a Sequential model of {longest:,} layers; at most {most} are accepted. "
                "Functional models may be longer.",
                longest=longest,
                most=MAX_SEQUENTIAL,
            )
        )


def check_channels(config: dict[str, Any]) -> None:
    """Refuses the configuration of a layer with more than `MAX_CHANNELS` channels.

    Raises:
        ModelError: If the layer has more.
    """
    for name in _CHANNELS:
        count = config.get(name)
        if isinstance(count, int | float) and count > MAX_CHANNELS:
            raise ModelError(
                text(
                    "The model has a layer with {name} {n}; at most {most:,} are accepted.",
                    name=name,
                    n=_number(count),
                    most=MAX_CHANNELS,
                )
            )


def _layers(value: Any) -> list[dict[str, Any]] | None:
    """The layers in a model's configuration; None if it is not the configuration of a model."""
    inner = value.get("config")
    layers = inner.get("layers") if isinstance(inner, dict) else inner  # a list in the oldest files
    return [layer for layer in layers if isinstance(layer, dict)] if isinstance(layers, list) else None


def _n_calls(value: dict[str, Any]) -> int:
    layers = _layers(value)
    if layers is None:
        return 1
    total = 0
    for layer in layers:
        nodes = layer.get("inbound_nodes")
        total += _n_calls(layer) * max(1, len(nodes) if isinstance(nodes, list) else 1)
    return total


def _squares(value: dict[str, Any]) -> int:
    layers = _layers(value) or []
    own = len(layers) ** 2 if value.get("class_name") == "Sequential" else 0
    return own + sum(map(_squares, layers))


def _number(count: float) -> str:
    return f"{count:,}" if abs(count) < 10**15 else f"{count:.0e}" if abs(count) < 1e300 else "countless"
