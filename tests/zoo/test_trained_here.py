"""The networks that come trained with vislib: known samples, small files, a model card each."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

import vislib
from vislib.images.digits import centre_digit
from vislib.zoo import trained_here

SAMPLES = Path(__file__).parents[2] / "sample_images"


@pytest.fixture(scope="module", params=trained_here.TRAINED)
def network(request):
    return vislib.load_classifier(request.param)


def test_trained_network_tells_all_ten_samples_right(network):
    for label in network.labels:
        image = vislib.load_image(SAMPLES / network.key / f"{label}.png")
        assert network.predict(image, 1)[0].label == label


def test_trained_network_sees_the_sample_pixel_for_pixel(network):
    image = vislib.load_image(SAMPLES / network.key / f"{network.labels[3]}.png")
    seen = network.preprocess_input(network.resize(image)[None])[0]
    expected = image[..., :1] if network.channels == 1 else image
    assert np.allclose(seen, expected / 255, atol=1e-3)


def test_trained_network_is_listed_and_can_be_explained(network):
    assert network.key in vislib.models()
    image = vislib.load_image(SAMPLES / network.key / f"{network.labels[3]}.png")
    heatmap = vislib.explain("grad-cam", network, image)
    assert heatmap.label == network.labels[3]
    assert heatmap.values.shape == network.input_size
    assert heatmap.values.max() > 0


@pytest.mark.parametrize("name", trained_here.TRAINED)
def test_model_card_names_data_seed_and_accuracy(name):
    card = (Path(trained_here.__file__).parent / "weights" / f"{name}.md").read_text(encoding="utf-8")
    for told in ("seed", "accuracy", "10,000 test images", "Confusion matrix"):
        assert told in card


def test_weight_files_together_at_most_12_mb():
    files = (Path(trained_here.__file__).parent / "weights").glob("*.weights.h5")
    assert sum(file.stat().st_size for file in files) <= 12_000_000


@pytest.mark.parametrize("content", [None, b"not HDF5"])
def test_damaged_weights_are_explained(content, tmp_path, monkeypatch):
    monkeypatch.setattr(trained_here, "_WEIGHTS", tmp_path)
    if content is not None:
        (tmp_path / "digits.weights.h5").write_bytes(content)
    with pytest.raises(vislib.ModelError, match="The weights of Digit CNN cannot be read"):
        vislib.load_classifier("digits")


def test_digit_drawn_large_and_off_centre_is_recognised():
    digits = vislib.load_classifier("digits")
    for label in digits.labels:
        sample = vislib.load_image(SAMPLES / "digits" / f"{label}.png")
        large = np.asarray(Image.fromarray(sample).resize((200, 200), Image.Resampling.BICUBIC))
        canvas = np.zeros((320, 400, 3), np.uint8)
        canvas[100:300, 20:220] = large
        assert digits.predict(centre_digit(canvas), 1)[0].label == label


def test_plain_strokes_of_a_1_and_a_0_are_recognised():
    digits = vislib.load_classifier("digits")
    picture = Image.new("L", (280, 280))
    ImageDraw.Draw(picture).line((150, 40, 140, 240), fill=255, width=22)
    assert digits.predict(centre_digit(np.asarray(picture)), 1)[0].label == "1"
    picture = Image.new("L", (280, 280))
    ImageDraw.Draw(picture).ellipse((80, 40, 200, 240), outline=255, width=22)
    assert digits.predict(centre_digit(np.asarray(picture)), 1)[0].label == "0"
