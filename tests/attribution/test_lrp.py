"""LRP as a method: closed form, what it says about biases, and composites."""

import numpy as np
import pytest
from tiny_models import SIDE, classifier_of, random_image, seeded, tiny

import vislib
from vislib.backend import keras
from vislib.errors import ParameterError
from vislib.graph.relevance_rules import COMPOSITES, EPSILON, W_SQUARE, Composite


def with_bias(value: float) -> vislib.Classifier:
    model = keras.models.clone_model(tiny("linear").model)
    kernel, bias = tiny("linear").model.get_weights()
    model.set_weights([kernel, np.full_like(bias, value)])
    return vislib.load_classifier(model, preprocess=tiny("linear").preprocess)


def test_lrp_linear_network_is_weight_times_pixel():
    kernel = tiny("linear").model.get_weights()[0].reshape(SIDE, SIDE, 3, 3)
    for class_index in range(3):
        expected = (kernel[..., class_index] * random_image() / 255).sum(axis=-1)
        heatmap = vislib.explain("lrp", with_bias(0.0), random_image(), class_index, composite="lrp-0")
        np.testing.assert_allclose(heatmap.values, expected, rtol=1e-3, atol=1e-6)
        assert heatmap.signed
        assert heatmap.details["relevance"].shape == (SIDE, SIDE, 3)


def test_lrp_says_what_biases_take_up():
    plain = vislib.explain("lrp", with_bias(0.0), random_image(), 1, composite="lrp-0").score
    heatmap = vislib.explain("lrp", with_bias(plain), random_image(), 1, composite="lrp-0")
    assert heatmap.score == pytest.approx(2 * plain, rel=1e-5)
    assert heatmap.notes[0].endswith("biases and ε take up 50.0 %.")
    assert (
        vislib.explain("lrp", with_bias(-plain / 2), random_image(), 1, composite="lrp-0")
        .notes[0]
        .endswith("biases and ε add 100.0 %.")
    )
    assert vislib.explain("lrp", with_bias(-plain), random_image(), 1).score == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("composite", COMPOSITES)
def test_lrp_each_composite_gives_a_map_of_its_own(composite):
    others = [
        vislib.explain("lrp", tiny("conv_relu"), random_image(), 1, composite=name).values
        for name in COMPOSITES
        if name != composite
    ]
    values = vislib.explain("lrp", tiny("conv_relu"), random_image(), 1, composite=composite).values
    assert all(np.abs(values - other).max() > 0 for other in others)


def test_lrp_composite_of_a_persons_own(monkeypatch):
    monkeypatch.setitem(COMPOSITES, "mine", Composite(W_SQUARE, EPSILON))
    values = vislib.explain("lrp", tiny("conv_relu"), random_image(), 1, composite="mine").values
    assert np.isfinite(values).all()


def test_lrp_unknown_composite_refused_with_the_names():
    with pytest.raises(ParameterError, match=r"`composite` parameter of `LRP` must be one of .*epsilon-plus"):
        vislib.explain("lrp", tiny("conv_relu"), random_image(), composite="deep")


def test_lrp_box_of_bands_is_that_of_the_image_and_said():
    inputs = keras.Input((SIDE, SIDE, 5))
    x = keras.layers.Conv2D(4, 3, activation="relu")(inputs)
    x = keras.layers.GlobalAveragePooling2D()(x)
    classifier = vislib.load_classifier(
        keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(x)), preprocess="as it is"
    )
    bands = np.random.default_rng(0).normal(size=(SIDE, SIDE, 5)).astype(np.float32)
    heatmap = vislib.explain("lrp", classifier, bands, 1, composite="epsilon-gamma-box")
    assert any("lowest and the highest value of each band" in note for note in heatmap.notes)
    bounds = classifier.input_bounds(classifier.resize(bands)[None])
    np.testing.assert_allclose(bounds[0, 0, 0], bands.min(axis=(0, 1)), rtol=1e-5)
    np.testing.assert_allclose(bounds[1, 0, 0], bands.max(axis=(0, 1)), rtol=1e-5)


def test_lrp_bounds_of_a_picture_are_black_and_white():
    bounds = tiny("conv_relu").input_bounds(random_image()[None])
    assert (bounds[0] == 0).all()
    assert (bounds[1] == 1).all()


@pytest.mark.parametrize("style", ["nested", "one_sigmoid", "grey"])
def test_lrp_is_the_same_by_batches(style):
    classifier, images = tiny(style), [random_image(seed=seed) for seed in range(3)]
    explainer = vislib.methods()["lrp"]()
    target = classifier.target(1)
    resized = np.stack([classifier.resize(image) for image in images])
    together = explainer.attribute_many(classifier, resized, [target] * 3)
    for one, image in zip(together, images, strict=True):
        alone = explainer.explain(classifier, image, 1).values
        np.testing.assert_allclose(one.values, alone, rtol=1e-3, atol=1e-5 * np.abs(alone).max())


class Opaque(keras.layers.Layer):
    """A layer of a person's own, whose convolution cannot be seen from outside."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.conv = keras.layers.Conv2D(4, 3)

    def call(self, images):
        return keras.ops.mean(keras.ops.relu(self.conv(images)), axis=(1, 2))


def test_lrp_with_bounds_where_no_layer_with_weights_is_visible():
    inputs = keras.Input((SIDE, SIDE, 3))
    classifier = classifier_of(seeded(keras.Model(inputs, keras.layers.Softmax()(Opaque(name="own")(inputs)))))
    boxed, flat = (
        vislib.explain("lrp", classifier, random_image(), 1, composite=composite)
        for composite in ("epsilon-gamma-box", "epsilon-plus-flat")
    )
    np.testing.assert_array_equal(boxed.values, flat.values)
    assert any("own (Opaque)" in note for note in boxed.notes)
