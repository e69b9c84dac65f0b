"""The icons that come with the built-in networks: whole, small, and those of the images that they name."""

import numpy as np
import pytest
from tiny_models import random_image, tiny

import vislib
from scripts.make_icons import IMAGES, sample_set
from vislib.activations.places import strongest_places
from vislib.activations.shipped_places import FOLDER, places_bytes, read_places, shipped_places


@pytest.mark.parametrize("name", ["digits", "cifar10"])
def test_shipped_places_are_those_of_the_sample_images(name):
    classifier = vislib.load_classifier(name)
    shipped, made = shipped_places(classifier), strongest_places(classifier, sample_set(name))
    assert shipped.layers == made.layers
    assert (shipped.titles, shipped.source) == (made.titles, made.source)
    np.testing.assert_array_equal(shipped.images, made.images)
    np.testing.assert_allclose(shipped.values, made.values, rtol=2e-3, atol=1e-3)
    same = (shipped.rows == made.rows) & (shipped.columns == made.columns) & (shipped.numbers == made.numbers)
    assert same[shipped.values > 0].mean() > 0.99  # of equal activations a rounding may choose another


def test_icons_of_the_default_network_need_no_images(classifier):
    found = vislib.icons(classifier, "head_relu", channels=[0, 700])
    assert found.pictures.shape == (2, 64, 64, 3)
    assert found.source == "11 photographs"
    sample = sample_set("efficientnet-lite0")
    made = strongest_places(classifier, sample, ["head_relu"])
    np.testing.assert_allclose(found.values, made.values[[0, 700]], rtol=2e-3, atol=1e-3)


def test_every_network_that_comes_with_its_weights_has_icons_and_all_are_small():
    files = {path.stem: path.stat().st_size for path in FOLDER.glob("*.npz")}
    assert set(files) == set(IMAGES)
    assert sum(files.values()) < 600_000


def test_what_is_written_is_read_again():
    images = np.stack([random_image(seed=seed) for seed in range(3)])
    places = strongest_places(tiny("conv_relu"), images)
    read = read_places(places_bytes(places))
    assert read.suits(tiny("conv_relu"))
    np.testing.assert_array_equal(read.images, places.images)
    np.testing.assert_array_equal(read.rows, places.rows)
    np.testing.assert_allclose(read.values, places.values, rtol=1e-3)


def test_other_networks_and_damaged_files_have_none(tmp_path, monkeypatch):
    assert shipped_places(tiny("conv_relu")) is None
    monkeypatch.setattr("vislib.activations.shipped_places.FOLDER", tmp_path)
    (tmp_path / "digits.npz").write_bytes(b"PK\x03\x04 broken")
    assert shipped_places(vislib.load_classifier("digits")) is None
