"""Scores of masks and sizes against plain loops; the training on scenes repeats; the cards hold the scores."""

from dataclasses import replace

import numpy as np
import pytest

from scripts.scene_card import scene_card
from scripts.scene_scores import mask_scores, size_scores
from scripts.scene_training import SCENE_RECIPES, SceneTraining, train_on_scenes
from vislib.backend import keras
from vislib.training import Dataset
from vislib.training.scene_networks import SCENE_NETWORKS
from vislib.training.scenes import Scenes, make_scenes


class Fixed:
    """A network whose outputs are known: the batches of an array, one after the other."""

    def __init__(self, outputs: np.ndarray):
        self.outputs, self.start = outputs, 0

    def __call__(self, images: np.ndarray, training: bool) -> np.ndarray:
        assert not training
        self.start += len(images)
        return self.outputs[self.start - len(images) : self.start]


@pytest.fixture(scope="module")
def blocks() -> Dataset:
    """Digits 0 and 1 as solid blocks, tall and wide."""
    images = np.zeros((2, 28, 28, 1), np.uint8)
    images[0, 4:24, 10:18], images[1, 10:18, 4:24] = 255, 255
    return Dataset("blocks", tuple("0123456789"), images, np.arange(2), images, np.arange(2))


def test_mask_scores_equal_a_plain_loop():
    rng = np.random.default_rng(0)
    masks, outputs = rng.integers(0, 3, (300, 4, 4)).astype(np.uint8), rng.random((300, 4, 4, 4))
    outputs[..., 3] = 0  # a class that neither has
    scores = mask_scores(Fixed(outputs), Scenes(np.zeros((300, 4, 4, 1), np.uint8), masks, np.zeros((300, 2))))
    predicted = outputs.argmax(axis=-1)
    for index in range(3):
        both, either = ((masks == index) & (predicted == index)), ((masks == index) | (predicted == index))
        assert scores.iou[index] == pytest.approx(both.sum() / either.sum())
    assert np.isnan(scores.iou[3])
    assert scores.mean_iou == pytest.approx(scores.iou[:3].mean())
    assert scores.pixel_accuracy == pytest.approx((masks == predicted).mean())
    assert scores.background == pytest.approx((masks == 0).mean())


def test_size_scores_equal_a_plain_loop():
    rng = np.random.default_rng(1)
    sizes, errors = rng.uniform(10, 40, (300, 2)), rng.normal(0, 2, (300, 2))
    scores = size_scores(
        Fixed(sizes + errors), Scenes(np.zeros((300, 4, 4, 1), np.uint8), np.zeros((300, 4, 4)), sizes)
    )
    assert scores.mean_error == pytest.approx(np.abs(errors).mean(axis=0))
    assert (np.abs(errors) <= scores.error_95).mean(axis=0) == pytest.approx(0.95, abs=0.005)
    best = [min(np.abs(sizes[:, i] - constant).mean() for constant in np.arange(10, 40, 0.05)) for i in (0, 1)]
    assert scores.constant_error == pytest.approx(best, abs=0.01)


def small(name: str, seed: int) -> keras.Model:
    """A network for scenes with few layers, so that little is traced."""
    keras.utils.set_random_seed(seed)
    x = scenes = keras.Input((64, 64, 1))
    if name == "digit-size":
        x = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(4, 5, 4, activation="relu")(x))
        return keras.Model(scenes, keras.layers.Dense(2)(x))
    return keras.Model(scenes, keras.layers.Conv2D(11, 3, padding="same", activation="softmax")(x))


@pytest.mark.parametrize("name", SCENE_RECIPES)
def test_training_repeats_and_lowers_the_loss(name, blocks, monkeypatch):
    monkeypatch.setitem(SCENE_NETWORKS, name, lambda seed: small(name, seed))
    recipe = SCENE_RECIPES[name]
    short = replace(recipe, n_scenes=16, options=replace(recipe.options, epochs=2, batch_size=4, validation_share=0.25))
    first, second = (train_on_scenes(name, blocks, short) for _ in range(2))
    assert first.losses == second.losses
    assert first.losses[1][0] < first.losses[0][0]
    assert first.best_epoch == 1 + int(np.argmin([validation for _, validation in first.losses]))
    for one, other in zip(first.model.get_weights(), second.model.get_weights(), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("name", SCENE_RECIPES)
def test_card_has_seed_data_and_scores(name, blocks):
    recipe = SCENE_RECIPES[name]
    model = SCENE_NETWORKS[name](0)
    scenes = make_scenes(blocks.test_images, blocks.test_labels, 3, 0)
    scores = mask_scores(model, scenes) if recipe.truth == "masks" else size_scores(model, scenes)
    card = scene_card(name, recipe, SceneTraining(model, ((2.0, 1.5), (1.0, 1.75)), 1, 60.0), scores, "Made up.")
    expected = scores.iou[:1] if recipe.truth == "masks" else [*scores.mean_error, *scores.error_95]
    digits = 3 if recipe.truth == "masks" else 2
    for part in (
        f"seed {recipe.options.seed}",
        "Made up.",
        "epoch 1",
        "1.5000",
        "2,000 test scenes",
        "not photographs",
    ):
        assert part in card
    for value in expected:
        assert f"| {value:.{digits}f} |" in card


def test_training_that_explodes_is_an_error(blocks):
    recipe = SCENE_RECIPES["digit-size"]
    options = replace(
        recipe.options, epochs=1, batch_size=8, learning_rate=100.0, optimizer="sgd", validation_share=0.5
    )
    with pytest.raises(FloatingPointError, match="after epoch 1"):
        train_on_scenes("digit-size", blocks, replace(recipe, n_scenes=64, options=options))


def test_networks_have_the_published_shapes():
    unet, cnn = (SCENE_NETWORKS[name](3) for name in SCENE_RECIPES)
    assert unet.output_shape == (None, 64, 64, 11)
    assert cnn.output_shape == (None, 2)
    kinds = {type(layer) for layer in unet.layers}
    assert {keras.layers.MaxPooling2D, keras.layers.UpSampling2D, keras.layers.Concatenate} <= kinds
