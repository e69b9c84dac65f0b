"""Batches of every task: what a row says, true values and masks, and what is refused before anything is written."""

import pickle

import numpy as np
import pytest
from any_networks import CASES, keras_outputs, loaded
from PIL import Image
from tiny_models import SIDE

import vislib
from vislib import ParameterError, VislibError
from vislib.batch import explain_many, open_batch, source_of
from vislib.batch.outcomes import true_values
from vislib.batch.packed import PackedClassifier
from vislib.batch.quality import in_words, mask_quality, value_errors
from vislib.errors import DatasetError
from vislib.tasks import Task

PICTURES = [name for name, case in CASES.items() if not case.bands]
CLASS_COLUMNS = ["predicted", "predicted_label", "probability", "correct", "top_index", "top_label", "top_probability"]
# Their code is in this process alone: custom classes, functions of Python and TensorFlow.
NOT_SENT = {
    "softmax of tf.nn",
    "softmax in a Lambda",
    "own function named softmax",
    "activation that is not the end",
    "custom layer",
    "subclassed",
    "subclassed, opaque",
}


@pytest.fixture
def few(pictures) -> np.ndarray:
    return pictures[:6]


def rows_of(name: str, images, folder, **settings) -> list[dict]:
    if name == "embedding":
        settings["target"] = vislib.targets.Output(CASES[name].unit)
    explain_many(loaded(name), images, "saliency", out=folder, **settings)
    return open_batch(folder).table().to_pylist()


@pytest.mark.parametrize("name", PICTURES)
def test_row_of_any_network_says_what_predict_says(name, few, tmp_path):
    classifier = loaded(name)
    rows = rows_of(name, few[:3], tmp_path / "out")
    for row, picture in zip(rows, few, strict=False):
        assert row["error"] is None
        assert np.isfinite(row["score"])
        assert row["saliency_reach"] >= 0
        said = classifier.predict(picture, 5)
        if not classifier.task.has_classes:
            np.testing.assert_allclose(row["values"], classifier.values(classifier.logits(picture)), rtol=1e-5)
            assert row["value"] == row["values"][0]
            assert not {"predicted", "probability", "correct", "label_index"} & set(row)
            continue
        top = "top_value" if classifier.task is Task.SEGMENTATION else "top_probability"
        assert (row["predicted"], row["predicted_label"]) == (said[0].index, said[0].label)
        np.testing.assert_allclose(row[top], [each.value for each in said], rtol=1e-5)
        assert ("probability" in row) == (classifier.task is not Task.SEGMENTATION)
    batch = open_batch(tmp_path / "out")
    assert (batch.task, batch.unit) == (classifier.task, classifier.unit)


def test_columns_of_a_classifier_stay_as_they_are(network, few, tmp_path):
    explain_many(network, few, out=tmp_path / "out")
    names = open_batch(tmp_path / "out").table().column_names
    assert names[:7] == ["number", "path", "digest", "height", "width", "label", "label_index"]
    assert names[7:14] == CLASS_COLUMNS
    assert names[14:17] == ["explained", "explained_label", "score"]


