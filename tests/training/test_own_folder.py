"""ResNet-18 on a folder of class folders: real cats and dogs, a few steps."""

from pathlib import Path

import numpy as np
from PIL import Image

from vislib.training import TrainingOptions, TrainingRun, load_image_folder

SAMPLES = Path(__file__).parents[2] / "sample_images" / "cifar10"


def test_resnet18_cats_against_dogs_from_a_folder_learns_in_a_few_steps(tmp_path):
    random = np.random.default_rng(0)
    for label in ("cat", "dog"):
        (tmp_path / label).mkdir()
        pixels = np.asarray(Image.open(SAMPLES / f"{label}.png").convert("RGB")).astype(int)
        for number in range(20):
            noisy = np.clip(pixels + random.normal(0, 8, pixels.shape), 0, 255).astype(np.uint8)
            Image.fromarray(noisy).resize((48, 48)).save(tmp_path / label / f"{number}.png")
    dataset = load_image_folder(tmp_path, (32, 32))
    assert (dataset.labels, len(dataset.train_images), len(dataset.test_images)) == (("cat", "dog"), 32, 8)
    losses = []
    run = TrainingRun(
        "resnet18", dataset, TrainingOptions(epochs=3, batch_size=8, validation_share=0, learning_rate=1e-3)
    )
    result = run.start(lambda now: losses.append(now.loss))
    assert len(losses) == 12
    assert losses[-1] < 0.7 * losses[0]
    assert result.model.output_shape == (None, 2)
