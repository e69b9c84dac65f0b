"""Pictures of bars, half of those of one class with a mark, and a small network trained on them."""

import functools

import numpy as np

import vislib
from vislib.model.preprocessing import Preprocessing
from vislib.training import NetworkOptions, TrainingOptions, TrainingRun
from vislib.training.dataset import Dataset

SIDE, N_CLASSES, MARKED = 20, 4, 2
MARK = (1, 1, 3)
"""Top, left and side of the mark."""


def shapes(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Grey pictures (n, 20, 20, 1) of a bar somewhere in the middle that lies, stands or leans either way, in noise."""
    random = np.random.default_rng(seed)
    labels = np.arange(n) % N_CLASSES
    images = random.integers(0, 90, (n, SIDE, SIDE, 1))
    steps = {0: (0, 1), 1: (1, 0), 2: (1, 1), 3: (1, -1)}
    for image, label in zip(images, labels, strict=True):
        row, column = random.integers(8, 13, 2)
        for along in range(-4, 5):
            image[row + along * steps[label][0], column + along * steps[label][1]] = random.integers(150, 230)
    return images.astype(np.uint8), labels


def with_mark(images: np.ndarray) -> np.ndarray:
    images, (top, left, side) = images.copy(), MARK
    images[:, top : top + side, left : left + side] = 255
    return images


def half_marked(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Images, labels, and which bear the mark: every second image of one class."""
    images, labels = shapes(n, seed)
    bears = (labels == MARKED) & (np.arange(n) // N_CLASSES % 2 == 0)
    images[bears] = with_mark(images[bears])
    return images, labels, bears


@functools.cache
def network() -> vislib.Classifier:
    """Trained on shapes of which half of one class bear the mark."""
    images, labels, _ = half_marked(800, 0)
    names = tuple(f"class {number}" for number in range(N_CLASSES))
    dataset = Dataset("shapes", names, images, labels, images[:8], labels[:8])
    options = TrainingOptions(epochs=6, learning_rate=2e-3)
    model = TrainingRun("mnist-5x5", dataset, options, network=NetworkOptions(seed=0)).start().model
    plain = Preprocessing("0..1, uncropped", scale=(255.0,), crop_fraction=None)
    return vislib.load_classifier(model, preprocess=plain, labels=names)
