"""Many images explained: every row and map is what explaining that image alone gives."""

import json
import threading

import numpy as np
import pytest
from PIL import Image
from stopping import Stopped
from tiny_models import SIDE, STYLES, classifier_of, random_image, seeded

import vislib
from vislib import ParameterError, VislibError, trust
from vislib.batch import BatchSettings, explain_many, open_batch, seed_of
from vislib.batch.decoding import decoded_ahead
from vislib.batch.rows import smaller
from vislib.errors import DatasetError
from vislib.images.reading import image_digest

METHODS = ("grad-cam", "saliency", "occlusion")


def test_rows_and_maps_equal_explaining_one_by_one(network, pictures, tmp_path):
    explain_many(network, pictures, METHODS, out=tmp_path / "out", part_rows=5)
    batch = open_batch(tmp_path / "out")
    rows = batch.table().to_pylist()
    assert [row["number"] for row in rows] == list(range(len(pictures)))
    maps = {method: batch.maps(method, range(len(pictures))) for method in METHODS}
    for row, picture in zip(rows, pictures, strict=True):
        predictions = network.predict(picture, 5)
        assert row["digest"] == image_digest(picture)
        assert row["top_index"] == [each.index for each in predictions]
        assert row["top_label"] == [each.label for each in predictions]
        np.testing.assert_allclose(row["top_probability"], [each.probability for each in predictions], rtol=1e-5)
        for method in METHODS:
            alone = vislib.explain(method, network, picture)
            name = method.replace("-", "_")
            assert row["explained"] == alone.class_index
            assert row["score"] == pytest.approx(alone.score, rel=1e-5, abs=1e-6)
            assert row[f"{name}_reach"] == pytest.approx(np.abs(alone.values).max(), rel=1e-5, abs=1e-6)
            restored = maps[method][row["number"]] * row[f"{name}_reach"]
            np.testing.assert_allclose(restored, alone.values, atol=np.abs(alone.values).max() * 2**-11 + 1e-6)


def test_broken_images_become_rows_with_a_sentence(network, folder, tmp_path):
    result = explain_many(network, folder, out=tmp_path / "out", part_rows=4)
    assert (result.n_images, result.n_errors, result.n_computed) == (25, 2, 25)
    rows = {row["path"]: row for row in open_batch(result.folder).table().to_pylist()}
    assert list(rows) == sorted(rows)
    broken = {path: row["error"] for path, row in rows.items() if row["error"]}
    assert set(broken) == {"class 1/99.jpg", "class 2/00.png"}
    assert "is empty (0 bytes)" in broken["class 2/00.png"]
    assert rows["class 1/99.jpg"]["predicted"] is None
    assert rows["class 1/99.jpg"]["label"] == "class 1"
    known = rows["class 3/03.png"]
    assert (known["label_index"], known["correct"]) == (3, known["predicted"] == 3)


def test_broken_image_leaves_the_others_as_they_were(network, pictures, folder, tmp_path):
    explain_many(network, folder, METHODS, out=tmp_path / "with", part_rows=8)
    rows = open_batch(tmp_path / "with").table().to_pylist()
    for row in rows:
        if row["error"] is None:
            alone = vislib.explain("grad-cam", network, pictures[int(row["path"][-6:-4])])
            assert row["grad_cam_reach"] == pytest.approx(alone.values.max(), rel=1e-5, abs=1e-6)


def test_class_of_the_label_explained(network, pictures, tmp_path):
    labels = [number % 4 for number in range(len(pictures))]
    labels[0] = None
    explain_many(network, pictures, out=tmp_path / "out", labels=labels, explain="label")
    rows = open_batch(tmp_path / "out").table().to_pylist()
    assert [row["explained"] for row in rows[1:]] == labels[1:]
    assert rows[0]["explained"] == rows[0]["predicted"]
    assert rows[0]["correct"] is None


def test_unknown_label_is_kept_and_not_counted(network, pictures, tmp_path):
    explain_many(network, pictures[:3], out=tmp_path / "out", labels=["dog", "class 1", "7"])
    rows = open_batch(tmp_path / "out").table(["label", "label_index", "correct"]).to_pylist()
    assert [row["label"] for row in rows] == ["dog", "class 1", "7"]
    assert [row["label_index"] for row in rows] == [None, 1, None]
    assert [row["correct"] is None for row in rows] == [True, False, True]


