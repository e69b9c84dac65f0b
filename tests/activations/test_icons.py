"""The icons of channels, against a plain search of every activation and a cut by hand."""

import numpy as np
import pytest
from PIL import Image
from tiny_models import random_image, tiny

import vislib
from vislib import LayerError, ParameterError
from vislib.activations import places as places_module
from vislib.activations.icons import icons
from vislib.activations.patches import cut
from vislib.activations.places import steps, strongest_places
from vislib.errors import DatasetError

IMAGES = np.stack([random_image(seed=seed) for seed in range(5)])


@pytest.mark.parametrize("style", ["conv_relu", "relu_layers", "nested", "grey"])
def test_places_of_all_layers_are_those_of_a_plain_search(style, monkeypatch):
    monkeypatch.setattr(places_module, "_MAX_MAP_BYTES", 4 * 10 * 10 * 12)  # several groups of layers
    found = strongest_places(tiny(style), IMAGES)
    assert tuple(found.layers) == tiny(style).network.map_layers
    for layer, n_channels in found.layers.items():
        maps = np.stack([vislib.feature_maps(tiny(style), image, layer) for image in IMAGES])
        at = found.channels_of(layer)
        assert n_channels == maps.shape[3]
        np.testing.assert_allclose(found.values[at], maps.max(axis=(0, 1, 2)), rtol=1e-4, atol=1e-5)
        for channel in range(n_channels):
            place = tuple(getattr(found, name)[at][channel] for name in ("numbers", "rows", "columns"))
            np.testing.assert_allclose(maps[(*place, channel)], maps[..., channel].max(), rtol=1e-4, atol=1e-5)


def test_icon_is_the_receptive_field_enlarged():
    """conv2 of conv_relu: units see 5 × 5 pixels, 2 apart."""
    shown = icons(tiny("conv_relu"), "conv2", IMAGES, side=20)
    found = strongest_places(tiny("conv_relu"), IMAGES, ["conv2"])
    for channel in range(8):
        row, column = 2 * int(found.rows[channel]), 2 * int(found.columns[channel])
        cut = IMAGES[found.numbers[channel]][row : row + 5, column : column + 5]
        if found.values[channel] > 0:
            np.testing.assert_array_equal(shown.pictures[channel], np.kron(cut, np.ones((4, 4, 1), np.uint8)))
    assert shown.source == "images"
    assert shown.origins[0] == f"number {found.numbers[0]}, row {found.rows[0]}, column {found.columns[0]}"


@pytest.mark.parametrize(("unit", "expected"), [((0, 0), (0, 32)), ((3, 3), (12, 44)), ((7, 7), (32, 64))])
def test_window_of_a_large_field_is_its_middle_moved_into_the_image(unit, expected):
    """Units 8 pixels apart in an image of 64 that see 47 pixels around pixel 8·unit + 4."""
    from vislib.layers.receptive_field import ReceptiveField, Span

    image = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    span = Span(8, (4 - 23,), (4 + 23,))
    drawn = cut(image, ReceptiveField(span, span), unit, (8, 8), 32)
    part = slice(*expected)
    np.testing.assert_array_equal(drawn, image[part, part])


def test_channel_that_is_active_nowhere_is_grey_and_says_so():
    found = strongest_places(tiny("conv_relu"), IMAGES, ["conv1"])
    silent, active = int(found.values.argmin()), int(found.values.argmax())
    found.values[silent] = 0
    shown = icons(tiny("conv_relu"), "conv1", found, [silent, active], side=16)
    assert shown.origins[0] == "active nowhere in these images"
    assert (shown.pictures[0] == 128).all()
    assert (shown.pictures[1] != 128).any()


def test_steps_one_image_of_one_group_each():
    said = [(done, total) for done, total, _ in steps(tiny("conv_relu"), IMAGES)]
    assert said == [(0, 5), (1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


def test_asked_for_what_there_is_not_a_sentence():
    model = tiny("conv_relu")
    with pytest.raises(LayerError, match="go from 0 to 5; not 6"):
        icons(model, "conv1", IMAGES, [6])
    with pytest.raises(ParameterError, match="8 to 512; not 4"):
        icons(model, "conv1", IMAGES, side=4)
    with pytest.raises(DatasetError, match="at most 64"):
        icons(model, "conv1", np.repeat(IMAGES, 13, axis=0))
    with pytest.raises(LayerError, match="There are no icons of layer 'conv2'; there are of conv1"):
        icons(model, "conv2", strongest_places(model, IMAGES, ["conv1"]))


def test_suits_only_its_network():
    found = strongest_places(tiny("conv_relu"), IMAGES)
    assert found.suits(tiny("conv_relu"))
    assert not found.suits(tiny("activation_layers"))


def test_icons_of_a_photograph_have_the_asked_side(classifier, cat):
    small = np.asarray(Image.fromarray(cat).resize((224, 224)))
    shown = icons(classifier, "head_relu", small[None], [0, 5], side=64)
    assert shown.pictures.shape == (2, 64, 64, 3)


def test_network_that_is_not_built_in_asks_for_images():
    with pytest.raises(DatasetError, match="Give `images`"):
        icons(tiny("conv_relu"), "conv1")
