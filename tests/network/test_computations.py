"""How often a network is run for an explanation, and that what is remembered meanwhile is right."""

import pytest
import tiny_models
from tiny_models import random_image, tiny

import vislib


@pytest.fixture
def run(monkeypatch):
    """The names of the computations that the network is asked for, in order."""
    asked, functions = [], tiny("conv_relu").network.functions
    get = functions.get
    monkeypatch.setattr(functions, "get", lambda key, make: asked.append(key[0]) or get(key, make))
    return asked


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("saliency", ["gradients"]),
        ("gradient-x-input", ["gradients"]),
        ("guided-backprop", ["gradients"]),
        ("grad-cam", ["maps and gradients"]),
        ("layer-cam", ["maps and gradients"]),
    ],
)
def test_explain_class_given_one_pass(method, expected, run):
    heatmap = vislib.explain(method, tiny("conv_relu"), random_image(), 1)
    assert run == expected
    assert heatmap.score == pytest.approx(float(tiny("conv_relu").logits(random_image())[1]), rel=1e-5)


def test_explain_top_class_is_looked_for_first(run):
    heatmap = vislib.explain("saliency", tiny("conv_relu"), random_image())
    assert run == ["logits", "gradients"]
    assert heatmap.class_index == tiny("conv_relu").logits(random_image()).argmax()


def test_nothing_remembered_from_one_explanation_to_the_next():
    classifier = tiny_models.classifier_of(tiny_models.seeded(tiny_models.conv_relu()))
    before = vislib.explain("saliency", classifier, random_image(), 1).score
    tiny_models.seeded(classifier.model, seed=1)
    after = vislib.explain("saliency", classifier, random_image(), 1).score
    assert after == pytest.approx(float(tiny_models.keras_logits(classifier, random_image()[None])[0, 1]), rel=1e-4)
    assert after != before
