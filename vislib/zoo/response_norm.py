"""Local response normalization, which Keras no longer has and the networks of 2012 to 2014 use."""

from vislib.backend import keras, tf


@keras.saving.register_keras_serializable("vislib")
class LocalResponseNormalization(keras.layers.Layer):
    """Divides each value by how strongly neighbouring channels answer at the same place.

        b_i = a_i / (k + α · Σ_j a_j²)^β,   j over the n channels around i

    Args:
        size: n, odd.
        k, alpha, beta: As published.

    Reference: Krizhevsky, Sutskever & Hinton 2012, section 3.3; the defaults are theirs. It has no parameters.
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
