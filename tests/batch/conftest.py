"""Folders of small images and a tiny network to explain them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_models import SIDE, tiny

import vislib


@pytest.fixture
def network() -> vislib.Classifier:
    """A network of four classes, "class 0" to "class 3", for images of 12 × 12 pixels."""
    return tiny("conv_relu")


@pytest.fixture
def pictures() -> np.ndarray:
    """(23, 12, 12, 3) uint8."""
    return np.random.default_rng(5).integers(0, 256, (23, SIDE, SIDE, 3), np.uint8)


@pytest.fixture
def folder(tmp_path, pictures) -> Path:
    """The pictures as files in a folder a class, two of them broken."""
    root = tmp_path / "images"
    for number, picture in enumerate(pictures):
        path = root / f"class {number % 4}" / f"{number:02d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(path)
    (root / "class 1" / "99.jpg").write_bytes(b"no image at all \xff")
    (root / "class 2" / "00.png").write_bytes(b"")
    (root / "class 2" / "notes.txt").write_text("left out")
    (root / ".hidden.png").write_bytes(b"")
    return root
