"""A made-up data set that is learned in seconds."""

import numpy as np
import pytest

from vislib.training import Dataset


@pytest.fixture(scope="session")
def stripes() -> Dataset:
    """Noisy 16 × 16 grey pictures with horizontal, vertical or no stripes: 240 to train on, 60 to test on."""
    rng = np.random.default_rng(7)
    labels = np.arange(300) % 3
    images = rng.integers(0, 120, (300, 16, 16, 1))
    images[labels == 0, ::4] += 120
    images[labels == 1, :, ::4] += 120
    images = images.astype(np.uint8)
    names = ("horizontal", "vertical", "none")
    return Dataset("stripes", names, images[:240], labels[:240], images[240:], labels[240:])
