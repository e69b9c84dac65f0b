"""A copy with separate weights computes what the model computes, whatever functions its layers hold."""

import numpy as np
import pytest
from any_networks import CASES, model_of

from vislib.backend import keras, tf
from vislib.graph.copies import custom_code, with_separate_weights

# A Lambda of Python code has no configuration that Keras loads; the other gives another number at each call.
NOT_COMPARED = ("softmax in a Lambda", "dropout that is always on")


@pytest.mark.parametrize("name", [name for name in CASES if name not in NOT_COMPARED])
def test_copy_computes_the_same_and_has_separate_weights(name):
    case, model = CASES[name], model_of(name)
    entered = case.enter(np.stack([case.image, case.image]))
    before = model.get_weights()
    copy = with_separate_weights(model)
    for ours, theirs in zip(tf.nest.flatten(copy(entered)), tf.nest.flatten(model(entered)), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    copy.set_weights([weight * 0 for weight in before])
    for ours, theirs in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_custom_code_is_found_in_nested_models():
    def halved(x):
        return x / 2

    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation=halved)])
    assert list(custom_code(keras.Sequential([keras.Input((4,)), inner]))) == [halved]
    assert not list(custom_code(keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="relu")])))
