"""The options of `trust` beyond its usual measures."""

from vislib.cli import main

DIGIT = "sample_images/digits/3.png"
WITH = ("--model", "digits", "--method", "saliency,grad-cam")


def test_further_measures_box_and_several_images(capsys, samples, monkeypatch):
    monkeypatch.chdir(samples.parent)
    more = ("--also", "sample_images/digits/7.png", "--box", "7,4,20,24", "--further", "--deletion-fill", "mean")
    assert main.main(["trust", DIGIT, *WITH, *more]) == 0
    said = capsys.readouterr().out
    assert "of its highest places lie inside" in said
    assert "Grad-CAM: ROAD 0." in said
    assert "another class" in said
    assert "Deletion: " in said
    assert "(2 images)." in said


def test_box_that_is_none_one_sentence(capsys, samples, monkeypatch):
    monkeypatch.chdir(samples.parent)
    assert main.main(["trust", DIGIT, *WITH, "--box", "7,4"]) == 2
    assert "--box takes LEFT,TOP,RIGHT,BOTTOM" in capsys.readouterr().err
