"""What `maximize` and `deep_dream` promise on every way of writing a network, and on the shipped ones."""

import numpy as np
import pytest
import tiny_models
from stopping import Stopped
from tiny_models import SIDE, classifier_of, random_image, seeded, tiny

import vislib
from vislib import ParameterError
from vislib.activation_maximization import (
    Channel,
    Diversity,
    Jitter,
    Layer,
    Pixels,
    class_pictures,
    deep_dream,
    likeness,
    maximize,
    sheet,
)
from vislib.activation_maximization.scorer import Scorer
from vislib.backend import keras

every_style = pytest.mark.parametrize("style", sorted(tiny_models.STYLES))


@every_style
def test_any_network_its_class_rises(style):
    before = tiny(style).model.get_weights()
    result = maximize(tiny(style), 0, steps=15)
    assert result.pictures.shape == (1, SIDE, SIDE, 3)
    assert result.pictures.dtype == np.uint8
    assert result.values.shape == (15, 1)
    assert result.scores[0] > result.values[0, 0]
    for old, new in zip(before, tiny(style).model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


# The network is asked as `maximize` asks it; a dream's own are the sizes, which these take each in another way.
@pytest.mark.parametrize("style", ["any_size", "conv_relu", "grey", "nested_in_sequential", "operations", "sequential"])
def test_any_network_dreams(style):
    layer = tiny(style).network.map_layers[0]
    result = deep_dream(tiny(style), random_image(), layer, octaves=2, octave_scale=1.5, steps=3)
    assert result.pictures.shape == (1, SIDE * 3 // 2, SIDE * 3 // 2, 3)
    assert np.isfinite(result.values).all()


def test_seed_same_picture_other_seed_another():
    first, again, other = (maximize(tiny("conv_relu"), 1, steps=8, seed=seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first.pictures, again.pictures)
    np.testing.assert_array_equal(first.values, again.values)
    assert not np.array_equal(first.pictures, other.pictures)


def test_picture_alone_same_as_among_others():
    """A picture depends on seed, place and objective alone."""
    together, alone = (maximize(tiny("conv_relu"), which, steps=8) for which in ([2, 0, 1], 2))
    np.testing.assert_allclose(together.pictures[0].astype(int), alone.pictures[0].astype(int), atol=1)


def test_going_on_same_as_at_once():
    whole = maximize(tiny("relu_layers"), 0, steps=9)
    half = maximize(tiny("relu_layers"), 0, steps=4)
    rest = maximize(tiny("relu_layers"), 0, start=half, steps=5)
    np.testing.assert_array_equal(rest.pictures, whole.pictures)
    assert rest.params == whole.params
    assert rest.seconds > half.seconds
    np.testing.assert_allclose(rest.values, whole.values, rtol=1e-5)


def test_going_on_takes_an_equal_target_that_holds_an_array():
    classifier, image = tiny("conv_relu"), random_image()
    first = maximize(classifier, vislib.targets.likeness(classifier, image, "conv2"), steps=2)
    again = vislib.targets.likeness(classifier, image, "conv2")
    assert len(maximize(classifier, again, start=first, steps=1).values) == 3
    with pytest.raises(ParameterError, match="same target"):
        maximize(classifier, vislib.targets.likeness(classifier, random_image(seed=1), "conv2"), start=first, steps=1)


@pytest.mark.parametrize("error", [Stopped, ValueError])
@pytest.mark.parametrize("calls", [1, 2, 5])
def test_exception_in_progress_stops_and_harms_nothing(error, calls):
    before = maximize(tiny("conv_relu"), 0, steps=6)
    seen = []

    def progress(done, total, partial=None):
        seen.append(done)
        if len(seen) == calls:
            raise error("stop")

    with pytest.raises(error):
        maximize(tiny("conv_relu"), 0, steps=6, progress=progress)
    assert len(seen) == calls
    after = maximize(tiny("conv_relu"), 0, steps=6)
    np.testing.assert_array_equal(before.pictures, after.pictures)


def test_progress_a_picture_at_once_and_every_few_steps():
    calls = []
    result = maximize(tiny("conv_relu"), 0, steps=10, partial_every=4, progress=lambda *given: calls.append(given))
    assert [call[:2] for call in calls] == [(done, 10) for done in range(11)]
    assert [done for done, _, partial in calls if partial is not None] == [0, 1, 4, 8, 10]
    np.testing.assert_array_equal(calls[-1][2], result.picture)


def test_start_from_an_image_that_image_at_first():
    image = random_image() // 2 + 60
    seen = []
    maximize(tiny("conv_relu"), 0, start=image, steps=1, progress=lambda *given: seen.append(given[2]))
    assert np.abs(seen[0].astype(int) - image).max() <= 1


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_moves_too(policy):
    keras.mixed_precision.set_global_policy(policy)
    try:
        classifier = classifier_of(seeded(tiny_models.conv_relu()))
    finally:
        keras.mixed_precision.set_global_policy("float32")
    result, plain = (maximize(each, 0, steps=30) for each in (classifier, tiny("conv_relu")))
    assert result.scores[0] > 0.8 * plain.scores[0]


def test_diversity_pictures_less_alike():
    def cosine(result):
        one, other = (picture.astype(float).ravel() - 127 for picture in result.pictures)
        return one @ other / np.linalg.norm(one) / np.linalg.norm(other)

    plain = Channel("conv2", 1)
    alike, apart = (
        maximize(tiny("conv_relu"), [objective] * 2, steps=40, transforms=())
        for objective in (plain, plain + 50.0 * Diversity("conv2"))
    )
    assert cosine(apart) < cosine(alike) - 0.05


def test_dream_raises_its_layer_and_stays_near_the_image():
    image = random_image()
    result = deep_dream(tiny("conv_relu"), image, "conv2", octaves=1, steps=5, learning_rate=0.01)
    assert result.values[-1, 0] > result.values[0, 0]
    change = np.abs(result.pictures[0].astype(float) - image).mean() / 255
    assert 0.005 < change <= 0.05 + 1e-3


def test_dream_first_step_by_its_formula():
    """x + rate · g / mean |g|, on tiles that are the image rolled round and back."""
    image = random_image()
    classifier, rate = tiny("conv_relu"), 0.02
    result = deep_dream(classifier, image, Layer("conv2"), octaves=1, steps=1, learning_rate=rate, seed=7)
    shift = tuple(np.random.default_rng(7).integers(0, (SIDE, SIDE)))
    rolled = np.roll(image.astype(np.float32) / 255, shift, (0, 1))
    _, gradient = Scorer(classifier, [Layer("conv2")])(rolled[None], np.eye(3)[None])
    expected = np.roll(rolled + rate * gradient[0] / np.abs(gradient[0]).mean(), (-shift[0], -shift[1]), (0, 1))
    np.testing.assert_allclose(result.pictures[0], np.clip(expected, 0, 1) * 255, atol=0.51)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"steps": 0}, "steps"),
        ({"stepz": 3}, "stepz"),
        ({"optimiser": "sgd"}, "adam"),
        ({"parametrization": "pixels"}, "Parametrization"),
        ({"transforms": [3]}, "Transform"),
        ({"transforms": Jitter(2), "seed": -1}, "seed"),
    ],
)
def test_parameters_refused(params, words):
    with pytest.raises(ParameterError, match=words):
        maximize(tiny("conv_relu"), 0, **params)


