"""Masks of a segmentation: colours, legend, transparency, outline."""

import numpy as np
import pytest
from PIL import Image

import vislib
from vislib.output.masks import OTHER, PALETTE, legend, mask_picture

LABELS = ("background", "cat", "dog", "fox")
MASK = np.array([[0, 0, 0, 0], [0, 2, 2, 1], [0, 2, 2, 1]])


def test_legend_has_the_shares_of_the_pixels_largest_first():
    found = legend(MASK, LABELS)
    assert [(one.index, one.label, one.share) for one in found] == [
        (0, "background", 6 / 12),
        (2, "dog", 4 / 12),
        (1, "cat", 2 / 12),
    ]
    assert [one.colour for one in found] == [None, PALETTE[1], PALETTE[0]]


def test_class_keeps_its_colour_in_another_mask():
    alone = legend(np.where(MASK == 1, 1, 0), LABELS)
    assert alone[1].colour == legend(MASK, LABELS)[2].colour


def test_no_two_segments_have_the_same_colour_until_all_are_in_use():
    n = len(PALETTE)
    labels = tuple(map(str, range(2 * n)))
    two = legend(np.array([[0, 0, n]]), labels)
    assert [one.colour for one in two] == [PALETTE[0], PALETTE[1]]
    every = legend(np.arange(n + 2)[None], labels)
    assert {one.colour for one in every[:n]} == set(PALETTE)
    assert [one.colour for one in every[n:]] == [OTHER, OTHER]


def test_colours_differ_for_people_who_lack_one_kind_of_cone():
    # Viénot, Brettel & Mollon 1999: linear RGB as seen without L or M cones.
    linear = (np.array(PALETTE) / 255) ** 2.2
    for seen in (
        [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
        [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
    ):
        shown = np.clip(linear @ np.array(seen).T, 0, 1) ** (1 / 2.2) * 255
        apart = np.linalg.norm(shown[:, None] - shown[None], axis=2)[np.triu_indices(len(PALETTE), 1)]
        assert apart.min() > 20


def test_mask_alone_has_a_transparent_background():
    drawn = np.array(mask_picture(MASK, LABELS))
    assert drawn.shape == (3, 4, 4)
    assert (drawn[..., 3] == np.where(MASK == 0, 0, 255)).all()
    assert tuple(drawn[1, 1, :3]) == PALETTE[1]


def test_mask_over_a_picture_blends_and_leaves_the_background():
    picture = Image.new("RGB", (8, 6), (100, 50, 200))
    drawn = np.array(mask_picture(MASK, LABELS, picture, 0.6))
    assert drawn.shape == (6, 8, 3)
    assert (drawn[:2] == (100, 50, 200)).all()
    expected = 0.4 * np.array([100, 50, 200]) + 0.6 * np.array(PALETTE[1])
    assert np.abs(drawn[2:, 2:6] - expected).max() <= 1.5


def test_outline_is_white_inside_the_region_and_black_outside():
    mask = np.zeros((40, 40), int)
    region = np.zeros((40, 40), bool)
    region[10:30, 5:25] = True
    picture = Image.new("RGB", (40, 40), (9, 9, 90))
    drawn = np.array(mask_picture(mask, LABELS, picture, outlined=region))
    white, black = ((drawn == colour).all(axis=-1) for colour in ((255,) * 3, (0,) * 3))
    expected = np.zeros_like(region)
    expected[10:30, 5:25] = True
    expected[11:29, 6:24] = False
    np.testing.assert_array_equal(white, expected)
    assert black.sum() == 4 * 20
    assert not (black & region).any()
    assert (drawn[~white & ~black] == (9, 9, 90)).all()


def test_single_pixel_has_a_ring_around_it():
    region = np.zeros((20, 20), bool)
    region[6, 12] = True
    picture = Image.new("RGB", (200, 200), (9, 9, 90))
    drawn = np.array(mask_picture(np.zeros((20, 20), int), LABELS, picture, outlined=region))
    rows, columns = np.nonzero((drawn == 255).all(axis=-1))
    assert (rows.mean(), columns.mean()) == (pytest.approx(65, abs=0.6), pytest.approx(125, abs=0.6))
    distance = np.hypot(rows - 65, columns - 125)
    assert distance.min() > 7.1  # outside the pixel's square of 10
    assert distance.max() < 16
    assert np.array(picture).max() == 90


@pytest.mark.parametrize(
    ("mask", "settings", "said"),
    [
        (np.zeros((2, 2)), {}, "array \\(h, w\\) of class numbers; not float64"),
        (np.zeros((2, 2, 2), int), {}, "not int64 of shape \\(2, 2, 2\\)"),
        (np.full((2, 2), 4), {}, "classes 4 to 4, but there are 4 labels"),
        (MASK, {"opacity": 1.5}, "`opacity` must be from 0 to 1; not 1.5"),
        (MASK, {"outlined": np.ones((2, 2), bool)}, "must have the mask's shape \\(3, 4\\); not \\(2, 2\\)"),
    ],
)
def test_what_is_not_accepted_is_refused(mask, settings, said):
    with pytest.raises(vislib.ParameterError, match=said):
        mask_picture(mask, LABELS, **settings)
