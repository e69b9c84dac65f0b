"""A Keras model as one flat graph, and the kind of each of its layers. This package uses no other package of vislib."""