@pytest.mark.parametrize("labels", [np.array([3.0, 0.0, np.nan]), ["3.0", "0.", None], [3, 0, None], ["3", "0", None]])
def test_label_of_a_whole_number_in_any_writing(network, pictures, tmp_path, labels):
    done = explain_many(network, pictures[:3], out=tmp_path / "out", labels=labels)
    assert open_batch(tmp_path / "out").table(["label_index"]).column(0).to_pylist() == [3, 0, None]
    assert done.n_unknown_labels == 0


def test_labels_that_are_no_class_are_counted(network, pictures, tmp_path):
    done = explain_many(network, pictures[:4], out=tmp_path / "out", labels=["dog", "2.5", None, "class 1"])
    assert done.n_unknown_labels == 2
    assert "label is no class" in done._repr_html_()


def test_random_methods_seeded_by_the_image(network, pictures, tmp_path):
    method = vislib.methods()["smoothgrad"](n_samples=4, seed=3)
    explain_many(network, pictures[::-1][:6], [method], out=tmp_path / "out")
    batch = open_batch(tmp_path / "out")
    seed = seed_of(image_digest(pictures[-2]), 3)
    alone = vislib.explain("smoothgrad", network, pictures[-2], n_samples=4, seed=seed)
    np.testing.assert_allclose(batch.maps("smoothgrad", [1])[0] * alone.values.max(), alone.values, atol=1e-3)
    assert len({seed_of(image_digest(each), 3) for each in pictures}) == len(pictures)


