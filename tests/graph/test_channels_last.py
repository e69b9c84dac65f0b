"""Networks with channels first: every stack of maps is (h, w, c), also of a layer that vislib cannot copy."""

import numpy as np
import pytest

import vislib
from vislib.backend import keras

layers = keras.layers
FIRST = {"data_format": "channels_first"}
ENDS = {
    "flatten": lambda: layers.Flatten(),
    "reshape": lambda: layers.Reshape((-1,)),
}
WITHOUT_TWIN = {
    "PReLU": lambda: layers.PReLU(shared_axes=[2, 3], alpha_initializer="random_normal", name="odd"),
    "LayerNormalization": lambda: layers.LayerNormalization(axis=[1, 2, 3], name="odd"),
}
IMAGE = np.random.default_rng(0).integers(0, 256, (32, 24, 3), np.uint8)


def classifier_of(end, odd=None) -> vislib.Classifier:
    keras.utils.set_random_seed(0)
    inputs = keras.Input((3, 32, 24))
    x = layers.Conv2D(5, 3, activation="relu", name="conv", **FIRST)(inputs)
    x = layers.Conv2D(5, 3, strides=2, activation="relu", name="last", **FIRST)(x if odd is None else odd()(x))
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(end()(x)))
    return vislib.load_classifier(model, preprocess="0..1")


@pytest.mark.parametrize("end", ENDS)
def test_transposition_before_a_row_is_no_stack_of_maps(end):
    classifier = classifier_of(ENDS[end])
    assert classifier.network.map_layers == ("conv", "last")
    assert vislib.explain("grad-cam", classifier, IMAGE).layer == "last"


@pytest.mark.parametrize("kind", WITHOUT_TWIN)
def test_maps_of_a_layer_that_gets_channels_first_are_those_of_keras(kind):
    classifier = classifier_of(ENDS["flatten"], WITHOUT_TWIN[kind])
    model = classifier.model
    given = (IMAGE / 255).astype(np.float32).transpose(2, 0, 1)[None]
    keras_maps = keras.Model(model.input, model.get_layer("odd").output)(given)[0].numpy().transpose(1, 2, 0)
    assert classifier.network.map_layers == ("conv", "odd", "last")
    np.testing.assert_allclose(vislib.feature_maps(classifier, IMAGE, "odd"), keras_maps, atol=1e-5)
    seen = vislib.explain("saliency", classifier, IMAGE, vislib.targets.Channel("odd", 2))
    assert seen.score == pytest.approx(keras_maps[..., 2].mean(), abs=1e-5)
    assert vislib.explain("grad-cam", classifier, IMAGE, layer="odd").values.any()
