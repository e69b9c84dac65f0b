"""The article's steps on an image: sizes, and that each picture is what its title says (seed-cases.md, The cat)."""

import numpy as np
import pytest
from tiny_models import random_image, tiny

import vislib
from vislib.backend import keras
from vislib.errors import ImageError
from vislib.lessons.story import story, trained_story
from vislib.output.render import rgb_image


@pytest.fixture(scope="module")
def told():
    return {step.key: step for step in story(random_image(400, 320), seed=3)}


def test_case_400_by_320_image_398_by_318_and_391_by_311(told):
    assert told["image"].size == "400 × 320 × 3"
    assert told["three-3x3"].size == "398 × 318 × 3"
    assert told["three-10x10"].size == "391 × 311 × 3"
    assert told["three-3x3"].formulas == ("⌊(400 + 2·0 − 3) / 1⌋ + 1 = 398", "⌊(320 + 2·0 − 3) / 1⌋ + 1 = 318")


def test_case_one_filter_at_a_time(told):
    for size in ("3x3", "10x10"):
        np.testing.assert_allclose(told[f"one-{size}"].maps[..., 0], told[f"three-{size}"].maps[..., 0])


def test_case_relu_the_negative_side_gone(told):
    before, after = told["one-3x3"].maps, told["relu"].maps
    assert before.min() < 0 == after.min()
    np.testing.assert_array_equal(after[before > 0], before[before > 0])


def test_case_pooling_about_a_third_the_size(told):
    assert told["pooled"].maps.shape == (132, 106, 1)
    assert told["pooled"].maps[0, 0, 0] == told["relu"].maps[:3, :3, 0].max()


def test_case_lenets_two_stages(told):
    sizes = [told[key].size for key in ("lenet-c1", "lenet-s2", "lenet-c3", "lenet-s4")]
    assert sizes == ["396 × 316 × 6", "198 × 158 × 6", "194 × 154 × 16", "97 × 77 × 16"]


@pytest.mark.parametrize("key", ["three-3x3", "three-10x10", "lenet-c3"])
def test_convolution_as_keras_makes_it_of_the_step_before(told, key):
    before = told[told[key].before].maps
    expected = keras.ops.conv(
        before[None].astype(np.float32), told[key].kernels.astype(np.float32), data_format="channels_last"
    )
    np.testing.assert_allclose(told[key].maps, expected[0], atol=1e-4)


def test_seed_tells_another_story_and_the_same_again():
    image = random_image(24, 30)
    first, again, other = (story(image, seed)[2].maps for seed in (1, 1, 2))
    assert len(story(image)) == 14
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)


def test_large_image_made_smaller_first():
    assert story(random_image(1000, 600))[0].size == "480 × 288 × 3"


def test_relu_changes_the_cat_and_leaves_some(samples):
    """Whatever the seed: the image is centred, so that no map lies on one side of zero alone."""
    image = vislib.load_image(samples / "cat.jpg")
    for seed in range(5):
        maps = {step.key: step.maps for step in story(image, seed)}
        assert 0.05 < (maps["relu"] == 0).mean() < 0.95


@pytest.mark.parametrize("image", [np.ones((10, 30, 3)), np.ones((30, 30)), np.ones((30, 30, 4))])
def test_story_image_too_small_or_flat_is_explained(image):
    with pytest.raises(ImageError, match="at least 20 × 20 pixels"):
        story(image)


def test_trained_story_maps_are_the_networks():
    classifier, image = tiny("relu_layers"), random_image()
    steps = trained_story(classifier, image)
    assert [step.key for step in steps] == ["image", "conv1", "relu1", "depthwise", "relu2"]
    for step in steps[1:]:
        np.testing.assert_array_equal(step.maps, vislib.feature_maps(classifier, image, step.key))
    assert len(trained_story(classifier, image, most=2)) == 3


def test_rgb_image_from_black_to_full():
    maps = np.zeros((2, 2, 3))
    maps[0, 0], maps[1, 1] = [-1, 0, 3], [3, 3, 3]
    pixels = np.asarray(rgb_image(maps))
    assert pixels[0, 0].tolist() == [0, 64, 255]
    assert np.asarray(rgb_image(np.ones((1, 1, 3)))).tolist() == [[[128, 128, 128]]]
