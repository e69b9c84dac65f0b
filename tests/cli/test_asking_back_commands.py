"""The commands `adversarial` and `neighbours`."""

import csv

import numpy as np
import pytest
from PIL import Image

import vislib
from vislib.cli import main

DIGIT = "sample_images/digits/3.png"


@pytest.fixture
def run(samples, monkeypatch, capsys):
    monkeypatch.chdir(samples.parent)

    def run(*arguments: object) -> tuple[int, str, str]:
        status = main.main([str(argument) for argument in arguments])
        return status, *capsys.readouterr()

    return run


def test_adversarial_picture_is_written(run, tmp_path):
    out = tmp_path / "a.png"
    given = (DIGIT, "--model", "digits", "--epsilon", 40, "--towards", 8, "--steps", 3)
    status, said, err = run("adversarial", *given, "--out", out)
    assert (status, err) == (0, "")
    assert said.startswith("PGD raises the log odds of “8” from ")
    found = vislib.adversarial.pgd(vislib.load_classifier("digits"), vislib.load_image(DIGIT), 40, towards="8", steps=3)
    np.testing.assert_array_equal(np.asarray(Image.open(out)), found.image)
    assert run("adversarial", *given[:3], "--method", "fgsm", "--out", tmp_path / "a.npz")[0] == 0
    status, _, err = run("adversarial", *given, "--method", "fgsm", "--out", out)
    assert (status, err) == (2, "vislib: FGSM takes one step and draws nothing at random: leave out --steps.\n")
    assert run("adversarial", DIGIT, "--out", "a.jpg")[0] == 2


def test_neighbours_are_printed_and_written(run, tmp_path):
    out = tmp_path / "near.csv"
    status, said, err = run("neighbours", DIGIT, "--model", "digits", "--among", "sample_images/digits", "--out", out)
    assert (status, err) == (0, "")
    assert said.splitlines()[:3] == [
        "10 images of digits, by the 128 numbers of layer dense_activation",
        "Nearest:",
        "   0.000  3.png, predicted 3 (92 %)",
    ]
    with out.open() as file:
        rows = list(csv.DictReader(file))
    assert len([row for row in rows if row["kind"] == "nearest"]) == 8
    assert (rows[0]["image"], rows[0]["predicted"]) == ("3.png", "3")
    batch = ("sample_images/digits", "--model", "digits", "--methods", "saliency", "--features")
    assert run("batch", *batch, "--out", tmp_path / "batch")[0] == 0
    status, again, _ = run("neighbours", DIGIT, "--model", "digits", "--among", tmp_path / "batch")
    assert (status, again.splitlines()[2]) == (0, said.splitlines()[2])
