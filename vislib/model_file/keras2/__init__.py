"""Mends the configurations that Keras 2 wrote, so that Keras 3 reads them with the same result."""
