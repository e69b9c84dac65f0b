"""How often a network is run for an explanation, and that what is remembered meanwhile is right."""

import pytest
import tiny_models
from counted_passes import counted_network
from tiny_models import random_image, tiny

import vislib


@pytest.fixture(scope="module")
def counted():
    """A network that notes the size of every batch it runs on."""
    return counted_network()


@pytest.fixture
def passes(counted):
    counted[1].clear()
    return counted[1]


@pytest.mark.parametrize("method", ["saliency", "gradient-x-input", "guided-backprop", "grad-cam", "layer-cam"])
def test_explain_class_given_one_pass(method, counted, passes):
    heatmap = vislib.explain(method, counted[0], random_image(), 1)
    assert passes == [1]
    assert heatmap.score == pytest.approx(float(tiny("conv_relu").logits(random_image())[1]), rel=1e-5)


def test_explain_top_class_is_looked_for_first(counted, passes):
    heatmap = vislib.explain("saliency", counted[0], random_image())
    assert passes == [1, 1]
    assert heatmap.class_index == tiny("conv_relu").logits(random_image()).argmax()


def test_nothing_remembered_from_one_explanation_to_the_next():
    classifier = tiny_models.classifier_of(tiny_models.seeded(tiny_models.conv_relu()))
    before = vislib.explain("saliency", classifier, random_image(), 1).score
    tiny_models.seeded(classifier.model, seed=1)
    after = vislib.explain("saliency", classifier, random_image(), 1).score
    assert after == pytest.approx(float(tiny_models.keras_logits(classifier, random_image()[None])[0, 1]), rel=1e-4)
    assert after != before
