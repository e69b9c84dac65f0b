"""A set of images on a plane, against a singular value decomposition; and all thumbnails in one picture."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from vislib import ParameterError
from vislib.neighbours.set_map import positions, sprites


def test_pca_equals_a_singular_value_decomposition():
    vectors = np.random.default_rng(0).normal(size=(30, 7)) * [9, 4, 1, 1, 1, 1, 1]
    found, shown = positions(vectors)
    centred = vectors - vectors.mean(axis=0)
    _, values, directions = np.linalg.svd(centred)
    expected = centred @ directions[:2].T
    for axis in range(2):
        correlation = np.corrcoef(found[:, axis], expected[:, axis])[0, 1]
        assert abs(correlation) == pytest.approx(1, abs=1e-5)
    assert np.ptp(found[:, 0]) / np.ptp(found[:, 1]) == pytest.approx(np.ptp(expected[:, 0]) / np.ptp(expected[:, 1]))
    assert shown == pytest.approx((values[:2] ** 2).sum() / (values**2).sum())
    assert (found.min(), found.max()) == (0, 1)


@pytest.mark.parametrize("vectors", [np.ones((1, 5)), np.ones((4, 5)), np.arange(3.0)[:, None]])
def test_few_or_equal_vectors_have_places(vectors):
    found, shown = positions(vectors)
    assert found.shape == (len(vectors), 2)
    assert np.isfinite(found).all()
    assert 0 <= shown <= 1


def test_missing_umap_and_wrong_name_are_sentences(monkeypatch):
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(ParameterError, match="UMAP needs the package umap-learn: pip install umap-learn"):
        positions(np.eye(4), "umap")
    with pytest.raises(ParameterError, match="one of pca, umap; not 't-sne'"):
        positions(np.eye(4), "t-sne")


def test_umap_of_few_images_is_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "umap", SimpleNamespace(UMAP=None))
    with pytest.raises(ParameterError, match="UMAP needs at least 10 images; not 4"):
        positions(np.eye(4), "umap")


def test_sprites_stand_in_rows():
    colours = [(200, 0, 0), (0, 200, 0), None, (0, 0, 200), (9, 9, 9)]
    made = sprites((colour and Image.new("RGB", (5, 4), colour) for colour in colours), 5, side=4)
    assert made.size == (12, 8)
    for number, colour in enumerate(colours):
        assert made.getpixel((number % 3 * 4 + 1, number // 3 * 4 + 1)) == (colour or (128, 128, 128))
