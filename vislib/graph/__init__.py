"""A Keras model as one flat graph, and what each of its layers is. The lowest room: it uses no other."""
