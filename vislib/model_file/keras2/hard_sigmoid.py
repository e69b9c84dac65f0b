"""Keras 2's hard sigmoid. Importing this module makes it known to Keras."""

from typing import Any

from vislib.backend import keras
from vislib.model_file.keras2.layers import HARD_SIGMOID

_PACKAGE, _NAME = HARD_SIGMOID.split(">")


@keras.saving.register_keras_serializable(package=_PACKAGE, name=_NAME)
def hard_sigmoid_of_keras_2(x: Any) -> Any:
    """max(0, min(1, x/5 + 1/2)), the function of that name in Keras 1 and 2; in Keras 3 it is that of x/6 + 1/2."""
    return keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)
