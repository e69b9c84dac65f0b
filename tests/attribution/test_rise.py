"""RISE against its equation written out mask by mask, and against its expectation for a linear network."""

import functools

import numpy as np
import pytest
from tiny_models import classifier_of, keras_logits, random_image, seeded, tiny

import vislib
from vislib.attribution.fills import FILLS, cover_image
from vislib.attribution.rise import Rise
from vislib.backend import keras
from vislib.network.masking import make_masks


def explain(classifier, image, class_index=1, **params):
    return vislib.explain("rise", classifier, image, class_index, **params)


def bilinear(n, size):
    """(size, n): row i says how much of each of n cells goes into pixel i of size; centres aligned, edges held."""
    weights = np.zeros((size, n))
    for i in range(size):
        place = np.clip((i + 0.5) * n / size - 0.5, 0, n - 1)
        below = int(place)
        weights[i, below] += 1 - (place - below)
        if below + 1 < n:
            weights[i, below + 1] += place - below
    return weights


def masks_written_out(random, n_masks, size, n_cells, p):
    """Section 3.2, one mask after the other."""
    cell = [int(np.ceil(side / n_cells)) for side in size]
    for _ in range(n_masks):
        grid = random.random((n_cells, n_cells)) < p
        top, left = random.integers(0, cell[0]), random.integers(0, cell[1])
        down, across = (bilinear(n_cells, (n_cells + 1) * step) for step in cell)
        yield (down @ grid @ across.T)[top : top + size[0], left : left + size[1]]


@functools.cache
def odd_classifier():
    inputs = keras.Input((13, 17, 3))
    x = keras.layers.Conv2D(6, 3, activation="relu")(inputs)
    x = keras.layers.Dense(4, activation="softmax")(keras.layers.Flatten()(x))
    return classifier_of(seeded(keras.Model(inputs, x)), input_size=None)


@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize(("n_masks", "n_cells", "p"), [(5, 4, 0.5), (40, 7, 0.3), (17, 13, 0.9)])
def test_equation_6_written_out_same_map(fill, n_masks, n_cells, p):
    classifier, image = odd_classifier(), random_image(13, 17)
    cover = cover_image(image, fill, 90, 3).astype(float)
    masks = np.stack(list(masks_written_out(np.random.default_rng(3), n_masks, (13, 17), n_cells, p)))
    scores = keras_logits(classifier, [mask[..., None] * image + (1 - mask[..., None]) * cover for mask in masks])[:, 1]
    uncentred = sum(score * mask for score, mask in zip(scores, masks, strict=True)) / (p * n_masks)
    centred = sum((score - scores.mean()) * mask for score, mask in zip(scores, masks, strict=True)) / (p * n_masks)
    params = {"n_masks": n_masks, "n_cells": n_cells, "p": p, "fill": fill, "grey": 90, "seed": 3}
    heatmap = explain(classifier, image, **params)
    reach = np.abs(scores).max()
    np.testing.assert_allclose(heatmap.details["scores"], scores, atol=1e-5 * reach)
    np.testing.assert_allclose(heatmap.details["uncentred"], uncentred, atol=1e-5 * reach)
    np.testing.assert_allclose(heatmap.values, centred, atol=1e-5 * reach)
    assert np.abs(centred).max() > 1e-3 * reach


def test_linear_network_near_its_expectation():
    """S(λ) → Cov(f, M(λ)) / p = (1 − p) Σ_μ g(μ) Σ_cells E[a(μ) a(λ)], a a cell's share in a pixel, g = w·(x − fill).

    The expectation is over the nine places within a cell; cells are independent with variance p (1 − p).
    """
    classifier, image = tiny("linear"), random_image()
    kernel = classifier.model.get_weights()[0].reshape(12, 12, 3, 3)[..., 2]
    added = (kernel * (image / 255 - 127 / 255)).sum(axis=-1)
    shares = [bilinear(4, 15)[start : start + 12] for start in range(3)]
    together = np.mean([share @ share.T for share in shares], axis=0)  # (pixel, pixel) along one side
    expected = (1 - 0.4) * together @ added @ together
    heatmap = explain(classifier, image, 2, n_masks=4000, n_cells=4, p=0.4)
    assert np.abs(heatmap.values - expected).max() < 0.15 * np.abs(expected).max()
    assert np.corrcoef(heatmap.values.ravel(), expected.ravel())[0, 1] > 0.99


