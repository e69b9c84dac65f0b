"""--second-opinion of `explain` and `maximize`."""

import numpy as np

from vislib.cli import main

DIGIT = "sample_images/digits/3.png"


def run(capsys, *arguments):
    status = main.main([str(argument) for argument in arguments])
    return status, *capsys.readouterr()


def test_explain_writes_both_maps_and_says_the_difference(capsys, samples, tmp_path, monkeypatch):
    monkeypatch.chdir(samples.parent)
    out = tmp_path / "map.npz"
    arguments = ("--method", "grad-cam", "--model", "digits", "--second-opinion", "--out", out)
    status, said, err = run(capsys, "explain", DIGIT, *arguments)
    assert (status, err) == (0, "")
    assert "gives the same map (largest difference" in said
    assert "Its map → " in said
    with np.load(out) as ours, np.load(tmp_path / "map-tf-keras-vis.npz") as theirs:
        np.testing.assert_allclose(theirs["values"], ours["values"], atol=1e-3 * ours["values"].max())


def test_explain_method_it_has_not_is_refused_before_the_work(capsys, tmp_path):
    arguments = ("--method", "grad-cam,rise", "--second-opinion", "--out", tmp_path / "map.png")
    status, _, err = run(capsys, "explain", "no such image", *arguments)
    assert status == 2
    assert "no second opinion on 'rise'" in err


def test_maximize_says_the_difference_of_plain_ascent(capsys, tmp_path):
    arguments = ("--class", "3", "--steps", "2", "--second-opinion", "--out", tmp_path / "three.png")
    status, said, _ = run(capsys, "maximize", "--model", "digits", *arguments)
    assert status == 0
    assert "plain gradient ascent on the pixels by both:" in said
    assert "gives the same picture" in said or "Rounding makes the difference" in said
