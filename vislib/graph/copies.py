"""Copies a layer with shared weights and some changed attributes, or a model with separate weights."""

from collections.abc import Callable, Iterator
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import keras

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


def with_separate_weights(model: "keras.Model") -> "keras.Model":
    """A copy of a model with the same weights, which can be changed without changing the model's.

    Keras copies a layer by its configuration, where a function is only a name: a custom function `softmax` would become
    Keras's own. So this copy takes the functions themselves from the model's layers.

    Raises:
        Exception: Whatever Keras raises for a layer that has no usable configuration.
    """
    from vislib.backend import keras

    layers = _layers_of(model)
    functions = {function.__name__: function for layer in layers for function in custom_functions(layer).values()}
    with keras.saving.custom_object_scope(functions):
        copy = keras.models.clone_model(model)
    for layer, twin in zip(layers, _layers_of(copy), strict=True):
        for name, function in custom_functions(layer).items():
            setattr(twin, name, function)
    copy.set_weights(model.get_weights())
    return copy


def custom_code(model: "keras.Model") -> Iterator[type | Callable]:
    """The classes and functions of a model that Keras and vislib do not define; no file of the model contains them."""
    for layer in _layers_of(model):
        if type(layer).__module__.partition(".")[0] not in ("keras", "vislib"):
            yield type(layer)
        yield from custom_functions(layer).values()


def custom_functions(layer: "keras.Layer") -> dict[str, Callable]:
    """The functions among a layer's attributes that Keras does not define, by the attribute's name."""
    return {
        name: value
        for name, value in vars(layer).items()
        if isinstance(value, FunctionType) and (value.__module__ or "").partition(".")[0] not in ("keras", "vislib")
    }


def _layers_of(model: "keras.Model") -> list["keras.Layer"]:
    return [model, *model._flatten_layers(include_self=False, recursive=True)]