class TestRegression:
    def test_errors_of_labels_that_are_numbers_by_numpy(self, few, tmp_path):
        true = [1.5, -2, "3e-1", None, "old", "1 2"]
        rows = rows_of("regression", few, tmp_path / "out", labels=true)
        predicted = keras_outputs("regression", few)[:, 0]
        known = np.array([1.5, -2, 0.3])
        assert [row["true_value"] for row in rows] == [1.5, -2, 0.3, None, None, None]
        off = predicted[:3] - known
        np.testing.assert_allclose([row["deviation"] for row in rows[:3]], off, rtol=1e-4)
        (found,) = value_errors(open_batch(tmp_path / "out"))
        assert (found.label, found.n) == ("age", 3)
        assert found.mean_absolute == pytest.approx(np.abs(off).mean(), rel=1e-4)
        assert found.root_mean_squared == pytest.approx(np.sqrt((off**2).mean()), rel=1e-4)
        assert found.bias == pytest.approx(off.mean(), rel=1e-4)
        assert found.r_squared == pytest.approx(1 - (off @ off) / ((known - known.mean()) ** 2).sum(), rel=1e-4)
        (line,) = in_words(open_batch(tmp_path / "out"))
        assert line.startswith("age: mean absolute error")
        assert "years" in line

    def test_several_outputs_from_a_csv_file(self, few, tmp_path):
        lines = ["File, a,b,c,d"]
        for number, picture in enumerate(few):
            Image.fromarray(picture).save(tmp_path / f"{number}.png")
            lines.append(f"{number}.png,{number},1,0.5,-1")
        (tmp_path / "true.csv").write_text("\ufeff" + "\r\n".join(lines), encoding="utf-8")
        rows = rows_of("regression of 4", tmp_path / "true.csv", tmp_path / "out")
        assert rows[5]["true_values"] == [5, 1, 0.5, -1]
        assert rows[5]["deviation"] == pytest.approx(rows[5]["values"][0] - 5)
        predicted = keras_outputs("regression of 4", few)
        for at, found in enumerate(value_errors(open_batch(tmp_path / "out"))):
            true = np.array([row["true_values"][at] for row in rows])
            assert found.mean_absolute == pytest.approx(np.abs(predicted[:, at] - true).mean(), rel=1e-4)
            assert np.isnan(found.r_squared) == (at > 0)

    def test_label_is_never_the_number_of_an_output(self, few, tmp_path):
        """With four outputs, "2" could be taken for one of them."""
        rows = rows_of("regression of 4", few[:2], tmp_path / "out", labels=["2", "output 1"])
        assert [(row["explained"], row["true_values"]) for row in rows] == [(0, None), (0, None)]
        assert value_errors(open_batch(tmp_path / "out")) == ()

    @pytest.mark.parametrize(
        ("label", "expected"), [("1,2", [1, 2]), (" 1;  2 ", [1, 2]), ("1", None), ("1 nan", None), (None, None)]
    )
    def test_true_values_of_a_label(self, label, expected):
        assert true_values(label, 2) == expected

    def test_numbers_of_an_unknown_task_have_no_true_values(self, few, tmp_path):
        rows = rows_of("unknown task", few[:2], tmp_path / "out", labels=[1, 2])
        assert "true_value" not in rows[0]


