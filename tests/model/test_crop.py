"""How an image is fitted: the default of each kind of network, the three ways, and that maps land on the image."""

import keras
import numpy as np
import pytest
import tiny_models
from tiny_models import SIDE, classifier_of, random_image

import vislib
from vislib import ModelError, ParameterError, Preprocessing, load_classifier
from vislib.model.preprocessing import CROPS, PREPROCESSINGS
from vislib.output import render

layers = keras.layers


def thousand_classes():
    inputs = keras.Input((SIDE, SIDE, 3))
    return keras.Model(inputs, layers.Dense(1000, activation="softmax")(layers.Flatten()(inputs)))


@pytest.mark.parametrize("preprocess", [*PREPROCESSINGS, "ResNet", "MobileNetV2", Preprocessing("mine")])
def test_own_model_by_default_stretched_as_keras_loaders_do(preprocess):
    assert load_classifier(tiny_models.conv_relu(), preprocess=preprocess).preprocess.crop == "stretch"


def test_own_model_with_found_preprocessing_stretched():
    model = keras.Sequential([keras.Input((SIDE, SIDE, 3)), layers.Rescaling(1 / 255), tiny_models.conv_relu()])
    assert load_classifier(model).preprocess.crop == "stretch"


@pytest.mark.parametrize(
    ("preprocess", "crop"), [("ResNet", "centre"), ("mobilenet_v2", "centre"), ("-1..1", "stretch")]
)
def test_thousand_classes_centre_if_a_family_is_named(preprocess, crop):
    assert load_classifier(thousand_classes(), preprocess=preprocess).preprocess.crop == crop


def test_built_in_networks_of_imagenet_centre(classifier):
    from vislib.zoo import keras_applications

    assert classifier.preprocess.crop_fraction == 0.875
    assert {one.preprocessing.crop_fraction for one in keras_applications.networks()} == {0.875}


@pytest.mark.parametrize("crop", CROPS)
@pytest.mark.parametrize("preprocess", ["0..1", "ResNet", Preprocessing("mine"), Preprocessing("m", letterbox=True)])
def test_crop_given_goes_first(crop, preprocess):
    assert load_classifier(tiny_models.conv_relu(), preprocess=preprocess, crop=crop).preprocess.crop == crop


def test_crop_of_a_preprocessing_kept_and_its_share_too():
    model, own = tiny_models.conv_relu(), Preprocessing("mine", crop_fraction=0.9)
    assert load_classifier(model, preprocess=own).preprocess.crop_fraction == 0.9
    assert load_classifier(model, preprocess=own, crop="centre").preprocess.crop_fraction == 0.9
    assert load_classifier(model, preprocess="0..1", crop="centre").preprocess.crop_fraction == 0.875


def test_crop_unknown_or_for_a_built_in_network_refused():
    with pytest.raises(ParameterError, match="stretch, centre, letterbox; not 'middle'"):
        load_classifier(tiny_models.conv_relu(), preprocess="0..1", crop="middle")
    with pytest.raises(ModelError, match="crop, task and unit; leave these"):
        load_classifier("efficientnet-lite0", crop="stretch")


def test_keys_differ_by_crop():
    model = tiny_models.conv_relu()
    assert len({load_classifier(model, preprocess="0..1", crop=crop).key for crop in CROPS}) == 3


@pytest.mark.parametrize("crop", ["centre", "letterbox"])
def test_predict_agrees_with_what_is_seen(crop):
    """The network's input is the picture that is shown beside it, at its size."""
    classifier = classifier_of(tiny_models.conv_relu(), crop=crop)
    image = random_image(30, 50)
    box = classifier.box(image)
    assert (np.asarray(render.seen(image, box, SIDE)) == classifier.resize(image)).all()


def test_stretched_as_keras_load_img(tmp_path):
    from PIL import Image

    Image.fromarray(random_image(30, 50)).save(tmp_path / "image.png")
    loaded = keras.utils.load_img(tmp_path / "image.png", target_size=(SIDE, SIDE), interpolation="bicubic")
    classifier = load_classifier(tiny_models.conv_relu(), preprocess="0..1")
    np.testing.assert_array_equal(classifier.resize(vislib.load_image(tmp_path / "image.png")), np.asarray(loaded))


class TestLetterbox:
    IMAGE = np.full((20, 40, 3), 100, np.uint8)

    def heatmap(self, values):
        classifier = classifier_of(tiny_models.conv_relu(), crop="letterbox")
        heatmap = vislib.explain("saliency", classifier, self.IMAGE)
        return vislib.Heatmap(**{**vars(heatmap), "values": values.astype(np.float32), "signed": False})

    @pytest.mark.parametrize("size", [None, 400])
    def test_overlay_lands_where_the_image_is(self, size):
        """The upper left of 20 × 40 pixels is row 3, column 0 of a 12 × 12 input."""
        values = np.zeros((SIDE, SIDE))
        values[3, 0] = 1
        drawn = np.asarray(render.overlay(self.IMAGE, self.heatmap(values), 1.0, "gray", size)).astype(int)
        side = drawn.shape[0]
        assert drawn.shape[:2] == ((40, 40) if size is None else (400, 400))
        row, column = np.unravel_index(drawn[..., 0].argmax(), drawn.shape[:2])
        assert row / side == pytest.approx(3.5 / SIDE, abs=0.05)
        assert column / side < 1 / SIDE
        shown = np.asarray(render.seen(self.IMAGE, self.heatmap(values).box, size))
        filled = np.flatnonzero(shown[:, 0, 0])
        assert filled[0] / side == pytest.approx(3 / SIDE)
        assert (filled[-1] + 1) / side == pytest.approx(9 / SIDE)

    def test_saved_map_tells_its_box(self, tmp_path):
        path = tmp_path / "map.npz"
        heatmap = self.heatmap(np.random.default_rng(0).random((SIDE, SIDE)))
        vislib.save(heatmap, path, self.IMAGE)
        assert vars(heatmap.box) == {"top": -10, "left": 0, "height": 40, "width": 40}

    def test_every_method_runs(self):
        classifier = classifier_of(tiny_models.conv_relu(), crop="letterbox")
        for method in ("occlusion", "saliency", "grad-cam"):
            assert vislib.explain(method, classifier, random_image(10, 40)).box.height == 40

    def test_in_words(self):
        assert [PREPROCESSINGS["0..1"].cropped(crop).fitting for crop in CROPS] == [
            "the whole image, stretched to the input's shape",
            "the centre of the largest part with the input's shape, 87.5 % of each of its sides",
            "the whole image, with black beside it where its shape differs",
        ]
