"""Batches: every image once an epoch, in a seeded order, shifted and mirrored as asked."""

import numpy as np

from vislib.training.batches import Batches, augmented
from vislib.training.options import TrainingOptions


def _ramp(n: int) -> np.ndarray:
    return np.arange(n, dtype=np.uint8).reshape(n, 1, 1, 1)


def test_every_image_comes_once_an_epoch_in_another_order():
    batches = Batches(_ramp(10), np.arange(10), 4, TrainingOptions())
    orders = []
    for _ in range(2):
        orders.append(np.concatenate([batches[index][1] for index in range(len(batches))]).tolist())
        batches.on_epoch_end()
    assert len(batches) == 3
    assert sorted(orders[0]) == sorted(orders[1]) == list(range(10))
    assert orders[0] != orders[1]


def test_values_are_0_to_1_and_belong_to_their_labels():
    images, labels = Batches(_ramp(10), np.arange(10), 10, TrainingOptions(seed=2))[0]
    assert images.dtype == np.float32
    assert np.allclose(images.ravel() * 255, labels)


def test_without_options_images_keep_their_order():
    assert Batches(_ramp(10), np.arange(10), 4)[2][1].tolist() == [8, 9]


def test_shift_moves_by_at_most_so_many_pixels_both_ways():
    point = np.zeros((400, 9, 9, 1), np.uint8)
    point[:, 4, 4] = 255
    moved = augmented(point, False, 2, (0,))
    places = np.argwhere(moved[..., 0] == 255)[:, 1:] - 4
    assert len(places) == 400
    assert {tuple(place) for place in places} == {(dy, dx) for dy in range(-2, 3) for dx in range(-2, 3)}


def test_flip_mirrors_about_half():
    left = np.zeros((400, 1, 2, 1), np.uint8)
    left[:, 0, 0] = 255
    mirrored = augmented(left, True, 0, (0,))[:, 0, 1, 0] == 255
    assert 150 < mirrored.sum() < 250
