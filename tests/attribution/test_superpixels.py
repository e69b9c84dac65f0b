"""Superpixels, and what LIME and KernelSHAP share: which pictures are scored, and how."""

import numpy as np
import pytest
from tiny_models import keras_logits, random_image, tiny

import vislib
from vislib.attribution.fills import FILLS, cover_image
from vislib.attribution.kernel_shap import KernelShap
from vislib.attribution.lime import Lime
from vislib.attribution.superpixels import SEGMENTATIONS, every_coalition, superpixels

METHODS = ["lime", "kernel-shap"]
both = pytest.mark.parametrize("method", METHODS)


def assert_without_gaps(labels):
    np.testing.assert_array_equal(np.unique(labels), np.arange(labels.max() + 1))


class TestSuperpixels:
    @pytest.mark.parametrize("n_segments", [1, 8, 40, 150])
    def test_slic_photograph_about_as_many_as_asked_for(self, n_segments, cat):
        labels = superpixels(cat, n_segments)
        assert labels.shape == cat.shape[:2]
        assert_without_gaps(labels)
        assert 2 / 3 * n_segments <= labels.max() + 1 <= 4 / 3 * n_segments

    @pytest.mark.parametrize(
        "image", [random_image(64, 64), np.full((64, 64, 3), 90, np.uint8), random_image(28, 28)[:, :, :1].repeat(3, 2)]
    )
    def test_slic_noise_or_flat_image_still_many(self, image):
        labels = superpixels(image, 20)
        assert_without_gaps(labels)
        assert 2 / 3 * 20 <= labels.max() + 1 <= 2 * 20

    def test_slic_two_colours_none_straddles_their_border(self):
        image = np.zeros((60, 60, 3), np.uint8)
        image[:, 35:] = (250, 180, 20)
        labels = superpixels(image, 9)
        assert labels.max() > 0
        assert not set(labels[:, :35].ravel()) & set(labels[:, 35:].ravel())

    def test_grid_is_rectangles_row_by_row(self):
        expected = np.arange(8).reshape(2, 4).repeat(6, axis=0).repeat(3, axis=1)
        np.testing.assert_array_equal(superpixels(random_image(), 8, "grid"), expected)

    @pytest.mark.parametrize("n_segments", [1, 2, 7, 40, 144])
    def test_grid_other_sides_areas_near_equal(self, n_segments):
        labels = superpixels(random_image(13, 17), n_segments, "grid")
        assert_without_gaps(labels)
        areas = np.bincount(labels.ravel())
        assert 0.75 * n_segments <= len(areas) <= 1.25 * n_segments
        assert areas.max() - areas.min() <= np.sqrt(13 * 17 / n_segments) * 3


def test_every_coalition_three_superpixels_all_eight_once():
    assert {tuple(row) for row in every_coalition(3).astype(int)} == set(np.ndindex(2, 2, 2))
    assert every_coalition(3).shape == (8, 3)


@both
@pytest.mark.parametrize("segmentation", SEGMENTATIONS)
def test_map_is_the_value_of_each_pixels_superpixel(method, segmentation):
    heatmap = vislib.explain(method, tiny("conv_relu"), random_image(), 1, n_segments=9, segmentation=segmentation)
    labels, values = heatmap.details["superpixels"], heatmap.details["superpixel_values"]
    np.testing.assert_array_equal(labels, superpixels(random_image(), 9, segmentation))
    assert len(values) == labels.max() + 1
    for label, value in enumerate(values):
        np.testing.assert_array_equal(heatmap.values[labels == label], np.float32(value))


@both
@pytest.mark.parametrize("fill", FILLS)
def test_pictures_scored_are_the_image_with_some_superpixels_covered(method, fill, monkeypatch):
    classifier, image, batches = tiny("conv_relu"), random_image(), []
    masked_values = classifier.network.masked_values
    monkeypatch.setattr(
        classifier.network, "masked_values", lambda *given: batches.append(masked_values(*given)) or batches[-1]
    )
    params = {"n_segments": 9, "segmentation": "grid", "n_samples": 40, "fill": fill, "grey": 77, "seed": 5}
    vislib.explain(method, classifier, image, 1, **params)
    assert [len(batch) for batch in batches[:2]] == [16, 16]
    coalitions = vislib.methods()[method](**params).coalitions(9)
    cover, labels = cover_image(image, fill, 77, 5), superpixels(image, 9, "grid")
    expected = np.stack([cover] * len(coalitions))
    for picture, coalition in zip(expected, coalitions, strict=True):
        for label in np.flatnonzero(coalition):
            picture[labels == label] = image[labels == label]
    np.testing.assert_allclose(np.concatenate(batches), keras_logits(classifier, expected)[:, 1], atol=1e-5)


@both
def test_last_partial_map_is_the_result(method):
    partials = []
    heatmap = vislib.explain(
        method, tiny("conv_relu"), random_image(), 1, lambda *call: partials.extend(call[2:]), n_segments=20
    )
    partials = [partial for partial in partials if partial is not None]
    assert len(partials) >= 16
    assert not np.array_equal(partials[0], partials[-1])
    np.testing.assert_array_equal(partials[-1], heatmap.values)


@both
def test_many_samples_fitted_only_now_and_then(method, monkeypatch):
    explainer, fits = vislib.methods()[method], []
    fit = explainer.fit
    monkeypatch.setattr(explainer, "fit", lambda self, *scored: fits.append(len(scored[0])) or fit(self, *scored))
    vislib.explain(method, tiny("linear"), random_image(), 1, n_segments=12, n_samples=1600)
    assert len(fits) <= 32
    assert fits[-1] in (1600, 1602)


@both
def test_other_seed_other_map_but_alike(method):
    maps = [vislib.explain(method, tiny("conv_relu"), random_image(), 1, n_segments=20, seed=seed) for seed in (0, 1)]
    first, second = (heatmap.values for heatmap in maps)
    assert not np.array_equal(first, second)
    assert np.corrcoef(first.ravel(), second.ravel())[0, 1] > 0.8


def test_default_superpixels_fewer_for_small_images(classifier):
    assert Lime().resolved(classifier).n_segments == 40
    assert KernelShap().resolved(classifier).n_segments == 20
    assert Lime().resolved(tiny("conv_relu")).n_segments == 9


@both
def test_more_superpixels_than_pixels_refused(method):
    with pytest.raises(vislib.ParameterError, match=r"at most 144, the input's pixels; not 145"):
        vislib.explain(method, tiny("conv_relu"), random_image(), n_segments=145)


@both
def test_single_superpixel_has_all_the_difference(method):
    classifier, image = tiny("conv_relu"), random_image()
    heatmap = vislib.explain(method, classifier, image, 1, n_segments=1)
    shown, covered = keras_logits(classifier, [image, np.full_like(image, 127)])[:, 1]
    share = 1.0 if method == "kernel-shap" else None
    value = float(heatmap.details["superpixel_values"][0])
    assert value == pytest.approx(shown - covered, rel=1e-4) if share else value * (shown - covered) > 0


@both
@pytest.mark.parametrize(("label", "half"), [("espresso", np.s_[:, 112:]), ("Egyptian cat", np.s_[:, :112])])
def test_collage_map_in_the_half_of_its_class(method, label, half, classifier, collage):
    heatmap = vislib.explain(method, classifier, collage, classifier.class_index(label), n_samples=64)
    positive = np.maximum(heatmap.values, 0)
    assert positive[half].sum() > 0.5 * positive.sum()
