"""How much a model's configuration makes Keras do before a single number is computed.

Keras calls a model inside a model anew for each of its nodes, and looks at all layers of a Sequential model again
with each that is added.
"""

import math
from typing import Any

from vislib.errors import ModelError

MAX_CALLS = 3_000
MAX_SEQUENTIAL = 150
MAX_CHANNELS = 100_000
_CHANNELS = ("units", "filters", "depth_multiplier")


def check_work(config: Any) -> None:
    """Refuses a configuration that a few lines make large.

    Args:
        config: A model's, of a depth that was bounded before.

    Raises:
        ModelError: If layers are called more than `MAX_CALLS` times in all, Sequential models are longer than
            `MAX_SEQUENTIAL` layers (several: the root of their squares' sum), or a layer has more than `MAX_CHANNELS`.
    """
    n_calls = _n_calls(config)
    if n_calls > MAX_CALLS:
        raise ModelError(
            f"The model's layers are called {_number(n_calls)} times in all; at most {MAX_CALLS:,} calls are accepted."
        )
    longest = math.isqrt(_squares(config))
    if longest > MAX_SEQUENTIAL:
        raise ModelError(
            f"The model has a Sequential model of {longest:,} layers; at most {MAX_SEQUENTIAL} are accepted. "
            "Functional models may be longer."
        )


def check_channels(config: dict[str, Any]) -> None:
    """Refuses one layer's own configuration if it makes more than `MAX_CHANNELS` channels.

    Raises:
        ModelError: If it does.
    """
    for name in _CHANNELS:
        count = config.get(name)
        if isinstance(count, int | float) and count > MAX_CHANNELS:
            raise ModelError(
                f"The model has a layer with {name} {_number(count)}; at most {MAX_CHANNELS:,} are accepted."
            )


def _layers(value: Any) -> list[dict[str, Any]] | None:
    """The layers of a model's configuration; None if it is no model's."""
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
