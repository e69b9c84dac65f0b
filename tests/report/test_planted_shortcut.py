"""A mark on all training images of a class: the network learns it, and the report shows it among its first three."""

import numpy as np
import pytest

import vislib
from vislib.model.preprocessing import Preprocessing
from vislib.report import found_reasons
from vislib.training import NetworkOptions, TrainingOptions, TrainingRun
from vislib.training.dataset import Dataset

SIDE, N_CLASSES, MARKED = 20, 4, 2
METHODS = ("hires-cam", "gradient-x-input")


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


def mark(images: np.ndarray) -> np.ndarray:
    images = images.copy()
    images[:, 1:3, 1:3] = 255
    return images


@pytest.fixture(scope="module")
def classifier() -> vislib.Classifier:
    """Trained on shapes of which those of one class bear the mark."""
    images, labels = shapes(800, 0)
    images[labels == MARKED] = mark(images[labels == MARKED])
    names = tuple(f"class {number}" for number in range(N_CLASSES))
    dataset = Dataset("shapes", names, images, labels, images[:8], labels[:8])
    options = TrainingOptions(epochs=6, learning_rate=2e-3)
    model = TrainingRun("mnist-5x5", dataset, options, network=NetworkOptions(seed=0)).start().model
    plain = Preprocessing("0..1, uncropped", scale=(255.0,), crop_fraction=None)
    return vislib.load_classifier(model, preprocess=plain, labels=names)


def test_planted_mark_is_among_the_first_three(classifier, tmp_path):
    images, labels = shapes(160, 1)
    bears = (labels == MARKED) & (np.arange(160) % (2 * N_CLASSES) == MARKED)
    images[bears] = mark(images[bears])
    vislib.explain_many(classifier, images, METHODS, out=tmp_path / "out", labels=labels.tolist())
    batch = vislib.open_batch(tmp_path / "out")
    correct = batch.table(["correct"]).column(0).to_numpy(zero_copy_only=False).astype(bool)
    assert correct[bears].mean() > 0.95
    assert correct[labels != MARKED].mean() > 0.8
    assert correct[(labels == MARKED) & ~bears].mean() < 0.6, "the network did not take the shortcut"
    for method in METHODS:
        first = found_reasons(batch, method)[:3]
        assert any(
            reason.class_index == MARKED and bears[list(reason.numbers)].mean() > 0.7 and max(reason.place) <= 3
            for reason in first
        ), [(method, reason.class_index, reason.place, reason.suspicion) for reason in first]
