"""The inputs of a model: which one is the image, how an image (h, w, c) enters it, and what the others are given."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vislib.backend import keras
from vislib.errors import ModelError, ParameterError, listed
from vislib.graph.given_input import GivenInput
from vislib.language import text

ZEROS = "zeros"
"""In place of values for the other inputs: zeros for all of them."""

Inputs = Mapping[str, Any] | str | None


@dataclass(frozen=True, eq=False)
class ImageInput:
    """How an image enters a model.

    Attributes:
        name: The input's name.
        shape: (height, width, channels) of the image; height and width are None where any size is accepted.
        layout: "channels last", "channels first", "one channel" (height, width) or "flat" (numbers).
        given: The values of the other inputs by name, each without the batch axis.
    """

    name: str
    shape: tuple[int | None, int | None, int]
    layout: str
    given: Mapping[str, np.ndarray]


def image_input(
    name: str,
    inputs: Sequence[keras.KerasTensor],
    given: Inputs = None,
    input_size: tuple[int, int] | None = None,
    channels_first: bool = False,
) -> ImageInput:
    """Finds the image among a model's inputs.

    Args:
        name: The model's name, for messages.
        inputs: The model's symbolic inputs.
        given: Values for all inputs but the image, by name; or "zeros".
        input_size: (height, width) of the image, where the model does not say it.
        channels_first: Whether the model's images are (channels, height, width).

    Raises:
        ModelError: If no input can be the image, or it is not clear which one.
        ParameterError: If a given name is not an input, or the values have another shape.
    """
    names = [tensor.name for tensor in inputs]
    values = _given(inputs, names, given)
    left = [tensor for tensor in inputs if tensor.name not in values]
    if len(left) != 1:
        raise ModelError(_ask_for_inputs(name, inputs, left))
    (image,) = left
    shape, layout = _image_shape(name, image, input_size, channels_first)
    return ImageInput(image.name, shape, layout, values)


def _given(inputs: Sequence[keras.KerasTensor], names: Sequence[str], given: Inputs) -> dict[str, np.ndarray]:
    if given is None:
        return {}
    if isinstance(given, str) and given == ZEROS:
        found = {tensor.name: zeros_like(tensor) for tensor in inputs if len(tensor.shape) != 4}
        return found if len(found) < len(inputs) else {}
    if not isinstance(given, Mapping):
        raise ParameterError(
            text(
                '`inputs` must be a dict of input names and values, such as {{"meta": [0.2, 1.0]}}, or "zeros"; not '
                "{value!r}.",
                value=given,
            )
        )
    found = {}
    for key, values in given.items():
        if key not in names:
            raise ParameterError(
                text("The model has no input '{input}'; its inputs: {inputs}.", input=key, inputs=listed(names))
            )
        tensor = inputs[names.index(key)]
        found[key] = _values(key, values, tensor)
    return found


def zeros_like(tensor: keras.KerasTensor, any_side: int = 1) -> np.ndarray:
    """Zeros for an input, without the batch axis; sides that may have any length have `any_side`."""
    return np.zeros([side or any_side for side in tensor.shape[1:]], str(tensor.dtype))


def may_be_image(inputs: Sequence[keras.KerasTensor]) -> list[keras.KerasTensor]:
    """The inputs that may take the image: those with height, width and channels; if there are none, those with height
    and width; if there are none either, flat vectors of a known length."""
    for n_axes in (4, 3, 2):
        found = [tensor for tensor in inputs if len(tensor.shape) == n_axes]
        if found and n_axes == 2:
            return [tensor for tensor in found if tensor.shape[1]]
        if found:
            return found
    return []


def _values(name: str, values: Any, tensor: keras.KerasTensor) -> np.ndarray:
    shape = tuple(tensor.shape[1:])
    try:
        array = np.asarray(values, str(tensor.dtype))
    except (TypeError, ValueError):
        raise ParameterError(
            text("The values of input '{input}' must be numbers; not {values}.", input=name, values=str(values)[:80])
        ) from None
    if array.ndim == len(shape) + 1 and array.shape[0] == 1:
        array = array[0]
    fits = array.ndim == len(shape) and all(
        wanted in (None, side) for wanted, side in zip(shape, array.shape, strict=True)
    )
    if not fits:
        raise ParameterError(
            text(
                "The values of input '{input}' must have shape {shape}; not {given}.",
                input=name,
                shape=shape,
                given=array.shape,
            )
        )
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ParameterError(text("The values of input '{input}' must be finite.", input=name))
    return array


def _ask_for_inputs(name: str, inputs: Sequence[keras.KerasTensor], left: Sequence[keras.KerasTensor]) -> str:
    described = listed(f"'{tensor.name}' {tuple(tensor.shape[1:])}" for tensor in inputs)
    if not left:
        return text(
            "{model}: `inputs` gives values for every input ({inputs}); leave out the one that takes the image.",
            model=name,
            inputs=described,
        )
    others = [tensor for tensor in left if len(tensor.shape) != 4] or left[1:]
    example = ", ".join(f'"{tensor.name}": …' for tensor in others)
    return text(
        "{model} has {n} inputs: {inputs}. One of them takes the image; give the values of the others with "
        'inputs={{{example}}}, or inputs="zeros" to fill all that are no images with zeros.',
        model=name,
        n=len(inputs),
        inputs=described,
        example=example,
    )


def _image_shape(
    name: str, tensor: keras.KerasTensor, input_size: tuple[int, int] | None, channels_first: bool
) -> tuple[tuple[int | None, int | None, int], str]:
    shape = tuple(tensor.shape[1:])
    if len(shape) == 3:
        channels = shape[0] if channels_first else shape[2]
        sides = shape[1:] if channels_first else shape[:2]
        if channels is None:
            raise ModelError(
                text(
                    "{model} does not say how many channels its images have: its input has shape {shape}.",
                    model=name,
                    shape=shape,
                )
            )
        return (*sides, channels), "channels first" if channels_first else "channels last"
    if len(shape) == 2:
        return (*shape, 1), "one channel"
    if len(shape) == 1 and shape[0] is not None:
        return _size_of_flat(name, shape[0], input_size), "flat"
    raise ModelError(
        text(
            "{model} takes no image: its input has shape {shape}. Accepted are (height, width, channels), (channels, "
            "height, width), (height, width) and flat vectors.",
            model=name,
            shape=shape,
        )
    )


def _size_of_flat(name: str, length: int, input_size: tuple[int, int] | None) -> tuple[int, int, int]:
    if input_size is None:
        raise ModelError(
            text(
                "{model} takes a flat vector of {n:,} numbers; give the size of the image that it was made of with "
                "`input_size`, (height, width).",
                model=name,
                n=length,
            )
        )
    channels, rest = divmod(length, math.prod(input_size))
    if rest or not channels:
        raise ModelError(
            text(
                "{model} takes {n:,} numbers, which is no image of {height} × {width} with whole channels; give "
                "another `input_size`.",
                model=name,
                n=length,
                height=input_size[0],
                width=input_size[1],
            )
        )
    return (*input_size, channels)


def entered(
    image: ImageInput, entry: keras.KerasTensor, inputs: Sequence[keras.KerasTensor]
) -> tuple[list[keras.KerasTensor], list[keras.Operation]]:
    """The tensors for a model's inputs, made from an image (batch, h, w, c), and the layers that make them."""
    tensors, made = [], []
    for tensor in inputs:
        if tensor.name in image.given:
            layer = GivenInput(image.given[tensor.name], str(tensor.dtype), name=f"given_{_plain(tensor.name)}")
        elif image.layout == "channels first":
            layer = keras.layers.Permute((3, 1, 2), name="to_channels_first")
        elif image.layout == "one channel":
            layer = keras.layers.Reshape(tuple(entry.shape[1:3]), name="without_channel_axis")
        elif image.layout == "flat":
            layer = keras.layers.Reshape((math.prod(entry.shape[1:]),), name="flat")
        else:
            tensors.append(entry)
            continue
        made.append(layer)
        tensors.append(layer(entry))
    return tensors, made


def _plain(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name)