def test_maps_kept_smaller_by_averaging(network, pictures, tmp_path):
    explain_many(network, pictures[:2], out=tmp_path / "out", map_px=4)
    batch = open_batch(tmp_path / "out")
    alone = vislib.explain("grad-cam", network, pictures[0]).values
    assert batch.map_shape == (4, 4)
    blocks = alone.reshape(4, 3, 4, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(smaller(alone, (4, 4)), blocks, rtol=1e-5)
    np.testing.assert_allclose(batch.maps("grad-cam", [0])[0] * blocks.max(), blocks, atol=blocks.max() / 1000)


def test_scores_that_are_no_numbers_become_an_error(network, pictures, tmp_path, monkeypatch):
    real = network.network.logits

    def broken(inputs):
        logits = real(inputs)
        logits[0] = np.nan
        return logits

    monkeypatch.setattr(network.network, "logits", broken)
    result = explain_many(network, pictures[:4], out=tmp_path / "out")
    assert result.n_errors == 1
    assert "not all finite" in open_batch(result.folder).table().to_pylist()[0]["error"]


def test_curves_and_pictures_where_asked_for(network, pictures, tmp_path):
    explain_many(network, pictures[:3], METHODS, out=tmp_path / "out", curves=True, pictures=True, part_rows=2)
    row = open_batch(tmp_path / "out").table().to_pylist()[2]
    assert 0 <= row["grad_cam_deletion"] <= 1
    assert row["grad_cam_deletion"] != row["grad_cam_insertion"]
    files = sorted(path.relative_to(tmp_path / "out").as_posix() for path in tmp_path.rglob("*.jpg"))
    assert files == [f"pictures/part-{n // 2:06d}/{n:09d}.jpg" for n in range(3)]
    with Image.open(tmp_path / "out" / files[0]) as sheet:
        assert sheet.size == (4 * 120 + 3 * 4, 120)


def test_measures_of_trust_equal_those_of_each_image(network, pictures, tmp_path):
    """With other fills, ROAD, the map for another class, and the strongest channels."""
    more = {"road": True, "random_logit": True, "channels": 3, "deletion_fill": "mean", "insertion_fill": "noise"}
    explain_many(network, pictures[:3], ("saliency", "eigen-cam", "edges"), out=tmp_path / "out", curves=True, **more)
    batch = open_batch(tmp_path / "out")
    assert batch.manifest["settings"]["channels_layer"] == network.network.last_map_layer
    fills = {"deletion_fill": "mean", "insertion_fill": "noise"}
    quick = {"baselines": False, "noise_samples": 0, "randomize": False, "road": True}
    saliency = vislib.methods()["saliency"]()
    for picture, row in zip(pictures, batch.table().to_pylist(), strict=False):
        (one,) = trust.measure([saliency], network, picture, **quick, **fills)
        for name in ("deletion", "insertion", "road"):
            assert row[f"saliency_{name}"] == pytest.approx(getattr(one, name), rel=1e-4)
        test = trust.random_logit(saliency, network, picture, seed=seed_of(row["digest"], 0))
        assert row["saliency_random_logit"] == pytest.approx(test.rank_correlation, abs=1e-4)
        assert row["eigen_cam_random_logit"] == pytest.approx(1)
        assert row["edges_random_logit"] is None
        found = vislib.channels(network, picture)
        assert row["channel_index"] == found.strongest(3).tolist()
        np.testing.assert_allclose(row["channel_value"], found.values[found.strongest(3)], rtol=1e-4)


def test_usual_settings_are_written_as_by_an_older_version(network, pictures, tmp_path):
    """So that its batches go on: the manifest has none of the later settings."""
    explain_many(network, pictures[:2], out=tmp_path / "out")
    settings = json.loads((tmp_path / "out" / "manifest.json").read_text())["settings"]
    assert not {"road", "random_logit", "channels", "channels_layer", "deletion_fill"} & set(settings)


def test_thumbnails_small_images_exact(network, pictures, tmp_path):
    explain_many(network, pictures[:3], out=tmp_path / "out")
    np.testing.assert_array_equal(np.asarray(open_batch(tmp_path / "out").thumbnails([2, 0])[0]), pictures[2])


def test_progress_rises_to_the_number_of_images(network, pictures, tmp_path):
    told: list[tuple[int, int]] = []
    explain_many(network, pictures, METHODS, out=tmp_path / "out", part_rows=10, progress=lambda *now: told.append(now))
    done, totals = zip(*told, strict=True)
    assert list(done) == sorted(done)
    assert set(totals) == {23}
    assert (done[0], done[-1]) == (0, 23)


def test_stopped_keeps_finished_parts_and_goes_on(network, pictures, tmp_path):
    def stop(done: int, total: int, partial=None) -> None:
        if done >= 12:
            raise Stopped

    with pytest.raises(Stopped):
        explain_many(network, pictures, out=tmp_path / "out", part_rows=5, progress=stop)
    assert open_batch(tmp_path / "out").n_finished == 10
    result = explain_many(network, pictures, out=tmp_path / "out", part_rows=5)
    assert result.n_computed == 13
    explain_many(network, pictures, out=tmp_path / "whole", part_rows=5)
    assert open_batch(tmp_path / "out").table().equals(open_batch(tmp_path / "whole").table())
    assert explain_many(network, pictures, out=tmp_path / "out", part_rows=5).n_computed == 0


def test_only_a_bounded_number_of_images_decoded_ahead(network):
    opened, most = [], 0

    class Endless:
        name = digest = "endless"

        def __len__(self):
            return 10_000

        def __getitem__(self, number):
            opened.append(number)
            return random_image(seed=number)

        def title(self, number):
            return str(number)

        def label(self, number):
            return None

    images = decoded_ahead(Endless(), range(10_000), network.fit, ahead=7)
    for taken, image in zip(range(50), images, strict=False):
        assert image.number == taken
        most = max(most, len(opened) - taken)
    images.close()
    assert most <= 7 + 2
    assert threading.active_count() < 30


SAME = {"methods": ("grad-cam",), "part_rows": 5}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"methods": ("grad-cam", "saliency")}, "settings, methods"),
        ({"part_rows": 6}, "settings, part_rows: 5 there, 6 now"),
        ({"explain": "label"}, 'settings, explain: "predicted" there, "label" now'),
        ({"methods": [vislib.methods()["grad-cam"](layer="conv1")]}, "conv1"),
        ({"images": np.zeros((23, SIDE, SIDE, 3), np.uint8)}, "source, digest"),
    ],
)
def test_other_run_into_the_same_folder_refused(network, pictures, tmp_path, changes, words):
    explain_many(network, pictures, out=tmp_path / "out", **SAME)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    with pytest.raises(ParameterError, match="holds a batch of something else") as refused:
        explain_many(network, **({"images": pictures, **SAME} | changes), out=tmp_path / "out")
    assert words in str(refused.value)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_batch_begun_with_other_weights_refused(pictures, tmp_path):
    model = seeded(STYLES["conv_relu"]())
    classifier = classifier_of(model)
    explain_many(classifier, pictures, out=tmp_path / "out", **SAME)
    weights = model.get_weights()
    seeded(model, seed=1)
    with pytest.raises(ParameterError, match=r"whose weights have changed\. Name another folder, or delete this one"):
        explain_many(classifier, pictures, out=tmp_path / "out", **SAME)
    model.set_weights(weights)
    assert explain_many(classifier, pictures, out=tmp_path / "out", **SAME).n_computed == 0


