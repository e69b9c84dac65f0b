"""The same layer once more, weights shared, with some attributes changed."""

from typing import Any, TypeVar

_Operation = TypeVar("_Operation")


def sharing_weights(operation: _Operation, **changed: Any) -> _Operation:
    """A twin of a Keras layer or operation that shares its weights and differs in the given attributes alone.

    Keras copies a layer by its configuration, with new weights, for which a large network has no room, and which would
    not follow when the model is trained on. So the instance's attributes are copied; those are Keras's private
    fields, which is why this is the only place that does it.

    Args:
        operation: Of a model; it is not changed.
        **changed: Attributes of the twin.
    """
    twin = object.__new__(type(operation))
    twin.__dict__.update(vars(operation), _inbound_nodes=[], _outbound_nodes=[])
    twin.__dict__.update(changed)
    return twin
