"""Local response normalization, which networks of 2012 to 2014 use and Keras no longer has."""

from vislib.backend import keras, tf


@keras.saving.register_keras_serializable("vislib")
class LocalResponseNormalization(keras.layers.Layer):
    """Divides each value by a power of the activations of neighbouring channels at the same place.

        b_i = a_i / (k + α · Σ_j a_j²)^β,   j over the n channels around i

    The layer has no trainable weights.

    Args:
        size: n, the number of channels, odd.
        k, alpha, beta: The constants of the formula.

    Reference: Krizhevsky, Sutskever & Hinton 2012, section 3.3; the defaults are from there.
    """

    def __init__(self, size: int = 5, k: float = 2.0, alpha: float = 1e-4, beta: float = 0.75, **kwargs):
        super().__init__(**kwargs)
        self.size, self.k, self.alpha, self.beta = size, k, alpha, beta

    def call(self, inputs):
        return tf.nn.local_response_normalization(inputs, self.size // 2, self.k, self.alpha, self.beta)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "size": self.size, "k": self.k, "alpha": self.alpha, "beta": self.beta}
