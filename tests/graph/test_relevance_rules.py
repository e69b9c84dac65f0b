"""Each rule of LRP against a few lines of NumPy: the contributions of every input to every unit, as a matrix."""

import numpy as np
import pytest

from vislib.backend import keras, tf
from vislib.errors import ParameterError
from vislib.graph.relevance import linear_steps, rule_share, stabilized
from vislib.graph.relevance_rules import EPSILON, FLAT, W_SQUARE, Z_BOX, Z_PLUS, Box, alpha_beta, composite_named, gamma

EPS = 1e-3
LOW, HIGH = -1.5, 2.0


def divided(contributions, bias, relevance, share=1.0):
    """Σ_j c_ij R_j / z_j for contributions (inputs, units), with z the sum of a unit's contributions and its bias."""
    z = contributions.sum(axis=0) + bias
    z = z + np.where(z < 0, -1, 1) * EPS * np.sqrt((z**2).mean())
    return share * contributions @ (relevance / z)


def above(x):
    return np.maximum(x, 0)


def below(x):
    return np.minimum(x, 0)


def epsilon_rule(x, w, b, relevance):
    return divided(x[:, None] * w, b, relevance)


def z_plus_rule(x, w, b, relevance):
    return divided(above(x[:, None] * w), above(b), relevance)


def alpha_beta_rule(x, w, b, relevance):
    products = x[:, None] * w
    return divided(above(products), above(b), relevance, 2) + divided(below(products), below(b), relevance, -1)


def gamma_rule(x, w, b, relevance):
    products = x[:, None] * w
    active = products.sum(axis=0) + b >= 0
    raised = divided(products + 0.25 * above(products), b + 0.25 * above(b), relevance * active)
    lowered = divided(products + 0.25 * below(products), b + 0.25 * below(b), relevance * ~active)
    return raised + lowered


def w_square_rule(x, w, b, relevance):
    return divided(w**2, 0, relevance)


def flat_rule(x, w, b, relevance):
    return divided(np.ones_like(w), 0, relevance)


def z_box_rule(x, w, b, relevance):
    return divided(x[:, None] * w - LOW * above(w) - HIGH * below(w), 0, relevance)


RULES = {
    "epsilon": (EPSILON, epsilon_rule),
    "z plus": (Z_PLUS, z_plus_rule),
    "alpha 2 beta 1": (alpha_beta(2, 1), alpha_beta_rule),
    "gamma": (gamma(0.25), gamma_rule),
    "w square": (W_SQUARE, w_square_rule),
    "flat": (FLAT, flat_rule),
    "z box": (Z_BOX, z_box_rule),
}
every_rule = pytest.mark.parametrize(("rule", "reference"), RULES.values(), ids=RULES)


def share_of(layer, rule, x, relevance):
    (step,) = linear_steps(layer)
    kernel, bias = step.weights()
    tensor = tf.constant(x, tf.float32)
    box = Box(np.float32(LOW), np.float32(HIGH))
    z = step(tensor, kernel, bias)
    return rule_share(rule, step, tensor, kernel, bias, z, tf.constant(relevance, tf.float32), EPS, box).numpy()


@every_rule
def test_rule_dense_layer_equals_numpy(rule, reference):
    random = np.random.default_rng(0)
    layer = keras.layers.Dense(5, activation="relu")
    layer.build((None, 7))
    w, b, x, relevance = (random.normal(size=size) for size in ((7, 5), 5, 7, 5))
    layer.set_weights([w, b])
    expected = reference(x, w, b, relevance)
    np.testing.assert_allclose(share_of(layer, rule, x[None], relevance[None])[0], expected, rtol=1e-3, atol=1e-5)


@every_rule
def test_rule_convolution_equals_numpy_on_its_windows(rule, reference):
    """Windows of 2 × 2 that do not overlap, each one a dense layer; ε counts for all windows together."""
    random = np.random.default_rng(1)
    layer = keras.layers.Conv2D(3, 2, strides=2)
    layer.build((None, 4, 4, 2))
    w, b, x, relevance = (random.normal(size=size) for size in ((2, 2, 2, 3), 3, (4, 4, 2), (2, 2, 3)))
    layer.set_weights([w, b])
    found = share_of(layer, rule, x[None], relevance[None])[0]
    # One dense layer of all windows: the kernel once in each block of a larger matrix.
    matrix, index = np.zeros((32, 12)), np.arange(32).reshape(4, 4, 2)
    reads = np.zeros((32, 12), bool)
    for row in range(2):
        for column in range(2):
            window = index[2 * row : 2 * row + 2, 2 * column : 2 * column + 2].ravel()
            units = np.arange(3) + 3 * (2 * row + column)
            matrix[np.ix_(window, units)] = w.reshape(8, 3)
            reads[np.ix_(window, units)] = True
    if rule is FLAT:  # ones stand where the convolution reads
        expected = divided(reads.astype(float), 0, relevance.ravel())
    else:
        expected = reference(x.ravel(), matrix, np.tile(b, 4), relevance.ravel())
    np.testing.assert_allclose(found.ravel(), expected, rtol=1e-3, atol=1e-5)


def test_stabilized_keeps_the_sign_and_is_never_zero():
    z = tf.constant([[0.0, -2.0, 3.0], [0.0, 0.0, 0.0]])
    found = stabilized(z, 0.1).numpy()
    rms = np.sqrt(13 / 3)
    np.testing.assert_allclose(found[0], [0.1 * rms, -2 - 0.1 * rms, 3 + 0.1 * rms], rtol=1e-6)
    assert (found[1] > 0).all()


def test_composite_of_an_unknown_name_refused_with_the_names():
    with pytest.raises(ParameterError, match=r"There is no composite 'epsilon-minus'; there are: .*epsilon-plus"):
        composite_named("epsilon-minus")
