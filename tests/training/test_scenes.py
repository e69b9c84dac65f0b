"""Scenes of digits: the mask and the sizes are those of the picture, and the same seed gives the same scenes."""

import numpy as np
import pytest
from scipy.ndimage import find_objects, label

from vislib.errors import DatasetError
from vislib.training.scenes import LABELS, SIDE_PX, make_scenes


@pytest.fixture(scope="module")
def blocks() -> np.ndarray:
    """Ten digits that are solid blocks of different widths, so that each is one connected piece of a mask."""
    digits = np.zeros((10, 28, 28), np.uint8)
    for number in range(10):
        digits[number, 4:24, 4 : 10 + number] = 255
    return digits


@pytest.fixture(scope="module")
def scenes(blocks):
    return make_scenes(blocks, np.arange(10), 200, 5)


def pieces(mask: np.ndarray) -> list[tuple[int, int]]:
    """Height and width of each connected piece of a mask, the tallest first."""
    found = find_objects(label(mask)[0])
    return sorted(((rows.stop - rows.start, columns.stop - columns.start) for rows, columns in found), reverse=True)


def test_scenes_have_the_stated_shapes(scenes):
    assert (scenes.images.shape, scenes.images.dtype) == ((200, SIDE_PX, SIDE_PX, 1), np.uint8)
    assert (scenes.masks.shape, scenes.masks.dtype) == ((200, SIDE_PX, SIDE_PX), np.uint8)
    assert (scenes.sizes.shape, scenes.sizes.dtype) == ((200, 2), np.float32)
    assert set(np.unique(scenes.masks)) == set(range(len(LABELS)))


def test_sizes_are_those_of_the_tallest_piece_of_the_mask(scenes):
    for mask, size in zip(scenes.masks, scenes.sizes, strict=True):
        assert tuple(size) == pieces(mask)[0]


def test_tallest_digit_leads_by_three_pixels(scenes):
    heights = [[height for height, _ in pieces(mask)] for mask in scenes.masks]
    assert {len(found) for found in heights} == {1, 2, 3}
    assert all(found[0] - found[1] >= 3 for found in heights if len(found) > 1)


def test_mask_has_the_class_of_the_digit(blocks):
    for digit in range(10):
        one = make_scenes(blocks[digit : digit + 1], np.array([digit]), 3, 0)
        assert set(np.unique(one.masks)) == {0, digit + 1}
        assert LABELS[digit + 1] == str(digit)


def test_digits_stand_out_light_and_dark(scenes):
    contrasts = np.array(
        [
            image[mask > 0].mean() - image[mask == 0].mean()
            for image, mask in zip(scenes.images, scenes.masks, strict=True)
        ]
    )
    assert (np.abs(contrasts) > 40).all()
    assert 0.3 < (contrasts > 0).mean() < 0.7


def test_scene_depends_on_seed_and_number_alone(blocks, scenes):
    fewer, other = make_scenes(blocks, np.arange(10), 3, 5), make_scenes(blocks, np.arange(10), 3, 6)
    for field in ("images", "masks", "sizes"):
        assert np.array_equal(getattr(fewer, field), getattr(scenes, field)[:3])
        assert not np.array_equal(getattr(fewer, field), getattr(other, field))


def test_wrong_digits_are_refused(blocks):
    one = np.zeros(1, int)
    for digits, labels, n, problem in (
        (blocks.astype(float), np.arange(10), 1, "uint8 with m at least 1; not .10, 28, 28. float64"),
        (blocks[:0], one[:0], 1, "at least 1; not .0, 28, 28."),
        (blocks, one, 1, "10 digits need one label each, in 0..9"),
        (blocks, np.arange(1, 11), 1, "must be in 0..9; these are from 1 to 10"),
        (blocks, np.arange(10), 0, "number of scenes must be at least 1; not 0"),
        (blocks[:1] * 0, one, 1, "without light strokes on black: 1 of 1"),
    ):
        with pytest.raises(DatasetError, match=problem):
            make_scenes(digits, labels, n, 0)
