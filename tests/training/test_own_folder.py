"""ResNet-18 on a folder of class folders: real cats and dogs, a few steps."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vislib.errors import DatasetError
from vislib.training import TrainingOptions, TrainingRun, load_image_folder

SAMPLES = Path(__file__).parents[2] / "sample_images" / "cifar10"


def test_resnet18_cats_against_dogs_from_a_folder_learns_in_a_few_steps(tmp_path):
    random = np.random.default_rng(0)
    for label in ("cat", "dog"):
        (tmp_path / label).mkdir()
        pixels = np.asarray(Image.open(SAMPLES / f"{label}.png").convert("RGB")).astype(int)
        for number in range(20):
            noisy = np.clip(pixels + random.normal(0, 8, pixels.shape), 0, 255).astype(np.uint8)
            Image.fromarray(noisy).resize((48, 36)).save(tmp_path / label / f"{number}{('.png', '.jpg')[number % 2]}")
    dataset = load_image_folder(tmp_path, (32, 32))
    assert (dataset.labels, len(dataset.train_images), len(dataset.test_images)) == (("cat", "dog"), 32, 8)
    with pytest.raises(DatasetError):
        dataset.only(("birds",))
    losses = []
    run = TrainingRun(
        "resnet18", dataset, TrainingOptions(epochs=1, batch_size=4, validation_share=0.25, learning_rate=1e-3)
    )
    result = run.start(lambda now: losses.append(now.loss))
    assert len(losses) == 6
    assert losses[-1] < 0.7 * losses[0]
    assert len(result.history) == 1
    assert result.model.output_shape == (None, 2)
    assert result.kernels[0].shape == (7, 7, 3, 64)
