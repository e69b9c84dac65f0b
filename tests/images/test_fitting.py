"""Which part of an image becomes the input: crops, the stretched whole, and the letterbox; bands like colours."""

import numpy as np
import pytest

from vislib.images.fitting import Box, fit_box, resize_bands, resize_box

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("image_size", "input_size", "box"),
    [
        ((100, 200), (48, 48), Box(-50, 0, 200, 200)),
        ((200, 100), (48, 48), Box(0, -50, 200, 200)),
        ((50, 50), (50, 50), Box(0, 0, 50, 50)),
        ((300, 300), (10, 40), Box(0, -450, 300, 1200)),
        ((100, 400), (64, 64), Box(-150, 0, 400, 400)),
    ],
)
def test_letterbox_holds_the_whole_image_in_the_inputs_shape(image_size, input_size, box):
    assert fit_box(image_size, input_size, None, letterbox=True) == box


@pytest.mark.parametrize("image_size", [(1, 1), (1, 300), (200, 3), (97, 31), (33, 34), (4000, 7)])
@pytest.mark.parametrize("input_size", [(12, 12), (28, 17), (224, 224), (1, 5)])
def test_letterbox_any_size_whole_pixels_black_and_image_in_the_middle(image_size, input_size):
    """As tf.image.resize_with_pad: the side that fits is full, the other within a pixel of its proportion."""
    box = fit_box(image_size, input_size, None, letterbox=True)
    shown = resize_box(np.full((*image_size, 3), 200, np.uint8), box, input_size)
    assert set(np.unique(shown)) <= {0, 200}
    scale = max(side / of_input for side, of_input in zip(image_size, input_size, strict=True))
    lengths = []
    for axis in (0, 1):
        filled = np.flatnonzero(shown.max(axis=(1 - axis, 2)))
        lengths.append(len(filled))
        assert filled[-1] - filled[0] + 1 == len(filled)
        before, after = filled[0], input_size[axis] - 1 - filled[-1]
        assert before in (after, after - 1)
        assert abs(len(filled) - max(1, image_size[axis] / scale)) <= 0.5 + 1e-9
    assert lengths[0] == input_size[0] or lengths[1] == input_size[1]


def test_letterbox_of_the_same_shape_is_the_image():
    image = RANDOM.integers(0, 256, (24, 36, 3), dtype=np.uint8)
    for letterbox in (False, True):
        np.testing.assert_array_equal(resize_box(image, fit_box((24, 36), (24, 36), None, letterbox), (24, 36)), image)


def test_letterbox_inside_is_the_image_resized():
    image = RANDOM.integers(0, 256, (20, 40, 3), dtype=np.uint8)
    shown = resize_box(image, fit_box((20, 40), (16, 16), None, letterbox=True), (16, 16))
    np.testing.assert_array_equal(shown[4:12], resize_box(image, Box(0, 0, 20, 40), (8, 16)))
    assert shown[:4].max() == shown[12:].max() == 0


@pytest.mark.parametrize("crop", [(None, False), (0.875, False), (1.0, False), (None, True)])
def test_bands_resized_like_colours(crop):
    """The same filter: rounded to whole numbers, bands are the colours of `resize_box`."""
    image = RANDOM.integers(60, 190, (31, 45, 3), dtype=np.uint8)  # away from 0 and 255, where colours are cut
    box = fit_box((31, 45), (12, 12), *crop)
    bands = resize_bands(np.concatenate([image, image[..., :2]], axis=-1).astype(np.int16), box, (12, 12))
    assert (bands.shape, bands.dtype) == ((12, 12, 5), np.float32)
    np.testing.assert_array_equal(bands[..., :2], bands[..., 3:])
    # Pillow rounds colours after each of its two passes.
    np.testing.assert_allclose(bands[..., :3], resize_box(image, box, (12, 12)), atol=1.01)


def test_bands_keep_their_own_units():
    image = np.stack([np.full((9, 9), value) for value in (-4e3, 1e-6, 7e5)], axis=-1)
    bands = resize_bands(image, Box(0, 0, 9, 9), (4, 5))
    np.testing.assert_allclose(bands[2, 3], [-4e3, 1e-6, 7e5], rtol=1e-6)
