"""Labels, class numbers, predictions, and classifiers of one's own."""

from dataclasses import replace

import numpy as np
import pytest
import tiny_models
from tiny_models import PLAIN, SIDE, classifier_of, random_image, seeded, tiny

import vislib
from vislib import ModelError, ParameterError, Preprocessing, load_classifier
from vislib.backend import keras

LABELS = ["cat", "dog", "bird", "3"]


def own(labels=LABELS):
    return classifier_of(tiny("conv_relu").model, labels=labels)


class TestLabels:
    def test_labels_left_out_are_numbers(self):
        assert tiny("conv_relu").labels == ("class 0", "class 1", "class 2", "class 3")

    def test_labels_one_sigmoid_two_of_them(self):
        assert len(tiny("one_sigmoid").labels) == 2
        assert classifier_of(tiny("one_sigmoid").model, labels=["no", "yes"]).class_index("yes") == 1

    @pytest.mark.parametrize("labels", [LABELS[:3], [*LABELS, "fish"]])
    def test_labels_wrong_count_refused(self, labels):
        with pytest.raises(ModelError, match=rf"4 classes, but {len(labels)} labels"):
            own(labels)

    def test_labels_duplicate_named(self):
        model = tiny("conv_relu")
        with pytest.raises(ModelError, match="more than once: cat"):
            replace(model, labels=("cat", "dog", "cat", "bird"))

    def test_labels_duplicate_get_their_numbers_as_from_a_file(self):
        assert own(["cat", "dog", "cat", "bird"]).labels == ("cat (0)", "dog", "cat (2)", "bird")


class TestClassIndex:
    @pytest.mark.parametrize(("given", "index"), [("dog", 1), (2, 2), ("2", 2), ("3", 3), (np.int64(0), 0)])
    def test_class_index_label_or_number_found(self, given, index):
        """A label goes before a number: the label "3" is that of class 3 here."""
        assert own().class_index(given) == index

    def test_class_index_label_that_is_another_number_label_wins(self):
        assert own(["2", "1", "0", "3"]).class_index("2") == 0

    @pytest.mark.parametrize("given", [-1, 4, "17", 10**30, "", "Dog", "1.5", "nan"])
    def test_class_index_out_of_range_or_unknown_named(self, given):
        with pytest.raises(ParameterError, match=str(given)):
            own().class_index(given)

    def test_class_index_misspelt_near_ones_named(self):
        with pytest.raises(ParameterError, match=r"'brid' is not one of the 4 classes.*bird"):
            own().class_index("brid")

    @pytest.mark.parametrize("given", [1.5, float("nan"), float("inf"), None, [1], True])
    def test_class_index_of_wrong_type_refused(self, given):
        with pytest.raises(ParameterError):
            own().class_index(given)


class TestPredict:
    def test_predict_agrees_with_keras(self):
        expected = tiny("conv_relu").model.predict(random_image()[None] / np.float32(255), verbose=0)[0]
        predictions = own().predict(random_image(), top=4)
        assert [one.index for one in predictions] == list(np.argsort(-expected))
        assert [one.label for one in predictions] == [LABELS[one.index] for one in predictions]
        np.testing.assert_allclose([one.probability for one in predictions], np.sort(expected)[::-1], atol=1e-6)

    def test_predict_one_sigmoid_both_classes(self):
        expected = tiny("one_sigmoid").model.predict(random_image()[None] / np.float32(255), verbose=0)[0, 0]
        probabilities = {one.index: one.probability for one in tiny("one_sigmoid").predict(random_image())}
        assert probabilities == pytest.approx({0: 1 - expected, 1: expected}, abs=1e-6)

    def test_predict_more_than_there_are_gives_all(self):
        assert len(own().predict(random_image(), top=99)) == 4

    @pytest.mark.parametrize("top", [0, -3])
    def test_predict_top_below_one_refused(self, top):
        with pytest.raises(ParameterError, match=rf"not {top}"):
            own().predict(random_image(), top)

    @pytest.mark.parametrize("size", [(1, 1), (1, 300), (200, 3), (13, 12)])
    @pytest.mark.parametrize("crop", [None, 0.875, 1.0])
    def test_predict_image_of_any_size_works(self, size, crop):
        preprocess = Preprocessing("any", crop_fraction=crop)
        assert classifier_of(tiny("conv_relu").model, preprocess=preprocess).predict(random_image(*size), 1)

    def test_predict_float_image_same_as_whole_numbers(self):
        assert own().predict(random_image().astype(np.float32)) == own().predict(random_image())


