"""Networks of any number of bands: what reaches the network, and what is refused with a way on."""

import re

import numpy as np
import pytest
import tiny_models
from tiny_models import SIDE, classifier_of, seeded

import vislib
from vislib import ImageError, ModelError, ParameterError, Preprocessing, load_classifier
from vislib.backend import keras

layers = keras.layers
RANDOM = np.random.default_rng(0)


def of_bands(n_bands, **changes):
    inputs = keras.Input((SIDE, SIDE, n_bands))
    x = layers.Conv2D(6, 3, activation="relu", name="conv1")(inputs)
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x)))
    return classifier_of(seeded(model), **{"preprocess": "as it is", **changes})


@pytest.mark.parametrize("n_bands", [2, 4, 5, 13, 32])
@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.float32, np.float64])
def test_predict_agrees_with_keras(n_bands, kind):
    classifier = of_bands(n_bands)
    scene = RANDOM.integers(0, 120, (SIDE, SIDE, n_bands)).astype(kind)
    if kind not in (np.uint8,):
        scene -= kind(50)
    expected = classifier.model.predict(scene[None].astype(np.float32), verbose=0)[0]
    got = {one.index: one.probability for one in classifier.predict(scene)}
    np.testing.assert_allclose([got[index] for index in range(3)], expected, atol=1e-6)
    assert (classifier.resize(scene).dtype, classifier.resize(scene).shape) == (np.float32, (SIDE, SIDE, n_bands))


def test_numbers_per_band_closed_form():
    preprocess = Preprocessing("of its bands", mean=(1, 20, 300, 4, 5), scale=(2, 10, 100, -1, 0.5))
    classifier = of_bands(5, preprocess=preprocess)
    scene = RANDOM.random((SIDE, SIDE, 5)) * 100
    given = classifier.preprocess_input(classifier.resize(scene)[None])[0]
    np.testing.assert_allclose(given, (scene - [1, 20, 300, 4, 5]) / [2, 10, 100, -1, 0.5], rtol=1e-5, atol=1e-4)


def test_statistics_of_bands_become_the_preprocessing():
    scene = RANDOM.random((30, 40, 4)) * [1, 10, 100, 1000] + 7
    found = vislib.images.bands.statistics(scene)
    preprocess = Preprocessing("standardized", np.array([one.mean for one in found]), [one.std for one in found])
    values = preprocess(scene[None], 4)
    np.testing.assert_allclose(values.mean(axis=(0, 1, 2)), 0, atol=1e-4)
    np.testing.assert_allclose(values.std(axis=(0, 1, 2)), 1, atol=1e-4)


@pytest.mark.parametrize(("mean", "channels"), [((1.0,) * 5, 3), ((1.0,) * 3, 5), ((1.0, 2.0), 1)])
def test_numbers_for_other_bands_refused(mean, channels):
    with pytest.raises(ModelError, match="preprocessing 'mine' is for"):
        of_bands(channels, preprocess=Preprocessing("mine", mean=mean))


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"scale": (1, 0)}, "other than 0"),
        ({"mean": (np.nan,)}, "finite"),
        ({"mean": ((1, 2),)}, "one per channel"),
        ({"crop_fraction": 0}, "above 0"),
        ({"crop_fraction": 1.5}, "at most 1"),
        ({"crop_fraction": 0.5, "letterbox": True}, "leave one out"),
    ],
)
def test_preprocessing_of_impossible_numbers_refused(given, match):
    with pytest.raises(ParameterError, match=match):
        Preprocessing("mine", **given)


def test_colour_preprocessing_for_bands_refused():
    with pytest.raises(ModelError, match="takes images of 5 channels, and the preprocessing 'caffe bgr' is for colour"):
        of_bands(5, preprocess="caffe bgr")


@pytest.mark.parametrize(
    ("image", "match"),
    [
        (np.zeros((20, 20, 3)), r"images of 5 bands, arrays \(H, W, 5\) as from vislib\.load_bands; .*\(20, 20, 3\)\."),
        (np.zeros((20, 20)), "5 bands"),
        ([[1]], "not list"),
        (np.full((20, 20, 5), np.nan), "2,000 of the image's 2,000 values"),
        (np.zeros((20, 20, 5), complex), "complex128, not numbers"),
        (np.zeros((20, 20, 5), bool), "bool, not numbers"),
    ],
)
def test_other_images_refused(image, match):
    with pytest.raises(ImageError, match=match):
        of_bands(5).predict(image)


def test_ways_on_of_refusals_work():
    classifier, scene = of_bands(5), RANDOM.random((20, 30, 5))
    expected = classifier.logits(scene)
    missing = scene.copy()
    missing[3, 4] = np.nan
    for wrong in (np.moveaxis(scene, -1, 0), missing):
        with pytest.raises(ImageError) as caught:
            classifier.predict(wrong)
        (way,) = re.findall(r"np\.\w+\(.*?\)", str(caught.value))
        np.testing.assert_allclose(classifier.logits(eval(way, {"np": np, "image": wrong})), expected, atol=0.1)


def test_file_of_a_network_of_bands_is_tried_like_any_other(tmp_path, monkeypatch):
    """The child runs it once and checks the sizes of its outputs, before it is loaded in this process."""
    from vislib.model_file import trial
    from vislib.model_file.keras_model import load_checked
    from vislib.model_file.look import look

    of_bands(6).model.save(tmp_path / "bands.keras")
    tried = []
    monkeypatch.setattr(trial, "check_graph", lambda graph: tried.append(tuple(graph.input.shape)))
    trial.try_model(load_checked(look(tmp_path / "bands.keras")))
    assert tried == [(None, SIDE, SIDE, 6)]


def test_names_of_a_model_of_bands_in_the_error_work():
    inputs = keras.Input((SIDE, SIDE, 6))
    model = keras.Model(inputs, layers.Dense(3)(layers.Flatten()(inputs)))
    with pytest.raises(ModelError, match="as it is"):
        load_classifier(model)
    assert load_classifier(model, preprocess="as it is").channels == 6


def test_predictions_by_preprocessing_of_bands():
    from vislib.loading.preprocessing_choice import predictions_by_preprocessing

    found = predictions_by_preprocessing(of_bands(5), RANDOM.random((20, 20, 5)))
    assert list(found) == ["0..1", "-1..1", "efficientnet-lite", "grey inverted", "as it is"]


def test_as_it_is_of_pictures_same_as_0_255():
    image, model = tiny_models.random_image(20, 20), tiny_models.conv_relu()
    got = [classifier_of(model, preprocess=name).predict(image) for name in ("as it is", "0..255")]
    assert got[0] == got[1]
