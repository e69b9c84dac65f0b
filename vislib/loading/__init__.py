"""Makes a classifier from a built-in name, a file or a Keras model."""
