"""Creates a classifier from the name of a built-in network, a file or a Keras model."""
