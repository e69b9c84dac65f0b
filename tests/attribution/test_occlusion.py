"""Occlusion against a plain loop that covers one patch at a time, and against a closed form."""

import dataclasses
import functools
import itertools

import numpy as np
import pytest
from PIL import Image
from tiny_models import PLAIN, classifier_of, keras_logits, random_image, seeded, tiny

import vislib
from vislib.attribution.fills import FILLS
from vislib.attribution.occlusion import Occlusion
from vislib.backend import keras


def explain(classifier, image, class_index=1, **params):
    return vislib.explain("occlusion", classifier, image, class_index, **params)


def starts(side, patch, stride):
    """First pixels of the patches, written out: a step at a time, the last one moved back inside."""
    found, start = [], 0
    while start + patch < side:
        found.append(start)
        start += stride
    return [*found, side - patch]


def plain_loop(classifier, image, cover, class_index, patch, stride):
    """(map, drops, probabilities, winners) with one whole picture for each patch through Keras's own model."""
    tops, lefts = (starts(side, patch, stride) for side in image.shape[:2])
    pictures = [image]
    for top, left in itertools.product(tops, lefts):
        covered = image.copy()
        covered[top : top + patch, left : left + patch] = cover[top : top + patch, left : left + patch]
        pictures.append(covered)
    uncovered, *of_each = keras_logits(classifier, pictures)
    drops, probabilities, winners = (np.zeros((len(tops), len(lefts))) for _ in range(3))
    total, count = np.zeros(image.shape[:2]), np.zeros(image.shape[:2])
    places = itertools.product(enumerate(tops), enumerate(lefts))
    for ((i, top), (j, left)), scores in zip(places, of_each, strict=True):
        drops[i, j] = uncovered[class_index] - scores[class_index]
        probabilities[i, j] = (np.exp(scores) / np.exp(scores).sum())[class_index]
        winners[i, j] = scores.argmax()
        total[top : top + patch, left : left + patch] += drops[i, j]
        count[top : top + patch, left : left + patch] += 1
    return total / count, drops, probabilities, winners


@functools.cache
def odd_classifier():
    inputs = keras.Input((13, 17, 3))
    x = keras.layers.Conv2D(6, 3, activation="relu")(inputs)
    x = keras.layers.Dense(4, activation="softmax")(keras.layers.Flatten()(x))
    return classifier_of(seeded(keras.Model(inputs, x)), input_size=None)


@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize(("patch", "stride"), [(4, 2), (5, 3), (12, 12), (13, 1), (2, 1)])
def test_occlusion_plain_loop_same_map_and_details(fill, patch, stride):
    """13 × 17 pixels: most strides leave a strip at the far edges, covered by patches moved back."""
    classifier, image = odd_classifier(), random_image(13, 17)
    cover = Occlusion(fill=fill, grey=99, seed=3).cover(image)
    values, drops, probabilities, winners = plain_loop(classifier, image, cover, 1, patch, stride)
    heatmap = explain(classifier, image, patch_px=patch, stride_px=stride, fill=fill, grey=99, seed=3)
    reach = np.abs(classifier.logits(image)).max()  # a drop is a difference of two numbers of that size
    np.testing.assert_allclose(heatmap.values, values, rtol=0, atol=1e-5 * reach)
    np.testing.assert_allclose(heatmap.details["drop"], drops, rtol=0, atol=1e-5 * reach)
    np.testing.assert_allclose(heatmap.details["probability"], probabilities, atol=1e-5)
    np.testing.assert_array_equal(heatmap.details["winner"], winners)
    np.testing.assert_array_equal(heatmap.details["tops"], starts(13, patch, stride))
    np.testing.assert_array_equal(heatmap.details["lefts"], starts(17, patch, stride))


def test_occlusion_linear_network_drop_is_weights_times_difference():
    classifier, image = tiny("linear"), random_image()
    kernel = classifier.model.get_weights()[0].reshape(12, 12, 3, 3)[..., 2]
    removed = (kernel * (image / 255 - 127 / 255)).sum(axis=-1)
    expected = removed.reshape(4, 3, 4, 3).sum(axis=(1, 3))
    heatmap = explain(classifier, image, 2, patch_px=3, stride_px=3)
    np.testing.assert_allclose(heatmap.details["drop"], expected, atol=1e-5)
    np.testing.assert_allclose(heatmap.values, expected.repeat(3, axis=0).repeat(3, axis=1), atol=1e-5)
    assert heatmap.signed
    assert heatmap.values.min() < 0 < heatmap.values.max()


def test_occlusion_fill_already_there_no_drop():
    image = np.full((12, 12, 3), 127, np.uint8)
    heatmap = explain(tiny("conv_relu"), image)
    # Some processors round an image of a batch differently from the same image alone, by a unit in the last place.
    rounding = np.finfo(np.float32).eps * np.abs(tiny("conv_relu").logits(image)).max()
    np.testing.assert_allclose(heatmap.values, 0, atol=rounding)


def test_occlusion_defaults_a_seventh_and_half_of_it(classifier, cat):
    resolved = Occlusion().resolved(classifier)
    assert (resolved.patch_px, resolved.stride_px) == (32, 16)
    assert [len(every) for every in resolved.positions((224, 224))] == [13, 13]


