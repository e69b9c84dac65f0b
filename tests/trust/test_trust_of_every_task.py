"""Trust measures on every task and input; of values in closed form, where there are no probabilities."""

import numpy as np
import pytest
from any_networks import CASES, keras_outputs, loaded
from tiny_models import SIDE, classifier_of, of_flat, random_image

import vislib
from vislib import ModelError, ParameterError, trust
from vislib.attribution.fills import cover_image
from vislib.backend import keras

IMAGE = random_image()
SALIENCY = vislib.methods()["saliency"]()
# Keras makes no copy of a Lambda, so the check with random weights has nothing to work on.
NOT_COPIED = ("softmax in a Lambda",)
CHEAP = {"baselines": False, "noise_samples": 1}


def target_of(name: str):
    return vislib.targets.Output(CASES[name].unit) if name == "embedding" else None


@pytest.mark.parametrize("name", CASES)
def test_measures_of_any_network_are_finite_or_a_sentence(name):
    if name in NOT_COPIED:
        with pytest.raises(ModelError, match=r"cannot be copied.*randomize=False"):
            trust.measure([SALIENCY], loaded(name), CASES[name].image, target_of(name), **CHEAP)
    randomize = name not in NOT_COPIED
    (found,) = trust.measure([SALIENCY], loaded(name), CASES[name].image, target_of(name), randomize=randomize, **CHEAP)
    numbers = [value for value in found.row().values() if isinstance(value, float)]
    assert len(numbers) == (0 if found.empty else 7 + randomize)
    assert np.isfinite(numbers).all()
    if loaded(name).task.has_classes:
        assert 0 <= found.deletion <= 1
        assert 0 <= found.confidence_drop <= 1


@pytest.mark.parametrize("name", ["regression", "two outputs", "unknown task", "segmentation"])
def test_deletion_and_insertion_equal_a_plain_loop(name):
    """By Keras alone; the value of a region of a segmentation is the mean probability over its pixels."""
    classifier = loaded(name)
    (found,) = trust.measure([SALIENCY], classifier, IMAGE, randomize=False, **CHEAP)
    values = found.heatmap.values
    index = found.heatmap.class_index
    whole = keras_outputs(name, IMAGE[None])[0]
    region = whole.argmax(axis=-1) == index if whole.ndim == 3 else None
    order = np.argsort(-values.ravel(), kind="stable")
    for start, end, curve in (
        (IMAGE, cover_image(IMAGE, "grey"), found.deletion_curve),
        (cover_image(IMAGE, "blur"), IMAGE, found.insertion_curve),
    ):
        pictures = np.stack([start.reshape(-1, 3)] * len(curve.shares))
        for picture, share in zip(pictures, curve.shares, strict=True):
            changed = order[: round(share * SIDE * SIDE)]
            picture[changed] = end.reshape(-1, 3)[changed]
        outputs = keras_outputs(name, pictures.reshape(-1, SIDE, SIDE, 3))
        expected = [each[index] if region is None else each[region, index].mean() for each in outputs]
        np.testing.assert_allclose(curve.scores, expected, rtol=2e-3, atol=1e-4)


@pytest.mark.parametrize(("bias", "drop"), [(0.0, 1.0), (-2.0, 0.78 / 1.22)])
def test_confidence_of_a_number_is_relative_to_its_size(bias, drop):
    """y = the mean of the image + bias: a map that is highest at one black pixel shows nothing of it."""
    model = of_flat(keras.layers.Dense(1))
    model.set_weights([np.full((SIDE * SIDE * 3, 1), 1 / (SIDE * SIDE * 3), np.float32), np.full(1, bias, np.float32)])
    classifier = classifier_of(model, task="regression")
    image = np.full((SIDE, SIDE, 3), round(0.78 * 255 * SIDE**2 / (SIDE**2 - 1)), np.uint8)
    image[2, 3] = 0
    values = np.zeros((SIDE, SIDE), np.float32)
    values[2, 3] = 1
    target = classifier.target(0)
    before, after = classifier.logits(image)[0], classifier.logits(np.zeros_like(image))[0]
    expected = (before - after) / abs(before)
    assert expected == pytest.approx(drop, rel=0.01)
    assert trust.confidence_drop(classifier, image, values, target) == pytest.approx(expected, rel=1e-4)
    assert not trust.confidence_increases(classifier, image, values, target)
    falling = -1.0 * target
    assert trust.confidence_drop(classifier, image, values, falling) == 0
    assert trust.confidence_increases(classifier, image, values, falling)


@pytest.mark.parametrize("name", ["regression", "segmentation", "multi-label", "embedding", "unknown task"])
def test_grid_of_a_network_without_one_class_an_image_is_refused(name):
    with pytest.raises(ParameterError, match=r"gives each image one class.*Leave the grid out"):
        trust.make_grid(loaded(name), [IMAGE, random_image(seed=1)])