class TestLoadClassifier:
    def test_load_classifier_own_model_takes_sizes_from_it(self):
        classifier = load_classifier(tiny("grey").model, preprocess="0..1")
        assert (classifier.input_size, classifier.channels, classifier.preprocess.name) == ((SIDE, SIDE), 1, "0..1")

    def test_load_classifier_any_size_needs_input_size(self):
        model = tiny_models.any_size()
        with pytest.raises(ModelError, match="input_size"):
            load_classifier(model, preprocess=PLAIN)
        classifier = load_classifier(model, preprocess=PLAIN, input_size=(20, 30))
        assert classifier.network.map_node("conv1").output.shape == (None, 18, 28, 6)
        assert vislib.explain("saliency", classifier, random_image(40, 40)).values.shape == (20, 30)

    def test_load_classifier_without_preprocessing_refused_naming_them(self):
        with pytest.raises(ModelError, match=r"-1\.\.1"):
            load_classifier(tiny("conv_relu").model)

    def test_load_classifier_unknown_preprocessing_named(self):
        with pytest.raises(ParameterError, match="'minus one'"):
            load_classifier(tiny("conv_relu").model, preprocess="minus one")

    @pytest.mark.parametrize("source", [None, 3, "no-such-network", b"efficientnet-lite0", object(), "../model.keras"])
    def test_load_classifier_from_something_else_refused(self, source):
        with pytest.raises(ModelError):
            load_classifier(source, preprocess=None if isinstance(source, str) else "0..1")

    def test_load_classifier_built_in_with_own_settings_refused(self):
        with pytest.raises(ModelError, match="has its own"):
            load_classifier("efficientnet-lite0", preprocess="0..1")

    @pytest.mark.parametrize("channels", [33, 100])
    def test_load_classifier_more_than_32_channels_refused(self, channels):
        inputs = keras.Input((SIDE, SIDE, channels))
        model = keras.Model(inputs, keras.layers.Dense(3)(keras.layers.Flatten()(inputs)))
        with pytest.raises(ModelError, match=f"{channels} channels; 1 to 32"):
            classifier_of(model)


class TestKey:
    def test_key_same_weights_same_changed_weight_different(self):
        first, second = (classifier_of(seeded(tiny_models.conv_relu())) for _ in range(2))
        # Keras numbers the names of unnamed layers, which are part of what a model is.
        assert classifier_of(first.model).key == first.key
        weights = second.model.get_weights()
        before = second.key
        weights[0][0, 0, 0, 0] += 1e-3
        second.model.set_weights(weights)
        assert classifier_of(second.model).key != before

    def test_key_same_after_saving_and_loading(self, tmp_path):
        classifier = tiny("relu_layers")
        classifier.model.save(tmp_path / "model.keras")
        assert classifier_of(keras.saving.load_model(tmp_path / "model.keras")).key == classifier.key

    def test_name_has_no_digest_and_errors_have_the_name(self):
        network = replace(own(), key="my-net-0123456789ab")
        assert network.name == "my-net"
        assert network.copy_with(f"{network.key}, random", network.model).name == "my-net, random"
        with pytest.raises(ParameterError, match="classes of my-net;"):
            network.target("no such class")

    def test_key_built_in_is_its_name(self, classifier):
        assert classifier.key == "efficientnet-lite0"


class TestPreprocessing:
    def test_preprocessing_grey_is_luminance(self):
        pixels = np.array([[[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]]], np.uint8)
        np.testing.assert_allclose(PLAIN(pixels, 1)[0, 0, :, 0], [0.299, 0.587, 0.114, 1], atol=1e-6)
        assert PLAIN(pixels, 1).shape == (1, 1, 4, 1)

    @pytest.mark.parametrize("name", sorted(vislib.PREPROCESSINGS))
    def test_preprocessing_any_float32_and_pixels_kept(self, name):
        pixels = random_image()[None]
        assert vislib.PREPROCESSINGS[name](pixels).dtype == np.float32
        np.testing.assert_array_equal(pixels, random_image()[None])

    def test_fit_crops_the_centre_and_stretches_nothing(self, classifier):
        """A circle stays a circle: 300 × 600 keeps the middle 262.5 × 262.5."""
        box = classifier.box(np.zeros((300, 600, 3), np.uint8))
        assert vars(box) == {"top": 18.75, "left": 168.75, "height": 262.5, "width": 262.5}


class TestKeyAfterFurtherTraining:
    def test_key_follows_the_weights_and_comes_back_with_them(self):
        model = seeded(tiny_models.STYLES["conv_relu"]())
        classifier = classifier_of(model)
        key = classifier.key
        model.compile("sgd", "categorical_crossentropy")
        assert classifier.current_key() == key, "compiling changes no result"
        seeded(model, seed=1)
        assert classifier.current_key() != key
        assert classifier.current_key() == classifier_of(model).key, "as if it was loaded now"
        seeded(model)
        assert classifier.current_key() == classifier.key == key

    def test_key_of_a_file_follows_the_weights_too(self, tmp_path):
        seeded(tiny_models.STYLES["conv_relu"]()).save(tmp_path / "own.keras")
        classifier = classifier_of(str(tmp_path / "own.keras"), trust=True)
        assert classifier.current_key() == classifier.key
        seeded(classifier.model, seed=1)
        assert classifier.current_key() == classifier_of(classifier.model).key.replace(
            classifier_of(classifier.model).name, classifier.name
        )

    def test_key_of_a_built_in_network_is_its_name(self):
        digits = load_classifier("digits")
        assert digits.current_key() == digits.key == "digits"
