"""The table of keras.applications against Keras itself; no weights needed."""

import importlib
import inspect
import socket
from urllib.error import URLError

import numpy as np
import pytest
from tiny_models import random_image

import vislib
from vislib import ModelError
from vislib.backend import keras
from vislib.zoo import BUILT_IN, keras_applications
from vislib.zoo.keras_applications import NETWORKS

# The start of a network's name: the module whose preprocess_input belongs to it; the longest start counts.
MODULES = {
    "ConvNeXt": "convnext",
    "DenseNet": "densenet",
    "EfficientNetB": "efficientnet",
    "EfficientNetV2": "efficientnet_v2",
    "InceptionResNetV2": "inception_resnet_v2",
    "InceptionV3": "inception_v3",
    "MobileNet": "mobilenet",
    "MobileNetV2": "mobilenet_v2",
    "MobileNetV3": "mobilenet_v3",
    "NASNet": "nasnet",
    "ResNet": "resnet",
    "VGG16": "vgg16",
    "VGG19": "vgg19",
    "Xception": "xception",
}


def module_of(name):
    start = max((start for start in MODULES if name.startswith(start)), key=len)
    family = "resnet_v2" if start == "ResNet" and name.endswith("V2") else MODULES[start]
    return importlib.import_module(f"keras.applications.{family}")


@pytest.mark.parametrize("name", NETWORKS)
def test_preprocessing_same_as_keras(name):
    pixels = random_image(5, 7)[None]
    expected = module_of(name).preprocess_input(pixels.astype(np.float32))
    values = BUILT_IN[name].preprocessing(pixels)
    np.testing.assert_allclose(values, expected, rtol=1e-5, atol=1e-4)


def test_table_every_network_of_keras_is_in_it():
    theirs = {name for name, value in vars(keras.applications).items() if inspect.isfunction(value)}
    assert set(NETWORKS) == theirs


def test_load_random_weights_takes_the_side_of_the_table():
    model = keras_applications.load("MobileNetV2", weights=None)
    assert model.input_shape == (None, 224, 224, 3)
    assert model.output_shape == (None, 1000)


@pytest.mark.parametrize("name", ["ResNet50", "MobileNetV2"])
def test_load_offline_refused_and_no_random_weights(name, monkeypatch):
    asked = []

    def offline(*, weights, input_shape):
        asked.append(weights)
        try:
            raise URLError(socket.gaierror(-2, "Name or service not known"))
        except URLError:
            raise Exception(  # noqa: B904 - as Keras does
                f"URL fetch failure on https://storage.googleapis.com/x/{name}_kernels.h5: None -- [Errno -2]"
            )

    monkeypatch.setattr(keras.applications, name, offline)
    monkeypatch.setenv("KERAS_HOME", "/kept")
    said = rf"{name} are not on this machine.*no network.*put {name}_kernels\.h5 into the folder /kept/models.*lite0"
    with pytest.raises(ModelError, match=said) as caught:
        vislib.load_classifier(name)
    assert not any(word in str(caught.value) for word in ("URL fetch", "Errno"))
    assert asked == ["imagenet"]


def test_load_interrupted_download_passes_through(monkeypatch):
    def interrupted(**settings):
        raise KeyboardInterrupt

    monkeypatch.setattr(keras.applications, "VGG16", interrupted)
    with pytest.raises(KeyboardInterrupt):
        vislib.load_classifier("VGG16")


def test_load_unknown_name_refused_with_those_there_are():
    with pytest.raises(ModelError, match=r"'ResNet51'.*efficientnet-lite0.*ResNet50"):
        vislib.load_classifier("ResNet51")


def test_models_default_first_and_each_with_a_line():
    every = vislib.models()
    assert next(iter(every)) == "efficientnet-lite0"
    assert set(every) >= {"efficientnet-lite0", *NETWORKS}
    assert all(every.values())
    assert all("downloaded" in every[name] for name in NETWORKS)