def test_constant_added_to_all_logits_same_map():
    """What centring is for; the paper's map changes."""
    shifted = keras.models.clone_model(tiny("conv_relu").model)
    kernel, bias = tiny("conv_relu").model.get_weights()[-2:]
    shifted.set_weights([*tiny("conv_relu").model.get_weights()[:-2], kernel, bias + 5])
    first, second = (explain(classifier, random_image()) for classifier in (tiny("conv_relu"), classifier_of(shifted)))
    np.testing.assert_allclose(second.values, first.values, atol=1e-5)
    assert np.abs(second.details["uncentred"] - first.details["uncentred"]).min() > 4


def test_image_that_is_the_fill_already_zero():
    heatmap = explain(tiny("conv_relu"), np.full((12, 12, 3), 127, np.uint8))
    np.testing.assert_allclose(heatmap.values, 0, atol=1e-5)


@pytest.fixture
def masked(monkeypatch) -> list:
    """The masks of each batch, as the network is given them."""
    network, given = tiny("conv_relu").network, []
    masked_values = network.masked_values
    monkeypatch.setattr(
        network, "masked_values", lambda *arguments: given.append(arguments[2]) or masked_values(*arguments)
    )
    return given


def test_masks_mean_is_p_at_every_pixel_and_range_0_to_1(masked):
    explain(tiny("conv_relu"), random_image(), n_masks=4000, n_cells=5, p=0.3)
    masks = np.concatenate([make_masks(one.kind, (12, 12), one.shared, one.each) for one in masked])
    assert masks.shape == (4000, 12, 12)
    np.testing.assert_allclose(masks.mean(axis=0), 0.3, atol=0.03)
    assert masks.min() == pytest.approx(0, abs=1e-6)
    assert masks.max() == pytest.approx(1, abs=1e-6)
    assert ((masks > 0.01) & (masks < 0.99)).any()


def test_masks_computed_in_batches_last_partial_is_the_result(masked):
    calls = []
    heatmap = vislib.explain(
        "rise", tiny("conv_relu"), random_image(), 1, lambda *call: calls.append(call), n_masks=40, n_cells=4
    )
    assert list(map(len, masked)) == [16, 16, 8]
    assert [call[:2] for call in calls] == [(0, 40), (16, 40), (32, 40), (40, 40)]
    np.testing.assert_array_equal(calls[-1][2], heatmap.values)


def test_every_partial_map_is_that_of_its_masks_alone():
    """Half way it is what a run of half as many masks would give: nothing of those to come is in it."""
    calls = []
    vislib.explain("rise", tiny("conv_relu"), random_image(), 1, lambda *call: calls.append(call), n_masks=40)
    assert [done for done, *_ in calls] == [0, 16, 32, 40]
    for done, _, partial in calls[1:]:
        alone = explain(tiny("conv_relu"), random_image(), n_masks=done).values
        np.testing.assert_allclose(partial, alone, rtol=0, atol=1e-5 * np.abs(alone).max())


def test_cells_default_seven_or_the_input_if_smaller(classifier):
    assert Rise().resolved(classifier).n_cells == 7
    with pytest.raises(vislib.ParameterError, match=r"at most 12, the input's side; not 13"):
        explain(tiny("conv_relu"), random_image(), n_cells=13)


@pytest.mark.parametrize(("label", "half"), [("espresso", np.s_[:, 112:]), ("Egyptian cat", np.s_[:, :112])])
def test_collage_map_in_the_half_of_its_class(label, half, classifier, collage):
    heatmap = explain(classifier, collage, classifier.class_index(label), n_masks=64)
    positive = np.maximum(heatmap.values, 0)
    assert positive[half].sum() > 0.5 * positive.sum()
