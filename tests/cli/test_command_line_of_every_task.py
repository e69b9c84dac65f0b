"""The command line for every task: what is predicted, what is explained, the options for the model, and refusals."""

import re

import numpy as np
import pytest
from any_networks import CASES, META, loaded, model_of
from PIL import Image
from tiny_models import SIDE, random_image

import vislib
from vislib.cli import batch as batch_command
from vislib.cli import main, running
from vislib.language import score_number

IMAGE = random_image()


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Runs a command on the network of a case by the real loader, from the model in memory in place of a file; gives
    (status, standard output, standard error)."""
    Image.fromarray(IMAGE).save(tmp_path / "a.png")
    load = vislib.load_classifier

    def from_memory(name, **settings):
        return (
            load(model_of(name), **{"preprocess": loaded(name).preprocess, **settings}) if name in CASES else load(name)
        )

    monkeypatch.setattr(running, "load_classifier", from_memory)
    monkeypatch.setattr(batch_command, "load_classifier", from_memory)

    def run(command: str, name: str, *arguments: object, image: object = tmp_path / "a.png") -> tuple[int, str, str]:
        given = [image] if command != "maximize" else []
        status = main.main([command, *map(str, given), "--model", name, *map(str, arguments)])
        return status, *capsys.readouterr()

    return run


def numbers(out: str) -> list[float]:
    return [float(line.split()[0]) for line in out.splitlines()]


def test_number_with_its_name_and_unit(run, tmp_path):
    (tmp_path / "names.txt").write_text("age\n")
    status, out, err = run("predict", "regression", "--unit", "years", "--labels", tmp_path / "names.txt")
    assert (status, err) == (0, "")
    value = loaded("regression").logits(IMAGE)[0]
    assert out == f"{value:10.4g} years  age  (0)\n"


def test_shares_of_the_pixels(run):
    status, out, _ = run("predict", "segmentation")
    assert status == 0
    shares = np.bincount(loaded("segmentation").segment(IMAGE).ravel(), minlength=3) / SIDE**2
    assert numbers(out) == pytest.approx(sorted(100 * shares, reverse=True), abs=0.01)
    assert all("% of the pixels  class" in line for line in out.splitlines())


def test_outputs_that_may_be_scores_or_numbers_are_said_and_the_ways_on_work(run):
    status, out, err = run("predict", "unknown task")
    assert status == 0
    assert "%" not in out
    assert "--task classification or --task regression says which" in err
    assert "%" in run("predict", "unknown task", "--task", "classification")[1]
    for task in ("classification", "regression"):
        assert run("predict", "unknown task", "--task", task)[2] == ""


@pytest.mark.parametrize("name", ["multi-label", "embedding", "segmentation of two classes", "ensemble"])
def test_any_task_is_predicted(run, name):
    task = ["--task", "embedding"] if name == "embedding" else []
    status, out, _ = run("predict", name, *task, "--top", "2")
    assert status == 0
    values = [each.value * (100 if each.is_share else 1) for each in loaded(name).predict(IMAGE, 2)]
    assert numbers(out) == pytest.approx(values, rel=1e-3, abs=0.01)


class TestInputs:
    expected = property(
        lambda self: 100 * np.sort(loaded("two inputs").values(loaded("two inputs").logits(IMAGE)))[::-1]
    )

    def test_numbers(self, run):
        _, out, _ = run("predict", "two inputs", "--input", f"meta={','.join(map(str, META))}")
        assert numbers(out) == pytest.approx(self.expected, abs=0.01)

    def test_file(self, run, tmp_path):
        np.save(tmp_path / "meta.npy", META)
        _, out, _ = run("predict", "two inputs", "--input", f"meta={tmp_path / 'meta.npy'}")
        assert numbers(out) == pytest.approx(self.expected, abs=0.01)

    def test_zeros(self, run):
        _, out, _ = run("predict", "two inputs", "--input", "zeros")
        assert out == run("predict", "two inputs", "--input", "meta=0,0,0")[1]
        assert numbers(out) != pytest.approx(self.expected, abs=0.01)

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            (["meta"], "takes NAME=VALUES, such as meta=0.2,1"),
            (["meta=one"], "takes numbers with commas, or a .npy file; not 'one'"),
            (["meta=1,2"], "must have shape (3,)"),
            (["mata=1,2,3"], "no input 'mata'"),
            (["meta=nowhere.npy"], "nowhere.npy cannot be read"),
            (["meta=1,2,3", "meta=1,2,3"], "'meta' twice"),
            (["zeros", "meta=1,2,3"], "not 'zeros'"),
            ([], "2 inputs"),
        ],
    )
    def test_refused_with_a_sentence(self, run, given, words):
        status, out, err = run("predict", "two inputs", *[text for each in given for text in ("--input", each)])
        assert (status, out) == (2, "")
        assert words in err
        assert err.count("\n") == 1


@pytest.mark.parametrize("output", ["age", "1"])
def test_output_by_name_or_number(run, output):
    _, out, _ = run("predict", "two outputs", "--output", output)
    assert numbers(out) == pytest.approx(loaded("two outputs").logits(IMAGE), rel=1e-3)


class TestExplain:
    def test_point_of_a_segmentation_with_the_class_that_is_predicted_there(self, run, tmp_path):
        status, out, _ = run(
            "explain", "segmentation", "--method", "saliency", "--at", "2,7", "--out", tmp_path / "a.npz"
        )
        assert status == 0
        classifier = loaded("segmentation")
        index = classifier.segment(IMAGE)[2, 7]
        assert f"logit of “class {index}” at (2, 7)" in out
        expected = vislib.explain("saliency", classifier, IMAGE, vislib.targets.Pixels(int(index), where=(2, 7)))
        with np.load(tmp_path / "a.npz") as saved:
            np.testing.assert_allclose(saved["values"], expected.values, rtol=1e-5)

    def test_point_with_a_class(self, run, tmp_path):
        given = ["--method", "saliency", "--class", "1", "--at", "0,0", "--out", tmp_path / "a.png"]
        assert "“class 1” at (0, 0)" in run("explain", "segmentation", *given)[1]

    def test_number(self, run, tmp_path):
        _, out, _ = run("explain", "regression", "--method", "occlusion", "--out", tmp_path / "a.png")
        assert re.search(rf"output of “output” {score_number(loaded('regression').logits(IMAGE)[0])}", out)

    def test_likeness_and_number_of_an_embedding(self, run, tmp_path):
        Image.fromarray(random_image(seed=5)).save(tmp_path / "b.png")
        common = ["--task", "embedding", "--method", "saliency", "--out", tmp_path / "a.npz"]
        assert run("explain", "embedding", *common, "--like", tmp_path / "b.png")[0] == 0
        target = vislib.targets.similarity(loaded("embedding"), random_image(seed=5))
        with np.load(tmp_path / "a.npz") as saved:
            expected = vislib.explain("saliency", loaded("embedding"), IMAGE, target)
            np.testing.assert_allclose(saved["values"], expected.values, rtol=1e-3, atol=1e-7)
        assert run("explain", "embedding", *common, "--class", "3")[0] == 0
        status, _, err = run("explain", "embedding", *common)
        assert status == 2
        assert "--like IMAGE" in err
        assert "--class NUMBER" in err

    @pytest.mark.parametrize(
        ("name", "arguments", "words"),
        [
            ("segmentation", ["--at", "12,0"], "12 rows and 12 columns, from 0,0 to 11,11; not '12,0'"),
            ("segmentation", ["--at", "3"], "--at takes ROW,COLUMN"),
            ("regression", ["--at", "1,1"], "--at is for a network of the task segmentation"),
            ("regression", ["--like", "{tmp}/a.png"], "--like is for a network of the task embedding"),
            ("regression", ["--score", "probability"], "gives numbers (regression), which have no probabilities"),
        ],
    )
    def test_refused_with_a_sentence(self, run, tmp_path, name, arguments, words):
        arguments = [each.replace("{tmp}", str(tmp_path)) for each in arguments]
        status, out, err = run("explain", name, "--method", "saliency", "--out", tmp_path / "b.png", *arguments)
        assert (status, out) == (2, "")
        assert words in err
        assert not (tmp_path / "b.png").exists()


def test_trust_compare_and_maximize_of_numbers_and_segments(run, tmp_path):
    for name in ("regression", "segmentation"):
        status, out, _ = run("trust", name, "--method", "saliency")
        assert status == 0
        assert "deletion" in out
        assert run("compare", name, "--method", "saliency,occlusion", "--out", tmp_path / "c.png")[0] == 0
        assert run("maximize", name, "--class", "0", "--steps", "1", "--out", tmp_path / "m.png")[0] == 0


def test_batch_says_errors_of_numbers_and_overlap_of_masks(run, tmp_path):
    (tmp_path / "list.csv").write_text("path,label\na.png,1.5\n")
    status, out, _ = run("batch", "regression", "--out", tmp_path / "one", image=tmp_path / "list.csv")
    assert status == 0
    error = abs(loaded("regression").logits(IMAGE)[0] - 1.5)
    assert f"output: mean absolute error {error:.4g}, of 1 image with a true value." in out
    (tmp_path / "images" / "masks").mkdir(parents=True)
    Image.fromarray(IMAGE).save(tmp_path / "images" / "a.png")
    mask = loaded("segmentation").segment(IMAGE).astype(np.uint8)
    Image.fromarray(mask).save(tmp_path / "images" / "masks" / "a.png")
    masks = ["--masks", tmp_path / "images" / "masks"]
    status, out, _ = run("batch", "segmentation", *masks, "--out", tmp_path / "two", image=tmp_path / "images")
    assert status == 0
    assert "Mean IoU 100.0 %, pixel accuracy 100.0 %, of 1 image with a mask." in out
