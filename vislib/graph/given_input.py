"""Layers that lead an image, or fixed values, into a model's inputs."""

from typing import Any

import numpy as np

from vislib.backend import keras


class GivenInput(keras.layers.Layer):
    """Fixed values for an input of a model that is not the image, the same for every image.

    Args:
        values: The values for one image, without the batch axis.
        dtype: The dtype of the model's input.
    """

    def __init__(self, values: np.ndarray, dtype: str, **kwargs: Any):
        super().__init__(trainable=False, **kwargs)
        self.values, self.values_dtype = np.asarray(values, dtype), dtype

    def call(self, images):
        values = keras.ops.convert_to_tensor(self.values, self.values_dtype)
        return keras.ops.repeat(values[None], keras.ops.shape(images)[0], axis=0)

    def compute_output_spec(self, images):
        return keras.KerasTensor((images.shape[0], *self.values.shape), self.values_dtype)