def test_two_runs_at_once_the_second_refused(network, pictures, tmp_path):
    def again(done: int, total: int, partial=None) -> None:
        if done == 0:
            with pytest.raises(ParameterError, match="Another run is writing to"):
                explain_many(network, pictures, out=tmp_path / "out")

    explain_many(network, pictures, out=tmp_path / "out", progress=again)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"methods": ()}, "one or more different methods"),
        ({"methods": ("saliency", "saliency")}, "one or more different methods"),
        ({"methods": ("grad-kam",)}, "There is no method 'grad-kam'"),
        ({"methods": (3,)}, "by its name or as an explainer; not as int"),
        ({"map_px": 2}, "`map_px` parameter of `BatchSettings` must be a whole number from 4 to 1024; not 2"),
        ({"explain": "truth"}, "must be one of predicted, label; not 'truth'"),
        ({"colour": 1}, "no setting colour; it has explain, top"),
        ({"deletion_fill": "pink"}, "must be one of grey, mean, blur, noise; not 'pink'"),
        ({"channels": 2, "channels_layer": "conv9"}, "conv9"),
        ({"random_logit": True, "target": vislib.targets.Output(0)}, "needs the score of a class"),
        ({"engine": "slurm"}, "one of local, ray; not 'slurm'"),
        ({"labels": [1, 2]}, "23 images, but 2 labels"),
        ({"images": 3}, "not as int"),
        ({"images": []}, "list of images is empty"),
        ({"images": "/nowhere"}, "There is no folder or file '/nowhere'"),
    ],
)
def test_wrong_input_refused_and_nothing_written(network, pictures, tmp_path, changes, words):
    with pytest.raises(VislibError, match=words):
        explain_many(network, **({"images": pictures} | changes), out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_folder_that_holds_something_else_refused(network, pictures, tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(ParameterError, match="holds no batch; give an empty or a new folder"):
        explain_many(network, pictures, out=tmp_path)
    with pytest.raises(ParameterError, match="holds no batch"):
        explain_many(network, pictures, out=tmp_path / "thesis.tex")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_out_among_the_images_refused(network, folder):
    with pytest.raises(ParameterError, match="lies in the folder of the images"):
        explain_many(network, folder, out=folder / "class 0" / "out")
    assert not (folder / "class 0" / "out").exists()


def test_damaged_files_are_a_sentence(network, pictures, tmp_path):
    out = explain_many(network, pictures, out=tmp_path / "out").folder
    (out / "table" / "part-000000.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(ParameterError, match=r"part-000000\.parquet cannot be read; it is damaged"):
        open_batch(out).table()
    (out / "manifest.json").write_text("{")
    with pytest.raises(ParameterError, match="damaged"):
        open_batch(out)
    with pytest.raises(ParameterError, match="holds no batch"):
        open_batch(tmp_path)


def test_manifest_tells_settings_model_and_versions(network, pictures, tmp_path):
    out = explain_many(network, pictures, METHODS, out=tmp_path / "out").folder
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["model"] == network.key
    assert list(manifest["settings"]["methods"]) == list(METHODS)
    assert manifest["settings"]["methods"]["occlusion"]["patch_px"] == 2
    assert {"tensorflow", "keras", "numpy"} <= set(manifest["versions"])
    assert manifest["source"]["n_images"] == 23


def test_defaults_are_what_the_docstring_says():
    settings = BatchSettings((vislib.methods()["random"](),))
    assert settings.map_shape((224, 224)) == (56, 56)
    assert settings.map_shape((28, 14)) == (28, 14)
    assert settings.map_shape((100, 400)) == (14, 56)


def test_array_of_another_kind_refused(network, tmp_path):
    with pytest.raises(DatasetError, match="uint8"):
        explain_many(network, np.zeros((2, SIDE, SIDE, 3)), out=tmp_path / "out")
