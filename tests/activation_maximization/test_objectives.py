"""Objectives and penalties against plain Keras and NumPy."""

import numpy as np
import pytest
from tf_keras_vis.activation_maximization import ActivationMaximization
from tf_keras_vis.utils.model_modifiers import ReplaceToLinear
from tf_keras_vis.utils.scores import CategoricalScore
from tiny_models import keras_logits, random_image, tiny

from vislib import LayerError, ParameterError
from vislib.activation_maximization import (
    L2,
    Blur,
    Channel,
    ClassLogit,
    Direction,
    Diversity,
    Layer,
    Neuron,
    Sum,
    TotalVariation,
    likeness,
    maximize,
)
from vislib.activation_maximization.scorer import Scorer
from vislib.backend import keras, tf

CLASSIFIER = "conv_relu"


def light(n=2):
    return np.stack([random_image(seed=seed) for seed in range(n)]).astype(np.float32) / 255


def value(objectives, style=CLASSIFIER, pictures=None):
    objectives = objectives if isinstance(objectives, list) else [objectives] * 2
    pictures = light(len(objectives)) if pictures is None else pictures
    resolved = [objective.resolved(tiny(style)) for objective in objectives]
    return Scorer(tiny(style), resolved)(pictures, np.repeat(np.eye(3)[None], len(pictures), axis=0))


def maps(layer="conv2", before_relu=False, n=2):
    """By plain Keras; before the ReLU, a convolution by its weights."""
    model = tiny(CLASSIFIER).model
    chosen = model.get_layer(layer)
    if not before_relu:
        return np.asarray(keras.Model(model.input, chosen.output)(light(n), training=False))
    given = keras.Model(model.input, chosen.input)(light(n), training=False)
    return np.asarray(keras.ops.conv(given, chosen.kernel, chosen.strides, "valid") + chosen.bias)


DIRECTION = tuple(np.random.default_rng(3).normal(size=8))
A, BEFORE = maps, lambda: maps(before_relu=True)
UNIT = np.array(DIRECTION) / np.linalg.norm(DIRECTION)


@pytest.mark.parametrize(
    ("objective", "expected"),
    [
        (ClassLogit(2), lambda: keras_logits(tiny(CLASSIFIER), light() * 255)[:, 2]),
        (Channel("conv2", 5), lambda: BEFORE()[..., 5].mean(axis=(1, 2))),
        (Neuron("conv2", 3, 1, 2), lambda: BEFORE()[:, 1, 2, 3]),
        (Neuron("conv2", 3), lambda: BEFORE()[:, 2, 2, 3]),
        (Direction("conv2", DIRECTION), lambda: (A() @ UNIT).mean(axis=(1, 2))),
        (Layer("conv2"), lambda: (A() ** 2).mean(axis=(1, 2, 3))),
        (
            2.0 * Channel("conv2", 5) - Layer("conv1"),
            lambda: 2 * BEFORE()[..., 5].mean(axis=(1, 2)) - (maps("conv1") ** 2).mean(axis=(1, 2, 3)),
        ),
        (ClassLogit(1) - ClassLogit(0), lambda: np.diff(keras_logits(tiny(CLASSIFIER), light() * 255)[:, :2])[:, 0]),
    ],
    ids=lambda given: getattr(given, "title", ""),
)
def test_value_as_in_plain_keras(objective, expected):
    np.testing.assert_allclose(value(objective)[0], expected(), rtol=1e-4, atol=1e-5)


def test_diversity_is_minus_the_mean_cosine_of_gram_matrices():
    grams = [np.einsum("hwi,hwj->ij", one, one).ravel() for one in maps(n=3)]
    grams = np.array([gram / np.linalg.norm(gram) for gram in grams])
    cosines = grams @ grams.T
    expected = -(cosines.sum(axis=1) - 1) / 2
    np.testing.assert_allclose(value([Diversity("conv2")] * 3)[0], expected, rtol=1e-4)


def test_likeness_highest_for_the_image_itself():
    image = random_image()
    objective = likeness(tiny(CLASSIFIER), image, "conv2")
    own, other = value([objective] * 2)[0]
    assert own == pytest.approx(np.linalg.norm(maps()[0]), rel=1e-4)
    assert other < own


