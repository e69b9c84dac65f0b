"""python -m vislib train: a network from the command line, or one sentence."""

import numpy as np
import pytest
from PIL import Image

import vislib
from vislib.backend import keras
from vislib.cli.main import main


@pytest.fixture
def shades(tmp_path):
    """A folder of class folders: dark and light pictures."""
    rng = np.random.default_rng(0)
    for label, low in (("dark", 0), ("light", 150)):
        (tmp_path / "shades" / label).mkdir(parents=True)
        for number in range(20):
            pixels = rng.integers(low, low + 100, (12, 12, 3), np.uint8)
            Image.fromarray(pixels).save(tmp_path / "shades" / label / f"{number:02}.png")
    return tmp_path / "shades"


def test_train_writes_a_network_that_can_be_used_and_its_labels(shades, tmp_path, capsys):
    out = tmp_path / "my.keras"
    arguments = ["train", "cifar-small", "--data", str(shades), "--size", "16", "--epochs", "3", "--batch-size", "8"]
    assert main([*arguments, "--learning-rate", "0.01", "--validation-share", "0.2", "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert "epoch 2 of 3: loss" in said.err
    assert "test images classified correctly → " in said.out
    labels = (tmp_path / "my.labels.txt").read_text().split()
    assert labels == ["dark", "light"]
    preprocess = vislib.Preprocessing("0..1", scale=(255.0,), crop_fraction=None)
    classifier = vislib.load_classifier(keras.models.load_model(out), preprocess=preprocess, labels=labels)
    assert classifier.input_size == (16, 16)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["lenet6", "--out", "a.keras"], "no network 'lenet6' to train"),
        (["digits", "--out", "a.h5"], "saved as .keras"),
        (["digits", "--out", "no/such/a.keras"], "no folder"),
        (["digits", "--epochs", "0", "--out", "a.keras"], "--epochs"),
        (["digits", "--optimizer", "adamw", "--out", "a.keras"], "one of adam, sgd, rmsprop"),
        (["digits", "--data-dir", "nowhere", "--out", "a.keras"], "no directory 'nowhere'"),
        (["digits", "--data", "nowhere", "--out", "a.keras"], "there is no 'nowhere'"),
        (["digits", "--size", "20", "--out", "a.keras"], "--size is for a folder"),
        (["resnet18", "--out", "a.keras"], "no default data set"),
    ],
)
def test_train_bad_request_is_one_sentence_and_status_2(arguments, says, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["train", *arguments]) == 2
    said = capsys.readouterr().err
    assert said.startswith("vislib: ")
    assert says in said
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
