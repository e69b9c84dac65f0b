"""Copies a layer with shared weights and some changed attributes."""

from typing import Any, TypeVar

_Operation = TypeVar("_Operation")


def sharing_weights(operation: _Operation, **changed: Any) -> _Operation:
    """A twin of a Keras layer or operation that shares its weights and differs only in the given attributes.

    Keras copies a layer by its configuration, with new weights. For a large network these need too much memory, and
    they do not change when the model is trained further. So this function copies the instance's attributes. They
    include private fields of Keras, so this is the only place in vislib that does it.

    Args:
        operation: A layer or operation of a model; it is not changed.
        **changed: Attributes of the twin with their values.
    """
    twin = object.__new__(type(operation))
    twin.__dict__.update(vars(operation), _inbound_nodes=[], _outbound_nodes=[])
    for name, value in changed.items():
        if isinstance(getattr(type(twin), name, None), property):
            setattr(twin, name, value)
        else:
            twin.__dict__[name] = value
    return twin
