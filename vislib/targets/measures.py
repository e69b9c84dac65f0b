"""The functions of a network's output tensor that class scores are: weighted sums of logits or of probabilities."""


def of_units(units, weights):
    """Σ weight · unit over all axes but the batch."""
    from vislib.backend import tf

    return tf.reduce_sum(units * weights, axis=list(range(1, len(units.shape))))


def _of_softmax(units, weights):
    from vislib.backend import tf

    return of_units(tf.nn.softmax(units), weights)


def _of_sigmoids(units, weights):
    from vislib.backend import tf

    return of_units(tf.sigmoid(units), weights)


def _of_exponentials(units, weights):
    from vislib.backend import tf

    return of_units(tf.exp(units), weights)


def _of_two_logits(units, weights):
    return of_units(two_logits(units), weights)


def _of_two_sigmoids(units, weights):
    return _of_sigmoids(two_logits(units), weights)


def two_logits(units):
    """The logits of both classes: a single unit z is the logit of class 1, and −z is the logit of class 0."""
    from vislib.backend import tf

    return tf.concat([-units, units], axis=-1)


MEASURES = {
    ("logit", False): of_units,
    ("logit", True): _of_two_logits,
    ("softmax", False): _of_softmax,
    ("sigmoid", False): _of_sigmoids,
    ("sigmoid", True): _of_two_sigmoids,
    ("exp", False): _of_exponentials,
}
"""By "logit" or the final activation, and whether one unit stands for two classes."""