@pytest.mark.parametrize("objective", [[], 9, "no such class", 1.5, None])
def test_objectives_refused(objective):
    with pytest.raises(ParameterError):
        maximize(tiny("conv_relu"), objective)


def test_going_on_with_something_else_refused():
    half = maximize(tiny("conv_relu"), 0, steps=2)
    with pytest.raises(ParameterError, match="continued only with"):
        maximize(tiny("relu_layers"), 0, start=half)
    with pytest.raises(ParameterError, match="continued only with"):
        maximize(tiny("conv_relu"), 0, start=half, parametrization=Pixels())
    with pytest.raises(ParameterError, match=r"same target with the same seed.*start=result\.picture"):
        maximize(tiny("conv_relu"), 1, start=half)
    with pytest.raises(ParameterError, match="same seed"):
        maximize(tiny("conv_relu"), 0, start=half, seed=1)
    assert len(maximize(tiny("conv_relu"), 1, start=half.picture, steps=2).values) == 2
    dream = deep_dream(tiny("conv_relu"), random_image(), "conv2", octaves=1, steps=1)
    with pytest.raises(ParameterError, match="DeepDream"):
        maximize(tiny("conv_relu"), 0, start=dream)
    with pytest.raises(ParameterError, match="wings"):
        deep_dream(tiny("conv_relu"), random_image(), "conv2", wings=2)


def test_sheet_ten_in_two_rows():
    pictures = np.zeros((10, 4, 5, 3), np.uint8)
    assert sheet(pictures, gap_px=2).shape == (2 * 4 + 2, 5 * 5 + 4 * 2, 3)


def test_all_digits_recognised_as_their_class():
    digits = vislib.load_classifier("digits")
    result = class_pictures(digits)
    probabilities = digits.network.probabilities(digits.network.logits(digits.preprocess_input(result.pictures)))
    assert np.diag(probabilities).min() >= 0.99


def test_builtin_class_recognised_after_a_shift(classifier):
    goldfish = classifier.class_index("goldfish")
    result = maximize(classifier, goldfish, steps=24)
    moved = np.roll(result.pictures, np.random.default_rng(0).integers(-8, 9, 2), (1, 2))
    assert classifier.network.logits(classifier.preprocess_input(moved)).argmax() == goldfish


def test_too_many_classes_refused(classifier):
    with pytest.raises(ParameterError, match="1000 classes"):
        class_pictures(classifier)


def test_caricature_more_like_the_image_than_noise_is(classifier, cat):
    objective = likeness(classifier, cat, "block8_project_bn")
    result = maximize(classifier, objective, steps=8)
    maps = vislib.feature_maps(classifier, result.pictures[0], "block8_project_bn").ravel()
    reference = objective.reference.ravel()
    assert maps @ reference / np.linalg.norm(maps) / np.linalg.norm(reference) > 0.3