def test_gradient_as_by_differences():
    objective = Channel("conv2", 5) + 0.1 * Layer("conv2")
    _, gradients = value(objective, "conv_relu")
    random, pictures, step = np.random.default_rng(0), light(), 1e-3
    directions = random.normal(size=pictures.shape).astype(np.float32)
    above, below = (value(objective, pictures=pictures + sign * step * directions)[0] for sign in (1, -1))
    np.testing.assert_allclose(
        (gradients * directions).sum(axis=(1, 2, 3)), (above - below) / (2 * step), rtol=2e-2, atol=1e-2
    )


def test_gradient_same_step_as_tf_keras_vis():
    """One plain step without its regularisers and modifiers."""
    start, rate = light(1), 0.01
    peer = ActivationMaximization(tiny(CLASSIFIER).model, ReplaceToLinear(), clone=True)
    moved = peer(
        CategoricalScore(3),
        start,
        input_range=(0.0, 1.0),
        input_modifiers=[],
        regularizers=[],
        steps=1,
        optimizer=keras.optimizers.SGD(rate),
        training=False,
    )
    _, gradient = value([ClassLogit(3)], pictures=start)
    inside = (start + rate * gradient > 0) & (start + rate * gradient < 1)
    np.testing.assert_allclose(np.asarray(moved)[inside], (start + rate * gradient)[inside], atol=1e-5)


@pytest.mark.parametrize(
    ("penalty", "expected"),
    [
        (
            TotalVariation(2.0),
            lambda x: (
                2 * (np.abs(np.diff(x, axis=1)).sum((1, 2, 3)) + np.abs(np.diff(x, axis=2)).sum((1, 2, 3))) / x[0].size
            ),
        ),
        (L2(3.0), lambda x: 3 * ((x - 0.5) ** 2).mean(axis=(1, 2, 3))),
    ],
)
def test_penalty_by_its_formula(penalty, expected):
    np.testing.assert_allclose(penalty.penalty(tf.constant(light())).numpy(), expected(light()), rtol=1e-5)


def test_blur_penalty_zero_for_an_even_picture_and_not_for_a_chequered_one():
    even = np.full((1, 8, 8, 3), 0.3, np.float32)
    chequered = np.indices((8, 8)).sum(axis=0)[None, ..., None].astype(np.float32) % 2
    assert Blur(1.0).penalty(even).numpy()[0] == pytest.approx(0, abs=1e-10)
    # The binomial kernel takes the shortest wave away altogether.
    assert Blur(2.0).penalty(chequered).numpy()[0] == pytest.approx(2 * 0.25, rel=0.2)


def test_penalties_smooth_the_picture():
    rough, smooth = (
        maximize(tiny(CLASSIFIER), 0, steps=30, transforms=(), regularisers=regularisers).pictures[0].astype(float)
        for regularisers in ((), (TotalVariation(100.0),))
    )
    assert np.abs(np.diff(smooth, axis=0)).mean() < np.abs(np.diff(rough, axis=0)).mean() / 2


@pytest.mark.parametrize(
    ("objective", "words"),
    [
        (Channel("conv9", 0), "conv9"),
        (Channel("conv2", 8), "go from 0 to 7; not 8"),
        (Channel("conv2", -1), "not -1"),
        (Neuron("conv2", 0, 9, 0), "Rows"),
        (Neuron("scores", 0), "conv2"),
        (Direction("conv2", (1.0, 2.0)), "8 numbers"),
        (Layer("nowhere"), "nowhere"),
    ],
)
def test_unknown_unit_refused(objective, words):
    with pytest.raises((LayerError, ParameterError), match=words):
        maximize(tiny(CLASSIFIER), objective)


@pytest.mark.parametrize("vector", [(), (0.0, 0.0), (np.nan, 1.0)])
def test_direction_without_direction_refused(vector):
    with pytest.raises(ParameterError, match="finite numbers"):
        Direction("conv2", vector)


def test_different_forms_together_refused():
    with pytest.raises(ParameterError, match="one form"):
        maximize(tiny(CLASSIFIER), [ClassLogit(0), Channel("conv2", 0)])
    with pytest.raises(ParameterError, match="without any terms"):
        maximize(tiny(CLASSIFIER), Sum(()))


def test_sigmoid_two_classes_are_opposite():
    values = value([ClassLogit(0), ClassLogit(1)], "one_sigmoid", np.repeat(light(1), 2, axis=0))[0]
    assert values[0] == pytest.approx(-values[1])
