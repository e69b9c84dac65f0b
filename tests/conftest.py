"""Fixtures that several test files share. TensorFlow loads only where a test asks for a network."""

from pathlib import Path

import pytest

import vislib

SAMPLES = Path(__file__).parents[1] / "sample_images"


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of sample images."""
    return SAMPLES


@pytest.fixture(scope="session")
def classifier() -> vislib.Classifier:
    """EfficientNet-Lite0 with its ImageNet weights; loaded once, as nothing may change it."""
    return vislib.load_classifier("efficientnet-lite0")


@pytest.fixture(scope="session")
def cat():
    """A tabby cat, (H, W, 3) uint8."""
    return vislib.load_image(SAMPLES / "cat.jpg")


@pytest.fixture(scope="session")
def collage():
    """A cat in the left half and a cup of coffee in the right, (H, W, 3) uint8."""
    return vislib.load_image(SAMPLES / "cat_and_coffee.jpg")
