"""One pass for the maps and gradients of several layers, which methods ask for one layer after the other."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any


class _Layers:
    def __init__(self, layers: Sequence[str]):
        self.layers, self.found = tuple(layers), dict[Hashable, dict[str, Any]]()


_current: ContextVar[_Layers | None] = ContextVar("layers", default=None)


@contextmanager
def layers_together(layers: Sequence[str]) -> Iterator[None]:
    """Within this block, the first request for one of these layers computes the results of all: one traced function and
    one pass. The results stay in memory until the block ends."""
    token = _current.set(_Layers(layers))
    try:
        yield
    finally:
        _current.reset(token)


def at_layer(layer: str, key: Hashable, compute: Callable[[tuple[str, ...]], dict[str, Any]]) -> Any:
    """The result for a layer.

    Args:
        layer: The layer's name.
        key: What the results depend on, beside the layer.
        compute: Returns the result of each of several layers.
    """
    together = _current.get()
    if together is None or layer not in together.layers:
        return compute((layer,))[layer]
    if key not in together.found:
        try:
            together.found[key] = compute(together.layers)
        except Exception as error:  # one of the other layers has no gradient, or does not lead to the target
            if isinstance(error, MemoryError):
                raise
            together.found[key] = {}
    found = together.found[key]
    return found[layer] if layer in found else compute((layer,))[layer]
