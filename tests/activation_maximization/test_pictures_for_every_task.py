"""Pictures for every task and input, and where they must lead: linear predictors of a number and of a map."""

import numpy as np
import pytest
from any_networks import CASES, keras_outputs, loaded
from tiny_models import SIDE, classifier_of, of_flat, random_image, seeded

import vislib
from vislib import ModelError
from vislib.activation_maximization import Pixels, deep_dream, maximize
from vislib.backend import keras

STRAIGHT = {"transforms": (), "optimiser": "gradient", "learning_rate": 0.2}
PROBABILITIES_ONLY = ("ensemble", "softmax in a Lambda", "subclassed, opaque")


def target_of(name: str) -> vislib.targets.Target:
    unit = CASES[name].unit
    return vislib.targets.Output(unit) if name == "embedding" else vislib.targets.ClassScore(unit)


def value_of(name: str, picture: np.ndarray) -> float:
    """The target of `target_of`, by Keras alone."""
    outputs = keras_outputs(name, picture[None])[0]
    classifier, unit = loaded(name), CASES[name].unit
    if name == "segmentation of two classes":
        return float(np.log(outputs[..., 0] / outputs[..., 1]).mean())
    if not classifier.task.has_classes:
        return float(outputs[unit])
    logs = np.log(outputs)
    if classifier.network.activation == "sigmoid":
        return float(logs[unit] - np.log1p(-outputs[unit]))
    return float(logs[unit]) if name in PROBABILITIES_ONLY else float("nan")  # a logit is known up to a constant


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.bands])
def test_picture_on_any_network_raises_the_target(name):
    classifier = loaded(name)
    result = maximize(classifier, target_of(name), steps=4, parametrization=Pixels(), **STRAIGHT)
    assert result.pictures.shape == (1, SIDE, SIDE, 3)
    assert np.isfinite(result.values).all()
    assert result.scores[0] > result.values[0, 0]
    expected = value_of(name, result.pictures[0])
    if np.isfinite(expected):
        assert result.scores[0] == pytest.approx(expected, rel=2e-3, abs=1e-3)


@pytest.mark.parametrize("sign", [1, -1])
def test_linear_regression_ends_at_its_normalised_weights(sign):
    """argmax of ± w·x over ‖x − grey‖ ≤ r is grey ± r w/‖w‖."""
    classifier = classifier_of(seeded(of_flat(keras.layers.Dense(1))), task="regression", labels=["age"])
    weights = classifier.model.get_weights()[0].reshape(SIDE, SIDE, 3)
    target = sign * vislib.targets.ClassScore("age")
    result = maximize(classifier, target, steps=60, parametrization=Pixels(radius=1.0), **STRAIGHT)
    expected = sign * weights / np.linalg.norm(weights)
    np.testing.assert_allclose(result.state.variables[0] - 0.5, expected, atol=1e-3)


def test_point_of_a_linear_segmentation_changes_only_its_pixel():
    """A 1 × 1 convolution: the logit of a point reads one pixel, and the colour goes along its weights."""
    inputs = keras.Input((SIDE, SIDE, 3))
    model = seeded(keras.Model(inputs, keras.layers.Conv2D(3, 1, activation="softmax", name="mask")(inputs)))
    weights = model.get_weights()[0][0, 0, :, 1]
    target = vislib.targets.Pixels(1, where=(2, 7))
    start = np.full((SIDE, SIDE, 3), 128, np.uint8)
    result = maximize(
        classifier_of(model),
        target,
        start=start,
        steps=3,
        parametrization=Pixels(),
        **(STRAIGHT | {"learning_rate": 0.1}),
    )
    change = result.state.variables[0] - 128 / 255
    np.testing.assert_allclose(change[2, 7], 0.3 * weights / np.linalg.norm(weights), atol=1e-4)
    change[2, 7] = 0
    assert not change.any()


def test_picture_like_another_image_of_an_embedding():
    classifier, other = loaded("embedding"), random_image(seed=5)
    target = vislib.targets.similarity(classifier, other)
    black = np.zeros((SIDE, SIDE, 3), np.uint8)
    result = maximize(classifier, target, start=black, steps=20, parametrization=Pixels(), **STRAIGHT)
    one, two = (classifier.logits(each).astype(float) for each in (result.pictures[0], other))
    assert result.scores[0] == pytest.approx(one @ two / np.linalg.norm(one) / np.linalg.norm(two), abs=1e-3)
    assert result.scores[0] > result.values[0, 0]


def test_network_of_bands_is_refused_and_feature_maps_work():
    classifier, scene = loaded("4 bands"), CASES["4 bands"].image
    with pytest.raises(ModelError, match=r"4 bands in units of their own. vislib\.feature_maps shows"):
        maximize(classifier, 0, steps=1)
    with pytest.raises(ModelError, match="4 bands"):
        deep_dream(classifier, scene, "conv")
    assert vislib.feature_maps(classifier, scene, "conv").shape[-1] == 6


def test_layer_that_cannot_be_seen_is_refused_and_its_class_works():
    classifier = loaded("subclassed, opaque")
    with pytest.raises(vislib.LayerError):
        maximize(classifier, vislib.targets.Channel("conv", 0), steps=1)
    assert maximize(classifier, 0, steps=1).pictures.shape == (1, SIDE, SIDE, 3)


@pytest.mark.parametrize("octaves", [1, 2])
def test_score_of_a_dream_is_that_of_its_picture_also_where_the_network_crops(octaves):
    inputs = keras.Input((SIDE, SIDE, 3))
    x = keras.layers.Conv2D(4, 3, name="conv")(inputs)
    model = seeded(keras.Model(inputs, keras.layers.Dense(3)(keras.layers.GlobalAveragePooling2D()(x))))
    crops = vislib.load_classifier(model, preprocess="0..1", crop="centre")
    dream = deep_dream(crops, random_image(40, 60), "conv", steps=2, octaves=octaves, octave_scale=1.5)
    stretches = vislib.load_classifier(model, preprocess="0..1", crop="stretch")
    maps = vislib.feature_maps(stretches, dream.picture, "conv")
    assert dream.scores[0] == pytest.approx((maps**2).mean(), rel=1e-3)


def test_class_of_a_segmentation_is_that_of_the_whole_output():
    inputs = keras.Input((SIDE, SIDE, 3))
    model = seeded(keras.Model(inputs, keras.layers.Conv2D(3, 1, activation="softmax", name="mask")(inputs)))
    classifier = classifier_of(model)
    result = maximize(classifier, 1, steps=2)
    assert result.titles == ("logit of “class 1” over the whole output",)
    logits = classifier.logits(result.picture)[..., 1]
    assert result.scores[0] == pytest.approx(logits.mean(), abs=1e-3)
    dream = deep_dream(classifier, random_image(), vislib.targets.Pixels(1), steps=1, octaves=1)
    assert dream.titles == result.titles
    found = vislib.explain("saliency", classifier, random_image(), vislib.targets.Pixels(1, where="everywhere"))
    assert found.score == pytest.approx(classifier.logits(random_image())[..., 1].mean(), abs=1e-4)
