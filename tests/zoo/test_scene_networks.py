"""The networks for scenes of digits that come trained: parameters, scores on scenes of the sample digits, cards."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import vislib
from scripts.make_samples import N_SCENES, SCENES_SEED, write_scenes
from scripts.scene_scores import mask_scores, size_scores
from vislib.training.scenes import SIDE_PX, Scenes, make_scenes
from vislib.zoo import scene_networks, trained_here

SAMPLES = Path(__file__).parents[2] / "sample_images"


def digits() -> tuple[np.ndarray, np.ndarray]:
    """The first ten test digits of each class of MNIST (100, 28, 28) and their labels.

    mnist_digits.png has a row of ten for each class. It is MNIST's, CC BY-SA 3.0 as sample_images/digits.
    """
    sheet = np.asarray(Image.open(Path(__file__).with_name("mnist_digits.png")))
    return sheet.reshape(10, 28, 10, 28).swapaxes(1, 2).reshape(100, 28, 28), np.repeat(np.arange(10), 10)


@pytest.fixture(scope="module")
def scenes() -> Scenes:
    return make_scenes(*digits(), 200, 11)


def read_scenes(folder: Path) -> Scenes:
    """Scenes from the files that scripts/make_samples.py writes."""
    with (folder / "truth.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    read = [
        np.stack([np.asarray(Image.open(place / row["file"])) for row in rows]) for place in (folder, folder / "masks")
    ]
    sizes = np.array([(row["height_px"], row["width_px"]) for row in rows], np.float32)
    return Scenes(read[0][..., None], read[1], sizes)


@pytest.fixture(scope="module")
def sample_scenes() -> Scenes:
    return read_scenes(SAMPLES / "scenes")


@pytest.fixture(scope="module")
def segmentation():
    return scene_networks.load("scene-segmentation")


@pytest.fixture(scope="module")
def size_network():
    return scene_networks.load("digit-size")


def conv(k_in: int, k_out: int) -> int:
    """Parameters of a 3 × 3 convolution with bias, and of batch normalization."""
    return 9 * k_in * k_out + k_out + 4 * k_out


def test_segmentation_parameters(segmentation):
    down = conv(1, 16) + conv(16, 32) + conv(32, 64)
    bottom = conv(64, 96) + conv(96, 96)
    up = conv(64 + 96, 48) + conv(32 + 48, 32) + conv(16 + 32, 16)
    assert segmentation.count_params() == down + bottom + up + 16 * 11 + 11


def test_size_network_parameters(size_network):
    convolutions = conv(1, 16) + conv(16, 32) + conv(32, 48) + conv(48, 64)
    assert size_network.count_params() == convolutions + (4 * 4 * 64 + 1) * 64 + 4 * 64 + (64 + 1) * 2


def test_segmentation_finds_the_digits(segmentation, scenes):
    scores = mask_scores(segmentation, scenes)
    assert scores.mean_iou > 0.7
    assert scores.iou.min() > 0.4
    assert scores.pixel_accuracy > scores.background + 0.04


def test_sizes_are_right_to_two_pixels(size_network, scenes):
    scores = size_scores(size_network, scenes)
    assert (scores.mean_error < 2).all()
    assert (scores.constant_error > 4).all()


def test_networks_are_right_on_the_sample_scenes(segmentation, size_network, sample_scenes):
    assert mask_scores(segmentation, sample_scenes).mean_iou > 0.7
    assert (size_scores(size_network, sample_scenes).mean_error < 2).all()


def test_sample_scenes_have_true_masks_and_sizes(sample_scenes):
    assert sample_scenes.images.shape[1:] == (SIDE_PX, SIDE_PX, 1)
    assert set(np.unique(sample_scenes.masks)) <= set(range(11))
    for image, mask, (height, width) in zip(*vars(sample_scenes).values(), strict=True):
        assert abs(image[mask > 0].mean() - image[mask == 0].mean()) > 40
        spans = [[np.ptp(places) + 1 for places in np.nonzero(mask == index)] for index in np.unique(mask)[1:]]
        assert [height, width] in spans


def test_written_scenes_are_the_scenes(tmp_path):
    write_scenes(tmp_path, *digits())
    written, expected = read_scenes(tmp_path), make_scenes(*digits(), N_SCENES, SCENES_SEED)
    for field in ("images", "masks", "sizes"):
        assert np.array_equal(getattr(written, field), getattr(expected, field))


@pytest.mark.parametrize("name", scene_networks.SCENE_NETWORKS)
def test_each_output_has_a_name(name, scenes):
    network, model = scene_networks.SCENE_NETWORKS[name], scene_networks.load(name)
    assert model.output_shape[-1] == len(network.outputs)
    assert network.unit == ("px" if name == "digit-size" else "")
    pixels = scene_networks.PREPROCESSING
    assert pixels.crop_fraction is None
    first, second = (np.asarray(model(scenes.images[:2] / np.float32(255))) for _ in range(2))
    assert np.array_equal(first, second)
    if name == "scene-segmentation":
        assert np.allclose(first.sum(axis=-1), 1, atol=1e-5)


@pytest.mark.parametrize("name", scene_networks.SCENE_NETWORKS)
def test_card_has_data_seed_and_scores(name):
    card = trained_here.card(name)
    for part in ("seed", "2,000 test scenes", "MNIST", "IoU" if "segmentation" in name else "mean absolute error"):
        assert part in card


def test_scene_weights_together_below_3_mb():
    files = [
        Path(trained_here.__file__).parent / "weights" / f"{name}.weights.h5" for name in scene_networks.SCENE_NETWORKS
    ]
    sizes = [file.stat().st_size for file in files]
    assert sizes[0] <= 1_500_000
    assert sizes[1] <= 1_000_000


def test_missing_weights_are_explained(tmp_path, monkeypatch):
    monkeypatch.setattr(trained_here, "_WEIGHTS", tmp_path)
    with pytest.raises(vislib.ModelError, match="The weights of U-Net for scenes of digits cannot be read"):
        scene_networks.load("scene-segmentation")


def test_unknown_network_is_explained():
    with pytest.raises(vislib.ModelError, match=r"no network 'unet'.*scene-segmentation"):
        scene_networks.load("unet")
