"""The command `concepts`: what it writes and prints for each kind, and a sentence for what is wrong."""

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
        status = main.main(["concepts", *(str(argument) for argument in arguments)])
        return status, *capsys.readouterr()

    return run


def folder_of(path, n: int, seed: int):
    path.mkdir()
    for number, image in enumerate(np.random.default_rng(seed).integers(0, 256, (n, 28, 28), dtype=np.uint8)):
        Image.fromarray(image).save(path / f"{number}.png")
    return path


def test_groups_as_picture_and_as_numbers(run, tmp_path):
    status, out, err = run("groups", DIGIT, "--model", "digits", "--groups", 4, "--out", tmp_path / "groups.png")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert [line.split(":")[0] for line in lines[:4]] == [f"group {k}" for k in range(1, 5)]
    assert lines[4].startswith("logit of “3” 6.68, relative error 0.")
    with Image.open(tmp_path / "groups.png") as picture:
        assert max(picture.size) == 1024
    status, out, _ = run(
        "groups", DIGIT, "--model", "digits", "--class", "8", "--layer", "conv1", "--out", tmp_path / "a.npz"
    )
    assert status == 0
    assert "of the activations of conv1 are negative" in out
    classifier = vislib.load_classifier("digits")
    expected = vislib.concepts.groups(classifier, vislib.load_image(DIGIT), "conv1", target="8")
    with np.load(tmp_path / "a.npz") as saved:
        np.testing.assert_allclose(saved["values"], expected.maps, atol=1e-5)


def test_concepts_of_a_folder_are_saved(run, tmp_path):
    given = ("sample_images/digits", "--model", "digits", "--class", "3", "--all", "--concepts", 3, "--most", 4)
    status, out, err = run("craft", *given, "--out", tmp_path / "concepts.npz")
    assert (status, err) == (0, "")
    kept = vislib.concepts.load_concepts(tmp_path / "concepts.npz")
    assert out.splitlines()[0].startswith(f"concept 1: importance {kept.importance[0]:.2f}, gradient × activation ")
    assert "logit of “3”: 4 images of digits, relative error " in out
    assert run("craft", *given, "--out", tmp_path / "concepts.svg")[0] == 0
    assert (tmp_path / "concepts.svg").read_bytes().startswith(b"<?xml")


def test_concept_shown_by_a_folder_is_tested(run, tmp_path):
    concept, random = folder_of(tmp_path / "concept", 6, 0), folder_of(tmp_path / "random", 12, 1)
    status, out, err = run(
        "tcav", "sample_images/digits", "--model", "digits", "--class", "3", "--all", "--concept", concept,
        "--random", random, "--runs", 4, "--out", tmp_path / "runs.csv",
    )  # fmt: skip
    assert (status, err) == (0, "")
    assert "4 runs against 4 random ones" in out
    assert out.startswith(("significant: ", "not significant: "))
    rows = list(csv.DictReader((tmp_path / "runs.csv").open(encoding="utf-8")))
    assert len(rows) == 4
    assert set(rows[0]) == {"concept", "layer", "score", "random_score", "accuracy", "random_accuracy"}


def test_what_is_wrong_is_a_sentence(run, tmp_path):
    status, _, err = run("groups", DIGIT, "--model", "digits", "--groups", 99, "--out", tmp_path / "a.png")
    assert (status, err) == (2, "vislib: `n_groups` must be a whole number from 1 to 16; not 99.\n")
    status, _, err = run("groups", DIGIT, "--model", "digits", "--out", tmp_path / "a.gif")
    assert (status, err) == (2, "vislib: A result is saved as .png, .npz; not as 'a.gif'.\n")
    status, _, err = run("craft", tmp_path / "none", "--model", "digits", "--class", "3", "--out", tmp_path / "a.npz")
    assert status == 2
    assert "There is no folder or file" in err
    twice = ("--concept", "a", "--concept", "a", "--random", "b")
    status, _, err = run("tcav", "sample_images/digits", "--model", "digits", "--class", "3", *twice)
    assert (status, err) == (2, "vislib: --concept names the same images twice.\n")
