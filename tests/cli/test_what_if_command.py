"""The command `what-if`: the same numbers as the library, as text, picture and tables, and sentences."""

import csv
import functools
import json

import numpy as np
import pytest
from PIL import Image

import vislib
from vislib.cli import main, running
from vislib.edits import Cover, Erase, Rotate
from vislib.language import written

CAT = "sample_images/cifar10/cat.png"


@pytest.fixture(scope="module")
def load_once():
    return functools.cache(vislib.load_classifier)


@pytest.fixture
def run(samples, monkeypatch, capsys):
    monkeypatch.chdir(samples.parent)

    def run(*arguments: object) -> tuple[int, str, str]:
        status = main.main(["what-if", *map(str, arguments)])
        return status, *capsys.readouterr()

    return run


@pytest.fixture
def _loaded_once(load_once, monkeypatch) -> None:
    monkeypatch.setattr(running, "load_classifier", lambda source, **_: load_once(source))


@pytest.mark.usefixtures("_loaded_once")
def test_edits_are_done_in_order(run, load_once, tmp_path):
    out = tmp_path / "edited.png"
    edits = ["--edit", "erase=0.5,0.4,0.1,inpaint", "--edit", "rotate=15"]
    status, said, err = run(CAT, "--model", "cifar10", *edits, "--out", out, "--top", 2)
    assert (status, err) == (0, "")
    change = vislib.edits.what_if(
        load_once("cifar10"),
        vislib.load_image(CAT),
        [Erase(((0.5, 0.4),), 0.1, "inpaint"), Rotate(15)],
    )
    np.testing.assert_array_equal(np.asarray(Image.open(out)), change.image)
    first = change.most_changed(2)[0]
    assert f"{written(change.values_before[first], '.2%')} → " in said
    assert f"{written(change.values_after[first], '.2%')}  {change.labels[first]}  ({first})" in said
    assert f"logit of “cat”: {change.score_before:.4g} → {change.score_after:.4g}" in said


@pytest.mark.usefixtures("_loaded_once")
def test_curve_and_covering_as_tables(run, load_once, tmp_path):
    fixed = (CAT, "--model", "cifar10", "--class", "dog")
    status, said, _ = run(*fixed, "--sweep", "rotate=-30..30:3", "--out", tmp_path / "curve.csv")
    assert status == 0
    with (tmp_path / "curve.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["setting"]) for row in rows] == [-30, 0, 30]
    classifier, image = load_once("cifar10"), vislib.load_image(CAT)
    curve = vislib.edits.sweep(classifier, image, Rotate, [-30, 0, 30], "dog")
    np.testing.assert_allclose([float(row["target"]) for row in rows], curve.scores, atol=1e-4)
    assert curve.in_words() in said
    out = tmp_path / "found.json"
    grid = ("--segments", 6, "--edit", "cover=0,0,0.3,0.3")
    status, said, _ = run(*fixed, "--least-covering", "change", *grid, "--out", out)
    assert status == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    covering = found["least_covering"]
    assert found["edits"] == [repr(Cover((0, 0, 0.3, 0.3)))]
    assert f"{covering['forward_passes']} forward passes" in said
    assert eval(covering["edit"], vars(vislib.edits)).mask
    assert len(found["classes"]) == 10


def test_numbers_are_shown_without_percent(run):
    status, said, _ = run("sample_images/scenes/scene-2.png", "--model", "digit-size", "--edit", "blur=0.05")
    assert status == 0
    assert "%" not in said
    assert "→" in said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Give what is asked: --edit such as rotate=15, --sweep, or --least-covering"),
        (["--edit", "turn=3"], "'turn=3' is no edit"),
        (["--edit", "rotate=300"], "from -180.0 to 180.0; not 300"),
        (["--sweep", "crop=0..1"], "--sweep takes EDIT=LOW..HIGH"),
        (["--sweep", "rotate=-300..0"], "from -180.0 to 180.0; not -300"),
        (["--sweep", "rotate=0..1:9999"], "1 to 1,000 values; not 9999"),
        (["--edit", "rotate=3", "--top", "0"], "--top must be at least 1; not 0"),
        (["--edit", "rotate=3", "--out", "x.pdf"], ".png"),
    ],
)
def test_what_is_wrong_is_a_sentence_before_a_network_is_loaded(arguments, sentence, run):
    status, said, err = run(CAT, "--model", "no such network", *arguments)
    assert (status, said) == (2, "")
    assert sentence in err
