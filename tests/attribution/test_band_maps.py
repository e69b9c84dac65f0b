"""Every method and measure on a network of bands in their own units: no level of 0..255 reaches them."""

import numpy as np
import pytest
from tiny_models import SIDE, classifier_of, seeded

import vislib
from vislib import ModelError, trust
from vislib.attribution.fills import FILLS, black_and_white, cover_image, unit_bands
from vislib.backend import keras
from vislib.trust.confidence import confidence_drop
from vislib.trust.robustness import max_sensitivity

layers = keras.layers
UNITS = np.array([1e-3, 1.0, 40.0, 3e3, 2e5], np.float32)


def of_bands(units=UNITS):
    """A network of five bands whose preprocessing divides each by its unit."""
    inputs = keras.Input((SIDE, SIDE, len(units)))
    x = layers.Conv2D(6, 3, activation="relu", name="conv1")(inputs)
    model = seeded(keras.Model(inputs, layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x))))
    return classifier_of(model, preprocess=vislib.Preprocessing("units", scale=tuple(units)))


SHARES = np.random.default_rng(0).random((SIDE, SIDE, len(UNITS))).astype(np.float32)


@pytest.mark.parametrize("method", sorted(vislib.methods()))
def test_map_same_whatever_the_units(method):
    """Bands in units of their own, with the scale that undoes them, are the same input and the same map."""
    params = {"fill": "mean"} if method in ("lime", "kernel-shap") else {}
    if "n_samples" in {spec for spec in vislib.methods()[method].__dataclass_fields__}:
        params["n_samples"] = 16
    maps = [
        vislib.explain(method, of_bands(units), SHARES * units, 1, **params).values
        for units in (UNITS, np.ones(5, np.float32))
    ]
    assert np.isfinite(maps[0]).all()
    np.testing.assert_allclose(maps[0], maps[1], rtol=1e-2, atol=1e-3 * np.abs(maps[1]).max())


@pytest.mark.parametrize("fill", FILLS)
def test_fill_within_each_bands_range(fill):
    image = SHARES * UNITS - UNITS / 3
    black, white = black_and_white(image)
    cover = cover_image(image, fill)
    assert (cover.dtype, cover.shape) == (np.float32, image.shape)
    assert (cover >= black - 1e-6 * UNITS).all()
    assert (cover <= white + 1e-6 * UNITS).all()
    if fill == "grey":
        np.testing.assert_allclose(cover[3, 4], black + 127 / 255 * (white - black), rtol=1e-5)
        np.testing.assert_allclose(cover_image(image, "grey", 0)[0, 0], black)
        np.testing.assert_allclose(cover_image(image, "grey", 255)[0, 0], white, rtol=1e-5)
    if fill == "mean":
        np.testing.assert_allclose(cover[0, 0], image.mean(axis=(0, 1)), rtol=1e-4)


def test_unit_bands_of_one_value_zero():
    np.testing.assert_array_equal(unit_bands(np.full((2, 2, 3), 7, np.float32)), 0)


def test_measures_same_whatever_the_units():
    found = []
    for units in (UNITS, np.ones(5, np.float32)):
        classifier, image = of_bands(units), SHARES * units
        heatmap = vislib.explain("grad-cam", classifier, image, 1)
        target = heatmap.target
        explainer = vislib.methods()["saliency"]().resolved(classifier)
        found.append(
            [
                confidence_drop(classifier, classifier.resize(image), heatmap.values, target),
                max_sensitivity(explainer, classifier, classifier.resize(image), target, 3),
            ]
        )
        assert found[-1][1] > 0
    np.testing.assert_allclose(*found, rtol=1e-2)


def test_trust_as_a_whole_and_grid():
    classifier, image = of_bands(), SHARES * UNITS
    random = np.random.default_rng(1)
    many = [random.normal(0, 3, len(UNITS)).astype(np.float32) * UNITS * SHARES for _ in range(30)]
    by_class = {classifier.predict(one, 1)[0].index: one for one in many}
    assert len(by_class) > 1
    grid = trust.make_grid(classifier, list(by_class.values()))
    first, *_ = trust.measure([vislib.methods()["grad-cam"]()], classifier, image, grid=grid)
    assert np.isfinite(first.randomized)
    assert (grid.picture.shape, grid.picture.dtype) == (image.shape, np.float32)
    assert 0 <= first.pointing <= 1


def test_pictures_of_bands_refused_with_a_way_that_works():
    from vislib.activation_maximization import deep_dream, maximize

    classifier = of_bands()
    for make in (
        lambda: maximize(classifier, vislib.targets.ClassScore(1), steps=1),
        lambda: deep_dream(classifier, SHARES * UNITS, "conv1"),
    ):
        with pytest.raises(ModelError, match=r"5 bands in units of their own\. vislib\.feature_maps"):
            make()
    assert vislib.feature_maps(classifier, SHARES * UNITS, "conv1").shape == (10, 10, 6)
