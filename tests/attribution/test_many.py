"""Several images in one pass: the same maps as one by one, for every method and way of writing a network."""

import numpy as np
import pytest
from counted_passes import counted_network
from tiny_models import SIDE, tiny

import vislib
from vislib import Target

BATCHED = (
    "saliency",
    "guided-backprop",
    "gradient-x-input",
    "grad-cam",
    "grad-cam++",
    "hires-cam",
    "layer-cam",
    "xgrad-cam",
)


def images(n: int) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (n, SIDE, SIDE, 3), np.uint8)


@pytest.mark.parametrize("method", sorted(set(vislib.methods()) - {"cam"}))
@pytest.mark.parametrize("style", ["conv_relu", "relu_layers"])
def test_many_images_each_its_class_same_as_one_by_one(method, style):
    classifier = tiny(style)
    explainer, fitted = vislib.methods()[method]().resolved(classifier), images(3)
    targets = [Target(2), Target(0), Target(1)]
    many = explainer.attribute_many(classifier, fitted, targets)
    assert len(many) == 3
    for attribution, one, target in zip(many, fitted, targets, strict=True):
        alone = explainer.attribute(classifier, one, target, lambda *_: None)
        np.testing.assert_allclose(attribution.values, alone.values, rtol=1e-5, atol=1e-6)
        assert attribution.layer == alone.layer


@pytest.fixture(scope="module")
def counted():
    """A network that notes the size of every batch it runs on."""
    return counted_network()


@pytest.mark.parametrize("method", BATCHED)
def test_many_images_in_as_few_passes_as_the_batch_allows(method, counted, monkeypatch):
    classifier, sizes = counted
    monkeypatch.setattr(classifier.network, "gradient_batch_size", 4)
    explainer = vislib.methods()[method]().resolved(classifier)
    sizes.clear()
    explainer.attribute_many(classifier, images(10), [Target(0)] * 10)
    assert sizes == [4, 4, 2]
