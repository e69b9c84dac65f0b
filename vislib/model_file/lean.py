"""Loads weights within little more memory than they take.

Keras first fills every weight with random numbers, then reads the file, and copies each array several times. For VGG-16
(553 MB), whose first dense layer is three quarters of it, that takes 2,200 MB. Here a weight begins as memory that the
system has not yet handed out, and the file's numbers are read into the memory in which TensorFlow keeps them.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from vislib.errors import ModelError
from vislib.language import text
from vislib.model_file.allowed import INITIALIZERS
from vislib.model_file.quoting import shown

PACKAGE = "vislib_unread"
"""Prefix under which a configuration names the initializers of weights that the file's numbers replace."""
_LARGE_BYTES = 1_000_000
_ALIGNMENT = 64
_TYPES = ("float16", "float32", "float64")


def without_random_numbers(value: Any) -> Any:
    """A configuration in which the initializers of all weights are stand-ins that give zeros.

    Args:
        value: A configuration that `config` has accepted; it is not changed.
    """
    if isinstance(value, list):
        return [without_random_numbers(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    if _is_initializer(value):
        name = value["class_name"]
        return {"module": PACKAGE, "class_name": name, "config": value.get("config") or {},
                "registered_name": f"{PACKAGE}>{name}"}  # fmt: skip
    return {key: without_random_numbers(inner) for key, inner in value.items()}


def _is_initializer(value: dict[str, Any]) -> bool:
    """Whether an object of a configuration is an initializer; there is a layer Identity too, which has a name."""
    named = isinstance(value.get("config"), dict) and "name" in value["config"]
    of_keras = value.get("module") in (None, "keras.initializers")
    return of_keras and not named and isinstance(value.get("class_name"), str) and value["class_name"] in INITIALIZERS


class UnreadInitializers:
    """The stand-ins of one loading; `restore` makes each the initializer that the file names."""

    def __init__(self) -> None:
        from vislib.backend import keras

        self._made: list[Any] = []
        self.custom_objects: dict[str, Any] = {
            f"{PACKAGE}>{name}": self._stand_in(getattr(keras.initializers, name)) for name in sorted(INITIALIZERS)
        }

    def _stand_in(self, initializer: type) -> type:
        from vislib.backend import keras

        made, zeros = self._made, keras.initializers.Zeros()

        class Unread(initializer):
            kind = initializer

            def __call__(self, shape, dtype=None, **kwargs):
                name = keras.backend.standardize_dtype(dtype)
                if name not in _TYPES or math.prod(shape) * np.dtype(name).itemsize < _LARGE_BYTES:
                    return zeros(shape, dtype)
                return _tensor_over(_memory(shape, np.dtype(name)))

            @classmethod
            def from_config(cls, config: dict) -> Any:
                one = super().from_config(config)
                made.append(one)
                return one

        Unread.__name__ = f"{PACKAGE}>{initializer.__name__}"  # a layer may be made again from its configuration
        return Unread

    def restore(self) -> None:
        """Gives every stand-in the class of the initializer for which it stood."""
        for one in self._made:
            one.__class__ = one.kind


@contextmanager
def weights_read_in_place(model: Any, may_miss: bool = False) -> Iterator[None]:
    """While open, large arrays are read straight into a variable's memory; afterwards each weight must have been given.

    Args:
        model: A built Keras model.
        may_miss: Accepts a model some of whose weights the file does not have: own layers may make theirs in other
            ways.

    Raises:
        ModelError: If the file left out some of the model's weights.
    """
    variables = {id(each): each for each in model.variables}
    given: set[int] = set()
    for variable in variables.values():
        variable.assign = _assigner(variable, given)
    try:
        yield
    finally:
        for variable in variables.values():
            del variable.assign
    missing = [each.path for each in model.weights if id(each) not in given]
    if missing and not may_miss:
        raise ModelError(
            text(
                "The file holds no numbers for {n} of the model's weights, such as {weight}.",
                n=len(missing),
                weight=shown(missing[0]),
            )
        )


def _assigner(variable: Any, given: set[int]) -> Any:
    whole, dtype = variable.assign, str(variable.dtype)

    def assign(value: Any) -> Any:
        given.add(id(variable))
        shape = tuple(variable.shape)
        known = dtype in _TYPES and _is_numbers(value) and tuple(value.shape) == shape
        if not known or math.prod(shape) * np.dtype(dtype).itemsize < _LARGE_BYTES:
            return whole(value)
        memory = _memory(shape, np.dtype(dtype))
        if hasattr(value, "read_direct"):
            value.read_direct(memory)  # an array in the file; HDF5 converts its type
        else:
            memory[...] = value
        return whole(_tensor_over(memory))

    return assign


def _is_numbers(value: Any) -> bool:
    """Whether it is an array of plain numbers; bfloat16 is not, for HDF5 and NumPy have no such type."""
    return hasattr(value, "shape") and getattr(getattr(value, "dtype", None), "kind", "") in tuple("fiu")


def _memory(shape: Sequence[int], dtype: np.dtype) -> np.ndarray:
    """Zeros at an address that TensorFlow can use; the system hands out the memory where it is written to."""
    size = math.prod(shape) * dtype.itemsize
    pieces = np.zeros(size + _ALIGNMENT, np.uint8)
    offset = -pieces.ctypes.data % _ALIGNMENT
    return pieces[offset : offset + size].view(dtype).reshape(shape)


def _tensor_over(memory: np.ndarray) -> Any:
    """A tensor that keeps its numbers in this memory, which nothing else may write to from now on."""
    from vislib.backend import tf

    return tf.experimental.dlpack.from_dlpack(memory.__dlpack__())