def test_occlusion_many_patches_computed_in_batches(monkeypatch):
    classifier = tiny("conv_relu")
    network, sizes, done = classifier.network, [], []
    patched = network.patched

    def counting(*given):
        plain = patched(*given)
        values = lambda patches, *places: sizes.append(len(patches)) or plain.values(patches, *places)  # noqa: E731
        return dataclasses.replace(plain, values=values, batch_size=30)

    monkeypatch.setattr(network, "patched", counting)
    vislib.explain(
        "occlusion",
        classifier,
        random_image(),
        1,
        lambda done_, total, partial=None: done.append((done_, total)),
        patch_px=4,
        stride_px=1,
    )
    assert sizes[0] == 9, "every fourth of 9 x 9 places, for the first coarse map"
    assert sum(sizes) == 81
    assert max(sizes) <= 30
    assert done == [(sum(sizes[:count]), 81) for count in range(len(sizes) + 1)]


def test_occlusion_same_batches_whether_anybody_watches():
    """The size of a batch decides how numbers are rounded, and a script must get the app's own."""
    classifier = vislib.load_classifier("digits")
    watched = vislib.explain("occlusion", classifier, random_image(), 1, lambda *_, partial=None: None, stride_px=1)
    alone = vislib.explain("occlusion", classifier, random_image(), 1, stride_px=1)
    np.testing.assert_array_equal(watched.values, alone.values)


def test_occlusion_last_partial_map_is_the_result():
    partials = []
    heatmap = vislib.explain(
        "occlusion", tiny("conv_relu"), random_image(), 1, lambda done, total, partial=None: partials.append(partial)
    )
    np.testing.assert_array_equal(partials[-1], heatmap.values)


class TestCover:
    def test_cover_grey_is_the_level(self):
        assert (Occlusion(grey=200).cover(random_image()) == 200).all()

    def test_cover_mean_is_the_mean_colour(self):
        image = random_image()
        cover = Occlusion(fill="mean").cover(image)
        np.testing.assert_array_equal(cover[3, 4], np.rint(image.reshape(-1, 3).mean(axis=0)))
        assert (cover == cover[0, 0]).all()

    def test_cover_blur_keeps_brightness_and_loses_detail(self):
        image = random_image(56, 56)
        cover = Occlusion(fill="blur").cover(image)
        assert abs(cover.mean() - image.mean()) < 2
        assert cover.std() < 0.2 * image.std()

    def test_cover_noise_same_for_same_seed_only(self):
        first, again, other = (Occlusion(fill="noise", seed=seed).cover(random_image()) for seed in (1, 1, 2))
        np.testing.assert_array_equal(first, again)
        assert (first != other).mean() > 0.9

    def test_covered_only_the_patch_differs(self):
        image = random_image()
        covered = Occlusion(patch_px=4, stride_px=4, grey=0).covered(image, 2, 5)
        assert (covered[2:6, 5:9] == 0).all()
        covered[2:6, 5:9] = image[2:6, 5:9]
        np.testing.assert_array_equal(covered, image)


def test_occlusion_grey_network_cover_made_grey_as_well():
    classifier, image = tiny("grey"), random_image()
    explainer = Occlusion(patch_px=4, stride_px=4, fill="noise", seed=7)
    drops = [
        [classifier.logits(image)[1] - classifier.logits(explainer.covered(image, top, left))[1] for left in (0, 4, 8)]
        for top in (0, 4, 8)
    ]
    heatmap = explainer.explain(classifier, image, 1)
    assert np.abs(heatmap.values).max() > 1e-4
    np.testing.assert_allclose(heatmap.details["drop"], drops, atol=1e-6)


def test_occlusion_photograph_not_square_uses_the_part_seen(classifier):
    assert PLAIN.crop_fraction is None  # the tests above see whole images; this one a crop
    photograph = np.asarray(Image.fromarray(random_image(20, 30)).resize((300, 200)))
    heatmap = explain(classifier, photograph, 0, patch_px=112, stride_px=112)
    assert heatmap.details["drop"].shape == (2, 2)
    assert heatmap.box.height == heatmap.box.width == pytest.approx(175)


@pytest.mark.parametrize(
    ("label", "half", "least"), [("espresso", np.s_[:, 112:], 0.7), ("Egyptian cat", np.s_[:, :112], 0.5)]
)
def test_occlusion_collage_map_in_the_half_of_its_class(classifier, collage, label, half, least):
    heatmap = explain(classifier, collage, classifier.class_index(label), patch_px=32, stride_px=16, fill="grey")
    positive = np.maximum(heatmap.values, 0)
    assert positive[half].sum() > least * positive.sum()


def test_border_black_square_with_a_fill_inside():
    """The texts' patch for digits: grey with a black border."""
    white = np.full((12, 12, 3), 255, np.uint8)
    covered = Occlusion(patch_px=4, stride_px=4, border_px=1, grey=128).covered(white, 4, 8)
    expected = white.copy()
    expected[4:8, 8:12] = 0
    expected[5:7, 9:11] = 128
    np.testing.assert_array_equal(covered, expected)
