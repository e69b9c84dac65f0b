"""The options of `trust` beyond its usual measures."""

import json
import shutil

import numpy as np
from PIL import Image

from vislib.cli import main
from vislib.language import written

DIGIT = "sample_images/digits/3.png"
WITH = ("--model", "digits", "--method", "saliency,grad-cam")


def test_further_measures_box_and_several_images(capsys, samples, monkeypatch, tmp_path):
    monkeypatch.chdir(samples.parent)
    (tmp_path / "more").mkdir()
    for name in ("1.png", "4.png"):
        shutil.copy(samples / "digits" / name, tmp_path / "more")
    (tmp_path / "more" / "5.png").touch()
    also = ("--also", "sample_images/digits/7.png", "--also", str(tmp_path / "more"))
    more = ("--box", "7,4,20,24", "--further", "--deletion-fill", "mean", "--out", str(tmp_path / "trust.json"))
    assert main.main(["trust", DIGIT, *WITH, *also, *more]) == 0
    said = capsys.readouterr().out
    saliency, *_ = json.loads((tmp_path / "trust.json").read_text())
    assert f"ROAD {saliency['road']:.3f}, for another class {written(saliency['random_logit'], '.2f')}" in said
    assert f"{written(saliency['mass'], '.0%')} of the map" in said
    assert "1 of the images could not be read." in said
    assert "of its highest places lie inside" in said
    assert "Deletion: " in said
    assert "(4 images)." in said


def test_box_that_is_none_one_sentence(capsys, samples, monkeypatch):
    monkeypatch.chdir(samples.parent)
    assert main.main(["trust", DIGIT, *WITH, "--box", "7,4"]) == 2
    assert "--box takes LEFT,TOP,RIGHT,BOTTOM" in capsys.readouterr().err


def test_mask_is_a_picture_of_the_images_size(capsys, samples, monkeypatch, tmp_path):
    monkeypatch.chdir(samples.parent)
    Image.fromarray(np.zeros((5, 4), np.uint8)).save(tmp_path / "mask.png")
    assert main.main(["trust", DIGIT, *WITH, "--mask", str(tmp_path / "mask.png")]) == 2
    assert "its mask must have that size, not 4 × 5" in capsys.readouterr().err
    assert main.main(["trust", DIGIT, *WITH, "--mask", str(tmp_path / "mask.png"), "--box", "7,4,20,24"]) == 2
    assert "give one of them" in capsys.readouterr().err
