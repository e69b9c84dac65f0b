"""What must be chosen before a model can be used: the input for the image, its size, other inputs, the output."""

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from vislib.backend import keras
from vislib.errors import ParameterError
from vislib.graph.flatten import is_channels_first, usable_outputs
from vislib.graph.inputs import image_input, may_be_image
from vislib.language import text
from vislib.tasks import Task

ANY_SIDE = 224
"""First side in pixels for a model that accepts any size."""

Shape = tuple[int | None, ...]


@dataclass(frozen=True, eq=False)
class Choices:
    """What a model leaves open.

    Attributes:
        images: The inputs that may take the image, the first one by default.
        inputs: All inputs by name, with their shapes without the batch axis; None is any length.
        outputs: The outputs that can be explained, by name or index, with their shapes.
        n_outputs: The number of all outputs.
    """

    images: tuple[str, ...]
    inputs: Mapping[str, Shape]
    outputs: Mapping[str | int, Shape]
    n_outputs: int

    def others(self, image: str) -> dict[str, Shape]:
        """The inputs beside the image."""
        return {name: shape for name, shape in self.inputs.items() if name != image}

    def flat_length(self, image: str) -> int | None:
        """The number of pixels and channels of a flat image; None for an image with height and width."""
        shape = self.inputs[image]
        return shape[0] if len(shape) == 1 else None

    @property
    def first_output(self) -> str | int | None:
        """The output that is used first; None if there is only one."""
        return next(iter(self.outputs), None) if self.n_outputs > 1 else None

    @property
    def must_ask(self) -> bool:
        """Whether a person must be asked: for values of other inputs, or for the size of a flat image."""
        return bool(self.images) and (len(self.inputs) > 1 or self.flat_length(self.images[0]) is not None)


def choices_of(model: Any) -> Choices:
    """What a Keras model leaves open; of one without symbolic inputs nothing is known, so nothing is left open."""
    starts = list(getattr(model, "inputs", None) or ())
    shapes = {tensor.name: tuple(tensor.shape[1:]) for tensor in starts}
    images = tuple(tensor.name for tensor in may_be_image(starts))
    return Choices(images, shapes, usable_outputs(model), len(getattr(model, "outputs", None) or ()))


def image_size(model: keras.Model, image: str, flat: tuple[int, int] | None = None) -> tuple[int, int] | None:
    """(height, width) to give as `input_size`; None if the model says it itself.

    Args:
        model: The model.
        image: The name of the input that takes the image.
        flat: The size of a flat image.
    """
    others = {tensor.name: zeros(tuple(tensor.shape[1:])) for tensor in model.inputs if tensor.name != image}
    found = image_input(model.name, model.inputs, others, flat, is_channels_first(model))
    height, width, _ = found.shape
    if found.layout == "flat":
        return flat
    if height is not None and width is not None:
        return None
    side = height or width or ANY_SIDE
    return height or side, width or side


def square_size(length: int) -> tuple[int, int] | None:
    """(height, width) of the square image of 1 or 3 channels that has so many numbers; None if there is none."""
    for channels in (1, 3):
        side = math.isqrt(length // channels)
        if side * side * channels == length:
            return side, side
    return None


def zeros(shape: Shape, size: tuple[int, int] | None = None) -> np.ndarray:
    """Zeros for an input of this shape. Of a map with any height or width it is `size`, any other free length is 1."""
    sides = (*size, 1) if size is not None and len(shape) == 3 else (1,) * len(shape)
    return np.zeros([length or side for length, side in zip(shape, sides, strict=True)], np.float32)


def lengths(shape: Shape) -> str:
    """A shape in words: "28 × 28 × 1"."""
    sides = [text("any length") if length is None else f"{length:,}" for length in shape]
    return functools.reduce(lambda before, side: text("{before} × {side}", before=before, side=side), sides or [""])


def check_shape(name: str, values: np.ndarray, shape: Shape) -> None:
    """Refuses values for an input that have another shape.

    Raises:
        ParameterError: If they do.
    """
    fits = values.ndim == len(shape) and all(
        wanted in (None, length) for wanted, length in zip(shape, values.shape, strict=True)
    )
    if not fits:
        raise ParameterError(
            text(
                "The values of input '{name}' must have the shape {shape}; not {given}.",
                name=name,
                shape=lengths(shape),
                given=lengths(values.shape) or text("that of a single number"),
            )
        )


def tasks_for(shape: Shape) -> list[Task]:
    """The tasks that an output of this shape can have."""
    if len(shape) == 3:
        return [Task.SEGMENTATION, Task.REGRESSION]
    if shape[-1] == 1:
        return [Task.BINARY, Task.REGRESSION, Task.EMBEDDING]
    return [Task.CLASSIFICATION, Task.MULTI_LABEL, Task.REGRESSION, Task.EMBEDDING]
