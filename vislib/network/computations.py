"""The computations that `Network` traces, each made of a model: TensorFlow in and out."""

from vislib.backend import keras, tf
from vislib.graph.graph import Graph


def whole(graph: Graph) -> keras.Model:
    """The graph as a model: input to logits."""
    return keras.Model(graph.input, graph.logits)


def forward(model, n_units):
    """Inputs → logits (n, classes)."""
    return lambda inputs: two_sided(model(inputs, training=False), n_units)


def forward_all(model):
    """Inputs → what every output of the model is, as float32."""
    return lambda inputs: [tf.cast(output, tf.float32) for output in tf.nest.flatten(model(inputs, training=False))]


def input_gradient(model, score, n_units):
    """(inputs, weights of the target) → the score's gradient by the inputs, and the logits it met on the way."""

    def gradient(inputs, weights):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(inputs)
            logits = two_sided(model(inputs, training=False), n_units)
            value = score(logits, weights)
        return tape.gradient(value, inputs), logits

    return gradient


def map_gradient(model, score, n_units):
    """(inputs, weights of the target) → the maps, the score's gradient by them, and the logits. The model gives (maps, units)."""

    def gradient(inputs, weights):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(inputs)  # so that what lies between input and maps is recorded as well
            maps, units = model(inputs, training=False)
            logits = two_sided(units, n_units)
            value = score(logits, weights)
        return tf.cast(maps, tf.float32), tf.cast(tape.gradient(value, maps), tf.float32), logits

    return gradient


def scaled(model, n_units):
    """(scales (n, k), values of the model's inputs) → logits (n, classes) with the first input's channels scaled."""

    def logits(scales, given):
        count = tf.shape(scales)[0]
        maps, *others = given
        tensors = [maps * scales[:, None, None, :]]
        tensors += [tf.repeat(other, count, axis=0) for other in others]
        tensors = [tf.cast(tensor, start.dtype) for tensor, start in zip(tensors, model.inputs, strict=True)]
        return two_sided(model(tensors, training=False), n_units)

    return logits


def two_sided(logits, n_units):
    """Logits for every class: a single unit z speaks for class 1, and −z for class 0."""
    logits = tf.cast(logits, tf.float32)
    return tf.concat([-logits, logits], axis=1) if n_units == 1 else logits
