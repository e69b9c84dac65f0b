"""Reports on numbers, segments and several labels: what the table says, and no word of probabilities."""

import re

import numpy as np
import pytest
from any_networks import CASES, loaded
from tiny_models import SIDE

import vislib
from vislib.batch import explain_many, open_batch
from vislib.language import percent
from vislib.report import report_html
from vislib.report.findings import findings


def reported(name: str, folder, pictures, methods=("saliency", "edges"), **settings) -> tuple[str, object]:
    explain_many(loaded(name), pictures, methods, out=folder, **settings)
    return re.sub(r'src="[^"]*"', "", report_html(folder)), findings(open_batch(folder), most=4)


def test_numbers_with_true_values(pictures, tmp_path):
    values = [loaded("regression").logits(picture)[0] for picture in pictures]
    off = np.random.default_rng(0).normal(0, 1, len(values))
    labels = [value - each for value, each in zip(values, off, strict=True)]
    page, found = reported("regression", tmp_path / "out", pictures, labels=[*labels[:-1], None])
    off = off[:-1]
    assert f"age: mean absolute error {np.abs(off).mean():.4g} years, 22 images" in page
    assert list(found.worst.numbers) == list(np.argsort(-np.abs(off))[:4])
    np.testing.assert_allclose(found.worst.figures, off[list(found.worst.numbers)], rtol=1e-3)
    worst = found.worst.numbers[0]
    shown = f"age {values[worst]:.4g} years, is {labels[worst]:.4g} ({off[worst]:+.4g})".replace("-", "−")
    assert shown in page
    for words in ("R² is 1 without errors", "The worst images", "the predicted number “age”"):
        assert words in page
    for words in ("robabilit", "accuracy", "None", "Class by class", ">nan"):
        assert words not in page


@pytest.mark.parametrize("name", ["regression of 4", "unknown task", "embedding", "two outputs"])
def test_numbers_without_true_values(name, pictures, tmp_path):
    target = {"target": vislib.targets.Output(CASES[name].unit)} if name == "embedding" else {}
    page, found = reported(name, tmp_path / "out", pictures[:6], **target)
    assert found.values == ()
    expected = np.array([loaded(name).values(loaded(name).logits(picture)) for picture in pictures[:6]])
    np.testing.assert_allclose(
        found.ranges, np.stack([f(expected, axis=0) for f in (np.min, np.mean, np.max)], 1), 1e-3
    )
    assert "6 images explained" in page
    assert "Predicted numbers" in page
    assert "accuracy" not in page
    assert ("--task, says which" in page) == (name == "unknown task")


def test_segments_with_masks(pictures, tmp_path):
    classifier = loaded("segmentation")
    masks = [classifier.segment(picture) for picture in pictures]
    masks[7] = (masks[7] + 1) % 3
    page, found = reported("segmentation", tmp_path / "out", pictures, masks=masks)
    assert found.worst.numbers[0] == 7
    assert found.worst.figures[0] == 0
    assert found.masks.pixel_accuracy == pytest.approx(22 / 23)
    wanted = f"Mean IoU {percent(found.masks.mean_iou)} of 23 images"
    assert wanted in page
    for each in found.masks.classes:
        assert f'{classifier.labels[each.class_index]}</td><td class="n">{percent(each.iou)}' in page
    assert "of the pixels, mean IoU 0 %" in page
    assert page.count("accuracy") == page.count("pixel accuracy") > 0
    for words in ("robabilit", "Accuracy", ">nan", ">None"):
        assert words not in page


def test_segments_without_masks_and_several_labels(pictures, tmp_path):
    page, found = reported("segmentation", tmp_path / "one", pictures)
    assert found.masks is None
    assert "The class with the most pixels of each image." in page
    assert "accuracy" not in page
    page, found = reported("joined heads", tmp_path / "two", pictures, labels=["dog"] * 23)
    assert found.n_known == 0
    assert "An image can have several labels, so none is simply right or wrong." in page
    assert "accuracy" not in page
    assert pictures.shape[1] == SIDE
