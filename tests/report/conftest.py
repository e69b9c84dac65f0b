"""The tiny network and pictures of the batches that are reported on."""

import numpy as np
import pytest
from tiny_models import SIDE, tiny


@pytest.fixture
def network():
    """A network of four classes for images of 12 × 12 pixels."""
    return tiny("conv_relu")


@pytest.fixture
def pictures() -> np.ndarray:
    """(23, 12, 12, 3) uint8."""
    return np.random.default_rng(5).integers(0, 256, (23, SIDE, SIDE, 3), np.uint8)