class TestSegmentation:
    classifier = staticmethod(lambda: loaded("segmentation"))

    def masks(self, few) -> list[np.ndarray]:
        random = np.random.default_rng(8)
        masks = [self.classifier().segment(picture) for picture in few]
        for mask in masks:
            wrong = random.random(mask.shape) < 0.3
            mask[wrong] = random.integers(0, 3, wrong.sum())
        masks[1][:4] = 255
        return [mask.astype(np.uint8) for mask in masks]

    def test_overlap_by_plain_loops(self, few, tmp_path):
        masks: list = self.masks(few)
        masks[2] = None
        rows = rows_of("segmentation", few, tmp_path / "out", masks=masks)
        right = total = 0
        both, either = np.zeros(3), np.zeros(3)
        for row, picture, mask in zip(rows, few, masks, strict=True):
            if mask is None:
                assert row["mean_iou"] is None
                continue
            predicted = keras_outputs("segmentation", picture[None])[0].argmax(axis=-1)
            ious = []
            for each in range(3):
                a, b = (predicted == each) & (mask != 255), mask == each
                both[each] += (a & b).sum()
                either[each] += (a | b).sum()
                if (a | b).any():
                    ious.append((a & b).sum() / (a | b).sum())
            assert row["mean_iou"] == pytest.approx(np.mean(ious))
            assert row["pixel_accuracy"] == pytest.approx((predicted == mask)[mask != 255].mean())
            right += (predicted == mask).sum()
            total += (mask != 255).sum()
        found = mask_quality(open_batch(tmp_path / "out"))
        assert found.n == 5
        assert found.pixel_accuracy == pytest.approx(right / total)
        present = either > 0
        assert found.mean_iou == pytest.approx((both[present] / either[present]).mean())
        assert {each.class_index: each.iou for each in found.classes} == pytest.approx(
            {at: both[at] / either[at] for at in np.flatnonzero(present)}
        )
        assert "Mean IoU" in in_words(open_batch(tmp_path / "out"))[0]

    @pytest.mark.parametrize("form", ["grey", "palette", "npy"])
    def test_files_beside_the_images_are_masks_and_no_images(self, form, few, tmp_path):
        (tmp_path / "images" / "masks").mkdir(parents=True)
        for number, mask in enumerate(masks := self.masks(few)):
            Image.fromarray(few[number]).save(tmp_path / "images" / f"{number}.bmp")
            picture = Image.fromarray(mask)
            if form == "palette":
                picture.putpalette([7, 5, 3] * 256)
            path = tmp_path / "images" / "masks" / str(number)
            np.save(path, mask) if form == "npy" else picture.save(path.with_suffix(".png"))
        folder = tmp_path / "images"
        rows = rows_of("segmentation", folder, tmp_path / "files", masks=folder / "masks")
        assert [row["path"] for row in rows] == [f"{number}.bmp" for number in range(6)]
        expected = rows_of("segmentation", few, tmp_path / "arrays", masks=masks)
        assert [row["both_px"] for row in rows] == [row["both_px"] for row in expected]

    def test_mask_is_cut_and_resized_as_its_image(self, tmp_path):
        """A picture of 24 × 48, stretched to 12 × 12: an output's pixel has the class at its centre."""
        picture = np.random.default_rng(0).integers(0, 256, (24, 48, 3), dtype=np.uint8)
        mask = np.random.default_rng(1).integers(0, 3, (24, 48)).astype(np.uint8)
        (row,) = rows_of("segmentation", [picture], tmp_path / "out", masks=[mask])
        predicted, at_centres = self.classifier().segment(picture), mask[1::2, 2::4]
        assert at_centres.shape == (SIDE, SIDE)
        assert row["pixel_accuracy"] == pytest.approx((predicted == at_centres).mean())

    def test_letterbox_around_the_image_does_not_count(self, tmp_path):
        from any_networks import model_of

        classifier = vislib.load_classifier(model_of("segmentation"), preprocess="0..1", crop="letterbox")
        picture = np.random.default_rng(0).integers(0, 256, (SIDE // 2, SIDE, 3), dtype=np.uint8)
        explain_many(classifier, [picture], "saliency", out=tmp_path / "out", masks=[np.ones(picture.shape[:2], int)])
        (row,) = open_batch(tmp_path / "out").table().to_pylist()
        inside = classifier.segment(picture)[SIDE // 4 : 3 * SIDE // 4]
        assert row["pixel_accuracy"] == pytest.approx((inside == 1).mean())
        assert row["either_px"][1] == inside.size

    @pytest.mark.parametrize(
        ("mask", "words"),
        [
            (np.zeros((SIDE, SIDE + 1), int), "a mask has the image's size"),
            (np.full((SIDE, SIDE), 3), "has the value 3; the network's class numbers go from 0 to 2, and 255 leaves"),
            (b"no", "cannot be read"),
            (np.dstack([np.eye(SIDE, dtype=np.uint8) * level for level in (10, 20, 30)]), "is in colour"),
        ],
    )
    def test_mask_that_is_none_is_the_error_of_its_row(self, few, tmp_path, mask, words):
        path = tmp_path / "mask.png"
        if isinstance(mask, bytes):
            path.write_bytes(mask)
        elif mask.ndim == 3:
            Image.fromarray(mask).save(path)
        given = path if path.exists() else mask
        rows = rows_of("segmentation", few[:2], tmp_path / "out", masks=[given, None])
        assert words in rows[0]["error"]
        assert rows[1]["error"] is None

    def test_black_and_white_mask_of_two_classes_is_not_guessed(self, few, tmp_path):
        masks = [np.full((SIDE, SIDE), 255, np.uint8)] * 2
        rows = rows_of("segmentation of two classes", few[:2], tmp_path / "out", masks=masks)
        assert "has the value 255; the network's class numbers go from 0 to 1." in rows[0]["error"]

    @pytest.mark.parametrize(
        ("masks", "words"),
        [
            ("{tmp}/nowhere", "no folder of masks"),
            ("{tmp}", "has the name of an image, such as 'number 0.png'"),
            ([None], "6 images, but 1 masks"),
            (3, "must be a folder, or a sequence"),
        ],
    )
    def test_masks_refused_before_anything_is_written(self, few, tmp_path, masks, words):
        given = masks.replace("{tmp}", str(tmp_path)) if isinstance(masks, str) else masks
        with pytest.raises(DatasetError, match=words):
            rows_of("segmentation", few, tmp_path / "out", masks=given)
        assert not (tmp_path / "out").exists()

    def test_other_masks_are_another_batch(self, few, tmp_path):
        masks = self.masks(few)
        rows_of("segmentation", few, tmp_path / "out", masks=masks)
        with pytest.raises(ParameterError, match="source, digest"):
            rows_of("segmentation", few, tmp_path / "out", masks=masks[::-1])


def test_labels_found_by_their_threshold_and_no_correct(few, tmp_path):
    rows = rows_of("joined heads", few, tmp_path / "out", labels=["dog"] * 6)
    outputs = keras_outputs("joined heads", few)
    for row, output in zip(rows, outputs, strict=True):
        assert row["found_labels"] == [
            label for label, p in zip(("cat", "dog", "fox"), output, strict=True) if p >= 0.5
        ]
        assert row["correct"] is None


REFUSED = {
    "embedding without a target": ("embedding", {}, r"vislib\.targets\.similarity"),
    "masks of a classifier": ("two inputs", {"masks": [None] * 6}, "`masks` is for a segmentation"),
    "label of a number": (
        "regression",
        {"explain": "label"},
        "needs images with a class; the task of .* is regression",
    ),
}


@pytest.mark.parametrize(("name", "settings", "words"), REFUSED.values(), ids=REFUSED)
def test_what_the_task_excludes_is_refused_before_anything_is_written(few, tmp_path, name, settings, words):
    with pytest.raises(ParameterError, match=words):
        explain_many(loaded(name), few, "saliency", out=tmp_path / "out", **settings)
    assert not (tmp_path / "out").exists()


def test_network_of_bands_refused(tmp_path):
    with pytest.raises(ParameterError, match=r"takes 4 bands.*vislib\.explain"):
        explain_many(loaded("4 bands"), [], out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_interrupted_batch_goes_on_and_one_of_an_older_version_too(few, tmp_path):
    import json

    rows = rows_of("regression", few, tmp_path / "out", labels=range(6), part_rows=2)
    (tmp_path / "out" / "table" / "part-000001.parquet").unlink()
    path = tmp_path / "out" / "manifest.json"
    old = json.loads(path.read_text())
    assert (old.pop("task"), old.pop("unit")) == ("regression", "years")
    path.write_text(json.dumps(old))
    result = explain_many(loaded("regression"), few, "saliency", out=tmp_path / "out", labels=range(6), part_rows=2)
    assert result.n_computed == 2
    old |= {"task": "regression", "unit": "years"}
    path.write_text(json.dumps(old))
    assert open_batch(tmp_path / "out").table().to_pylist() == rows


@pytest.mark.parametrize("name", PICTURES)
def test_any_network_reaches_another_process_or_is_refused(name, few, tmp_path):
    classifier = loaded(name)
    if name in NOT_SENT:
        with pytest.raises(ParameterError, match=r"cannot be sent to other processes.*Leave out the engine 'ray'"):
            explain_many(classifier, few, "saliency", out=tmp_path / "out", engine="ray")
        assert not (tmp_path / "out").exists()
        return
    again = pickle.loads(pickle.dumps(PackedClassifier.of(classifier))).unpacked()
    assert (again.key, again.task, again.labels, again.unit) == (
        classifier.key,
        classifier.task,
        classifier.labels,
        classifier.unit,
    )
    np.testing.assert_allclose(again.logits(few[0]), classifier.logits(few[0]), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a,b\n1,2\n", "no column 'path' or 'file'; its first line is: a, b"),
        (b"path,label\n", "has no rows"),
        (b"", "no column 'path'"),
        (b"path,label\na.png\n", "Row 2 of list.csv has another number of cells"),
        (b"\xff\xfe", "cannot be read as a CSV file"),
    ],
)
def test_csv_file_that_is_none_refused(tmp_path, content, words):
    (tmp_path / "list.csv").write_bytes(content)
    with pytest.raises(VislibError, match=words):
        source_of(tmp_path / "list.csv")
