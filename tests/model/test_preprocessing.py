"""Named preprocessings against keras.applications; those that a model brings itself are found."""

import keras
import numpy as np
import pytest
from tiny_models import tiny

import vislib
from vislib import ModelError, ParameterError, load_classifier
from vislib.graph.flatten import flatten
from vislib.loading.preprocessing_choice import built_in_preprocessing, predictions_by_preprocessing
from vislib.model.preprocessing import FAMILIES, PREPROCESSINGS, preprocessing_named

layers = keras.layers
SHAPE = (16, 16, 3)
MODULES = {
    "ConvNeXt": "convnext",
    "DenseNet": "densenet",
    "EfficientNet": "efficientnet",
    "EfficientNetV2": "efficientnet_v2",
    "InceptionResNetV2": "inception_resnet_v2",
    "InceptionV3": "inception_v3",
    "MobileNet": "mobilenet",
    "MobileNetV2": "mobilenet_v2",
    "MobileNetV3": "mobilenet_v3",
    "NASNet": "nasnet",
    "ResNet": "resnet",
    "ResNetV2": "resnet_v2",
    "VGG16": "vgg16",
    "VGG19": "vgg19",
    "Xception": "xception",
}


@pytest.fixture
def pixels():
    return np.random.default_rng(0).integers(0, 256, (2, 5, 5, 3)).astype(np.float32)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_family_same_as_its_own_preprocess_input(family, pixels):
    expected = getattr(keras.applications, MODULES[family]).preprocess_input(pixels.copy())
    np.testing.assert_allclose(preprocessing_named(family)(pixels), expected, atol=1e-4)
    assert preprocessing_named(family.lower()) is preprocessing_named(family)


def test_grey_inverted_dark_ink_becomes_bright():
    paper = np.full((1, 1, 2, 3), 255, np.uint8)
    paper[0, 0, 0] = 0
    np.testing.assert_allclose(PREPROCESSINGS["grey inverted"](paper, 1).ravel(), [1, 0], atol=1e-6)


def test_unknown_name_told_which_there_are():
    with pytest.raises(ParameterError, match=r"0\.\.1.*MobileNetV2.*not 'torch'"):
        preprocessing_named("torch")


def net(*first, shape=SHAPE):
    head = [layers.Conv2D(4, 3), layers.GlobalAveragePooling2D(), layers.Dense(3, activation="softmax")]
    return keras.Sequential([keras.Input(shape), *first, *head])


def normalization():
    return layers.Normalization(mean=[123.7, 116.3, 103.5], variance=[3411.0, 3262.0, 3291.0])


def by_operations():
    inputs = keras.Input(SHAPE)
    x = layers.Conv2D(4, 3)(inputs / 127.5 - 1.0)
    return keras.Model(inputs, layers.Dense(3)(layers.GlobalAveragePooling2D()(x)))


def in_a_nested_base():
    base = keras.Sequential([keras.Input(SHAPE), layers.Rescaling(1 / 255), layers.Conv2D(4, 3)])
    return keras.Sequential([keras.Input(SHAPE), base, layers.GlobalAveragePooling2D(), layers.Dense(3)])


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: net(layers.Rescaling(1 / 255)), "0..255"),
        (lambda: net(layers.Rescaling(1 / 127.5, offset=-1)), "0..255"),
        (lambda: net(layers.Rescaling(1 / 255), normalization_of_unit()), "0..255"),
        (lambda: net(normalization()), "0..255"),
        (lambda: net(normalization_of_unit()), "0..1"),
        (lambda: net(layers.Rescaling(2.0, offset=-1)), "0..1"),
        (lambda: net(layers.RandomFlip(), layers.Rescaling(1 / 255)), "0..255"),
        (lambda: net(layers.Rescaling(1 / 255), shape=(16, 16, 1)), "0..255"),
        (by_operations, "0..255"),
        (in_a_nested_base, "0..255"),
        (net, None),
    ],
)
def test_built_in_preprocessing_found(make, expected):
    model = make()
    found = built_in_preprocessing(flatten(model, model.input_shape[1:]))
    assert (found and found.name) == expected


def normalization_of_unit():
    return layers.Normalization(mean=[0.485, 0.456, 0.406], variance=[0.0524, 0.0502, 0.0506])


def test_load_classifier_takes_the_models_own_scaling():
    assert load_classifier(net(layers.Rescaling(1 / 255))).preprocess.name == "0..255"
    with pytest.raises(ModelError, match="with `preprocess`"):
        load_classifier(net())


def test_colour_preprocessing_for_a_grey_model_refused():
    with pytest.raises(ModelError, match="grey images, and the preprocessing 'caffe bgr' is for colour"):
        load_classifier(net(shape=(16, 16, 1)), preprocess="caffe bgr")


def test_predictions_by_preprocessing_same_as_classifiers_of_each():
    model = net()
    image = np.random.default_rng(2).integers(0, 256, (20, 24, 3), np.uint8)
    given = predictions_by_preprocessing(load_classifier(model, preprocess="0..1"), image, top=3)
    assert list(given) == [name for name in PREPROCESSINGS if name != "as it is"]  # of pictures equal to 0..255
    for name, predictions in given.items():
        expected = load_classifier(model, preprocess=name).predict(image, 3)
        assert [each.index for each in predictions] == [each.index for each in expected]
        for one, other in zip(predictions, expected, strict=True):
            assert one.probability == pytest.approx(other.probability, abs=1e-5)


def test_predictions_by_preprocessing_grey_model_only_those_for_grey():
    given = predictions_by_preprocessing(
        load_classifier(net(shape=(16, 16, 1)), preprocess="0..1"), np.zeros((16, 16, 3), np.uint8)
    )
    assert "grey inverted" in given
    assert "caffe bgr" not in given


def test_predictions_by_preprocessing_right_one_surest_on_the_cat(classifier, cat):
    """What the page Your model shows: with its own preprocessing the built-in network is surest of the cat."""
    given = predictions_by_preprocessing(classifier, cat)
    assert given["efficientnet-lite"][0].label in ("tabby", "tiger cat", "Egyptian cat")
    assert given["0..1"][0].probability < given["efficientnet-lite"][0].probability


def test_public_names():
    assert vislib.PREPROCESSINGS is PREPROCESSINGS


@pytest.mark.parametrize(
    ("function", "family"),
    [
        (keras.applications.resnet.preprocess_input, "ResNet"),
        (keras.applications.mobilenet_v2.preprocess_input, "MobileNetV2"),
        (keras.applications.efficientnet_v2.preprocess_input, "EfficientNetV2"),
    ],
)
def test_function_of_keras_is_refused_with_the_family_to_write(function, family):
    with pytest.raises(ParameterError, match=f'write preprocess="{family}"'):
        vislib.load_classifier(tiny("conv_relu").model, preprocess=function)


@pytest.mark.parametrize("given", [lambda x: x / 255, keras.applications.imagenet_utils.preprocess_input, 255, (0, 1)])
def test_what_is_no_preprocessing_is_refused(given):
    with pytest.raises(ParameterError, match=r"must be a name or a vislib\.Preprocessing; not"):
        vislib.load_classifier(tiny("conv_relu").model, preprocess=given)
