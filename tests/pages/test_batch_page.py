"""Page Batch: a result at once, an uploaded zip, folders that the operator allows, a sentence for what is wrong."""

import csv
import io
import json
import os
import re
import shutil
import stat
import tempfile
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from page_text import check_sound, errors, text
from snippet_runs import check_imports_first
from stopping import HANG_SECONDS
from streamlit.testing.v1 import AppTest

import vislib
from pages._ui.batch import cost, source, table_file
from pages._ui.server import batch_folders, work
from pages._ui.server.store import Store
from pages._ui.shell import sets
from vislib.batch import pace, packed_folder


@pytest.fixture(autouse=True)
def _own_places(monkeypatch, tmp_path):
    own = Store(10**8)
    monkeypatch.setattr(work, "store", lambda: own)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    batch_folders.place.clear()
    monkeypatch.delenv(sets.VARIABLE, raising=False)


@pytest.fixture
def digits_folder(samples, tmp_path):
    """Two folders named after digits, with a broken file."""
    root = tmp_path / "scans"
    for digit in "37":
        (root / digit).mkdir(parents=True)
        (root / digit / f"{digit}.png").write_bytes((samples / "digits" / f"{digit}.png").read_bytes())
    (root / "7" / "broken.png").write_bytes(b"<script>alert(1)</script>")
    return root


def zipped(folder) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in sorted(folder.rglob("*.png")):
            archive.write(path, path.relative_to(folder))
    return content.getvalue()


@pytest.fixture
def reports(monkeypatch) -> list[str]:
    """Fills with the reports that the page draws."""
    drawn: list[str] = []
    monkeypatch.setattr("pages._ui.batch.view.document_frame", lambda document, *_: drawn.append(document))
    return drawn


def downloads(page) -> list[str]:
    return [element.proto.label for element in page.get("download_button")]


def test_opens_with_the_samples_explained(open_page, offered, reports):
    page = check_sound(open_page("batch", model="digits"))
    assert "Images 10 Accuracy 100 % of 10" in text(page)
    assert {"Report (HTML)", "Table and maps (ZIP)"} <= set(downloads(page))
    (report,) = reports
    assert "Content-Security-Policy" in report
    assert "Accuracy 100 %: 10 of 10 images" in report
    shown = page.dataframe[-1].value
    assert list(shown["Predicted"]) == list("0123456789")
    rows = list(csv.DictReader(io.StringIO(offered["batch"].files["csv"]().decode())))
    assert [row["predicted_label"] for row in rows] == list("0123456789")
    check_imports_first(offered["batch"].snippet)
    names: dict = {}
    exec(offered["batch"].snippet.split("result =")[0], names)
    assert names["classifier"].key == "digits"


def test_further_measures_are_in_the_table_the_report_and_the_snippet(open_page, offered, reports):
    chosen = ["ROAD", "Random logit", "Strongest channels"]
    page = check_sound(open_page("batch", model="digits", batch_methods="grad-cam", batch_measures=chosen))
    shown = page.dataframe[-1].value
    assert shown["Grad-CAM: ROAD"].between(0, 1).all()
    assert shown["Grad-CAM: for another class"].between(-1, 1).all()
    assert [len(channels) for channels in shown["Strongest channels"]] == [5] * 10
    assert "Measures of the maps" in reports[0]
    assert "Channels that decide" in reports[0]
    assert "out='my_batch', road=True, random_logit=True, channels=5)" in offered["batch"].snippet


def test_photos_have_no_labels_and_no_accuracy(open_page):
    page = check_sound(open_page("batch", batch_methods="grad-cam"))
    assert "Images 5" in text(page)
    assert "Accuracy" not in text(page)
    assert page.dataframe[-1].value["Predicted"][0] == "tiger cat"


def test_zip_of_ones_own_with_a_broken_image(open_page, digits_folder, reports):
    page = open_page("batch", model="digits", batch_of="Your own, in a zip")
    assert any("Choose a zip" in caption.value for caption in page.caption)
    page.file_uploader(key="batch_zip").upload("scans.zip", zipped(digits_folder), "application/zip").run()
    check_sound(page)
    assert "Images 3 Accuracy 100 % of 2 Could not be read 1" in text(page)
    assert "<script>alert" not in reports[-1]


def test_same_images_of_another_person_are_not_called_by_their_file_name(open_page, digits_folder, reports):
    last = []
    for name in ("salary_of_jane.zip", "scans.zip"):
        page = open_page("batch", model="digits", batch_of="Your own, in a zip")
        page.file_uploader(key="batch_zip").upload(name, zipped(digits_folder), "application/zip").run()
        check_sound(page)
        last.append(reports[-1])
    assert ["salary_of_jane" in report for report in last] == [True, False]
    assert "scans.zip" in last[1]


def test_harmful_zip_is_a_sentence_and_the_page_stays(open_page, reports):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("../evil.png", b"")
    page = open_page("batch", model="digits", batch_of="Your own, in a zip")
    page.file_uploader(key="batch_zip").upload("x.zip", content.getvalue(), "application/zip").run()
    assert not page.exception
    assert "leads out of the folder" in errors(page)[0]
    page.selectbox(key="batch_of").select("Sample images").run()
    check_sound(page)
    assert reports


def test_earlier_batch_opens_again(open_page, digits_folder, reports, tmp_path, monkeypatch):
    kept = tmp_path / "kept"
    vislib.explain_many(vislib.load_classifier("digits"), digits_folder, ["saliency"], out=kept, features=True)
    monkeypatch.setenv("VISLIB_BATCH_FOLDERS", str(kept))
    page = open_page("batch", batch_of="An earlier batch")
    sent = page.file_uploader(key="batch_earlier").upload("kept.zip", packed_folder.zipped(kept), "application/zip")
    for page in (sent.run(), open_page("batch", batch_of="A folder of this server")):
        check_sound(page)
        assert "Images 3 Accuracy 100 % of 2 Could not be read 1" in text(page)
        assert "Confusion matrix" in text(page)
        assert any("a batch of scans, by " in caption.value for caption in page.caption)
        assert not [button for button in page.button if button.key == "use row"]
    assert reports[-1] == reports[-2]


def test_earlier_batch_that_somebody_changed_is_a_sentence(open_page, digits_folder, tmp_path):
    kept = tmp_path / "kept"
    vislib.explain_many(vislib.load_classifier("digits"), digits_folder, ["saliency"], out=kept)
    whole = json.loads((kept / "manifest.json").read_text())
    sentences = []
    for changed in (
        {"source": {"n_images": 3}},
        {"source": whole["source"] | {"n_images": 10**12}},
        {"labels": 3},
        None,
    ):
        text_of = "[]" if changed is None else json.dumps(whole | changed)
        (kept / "manifest.json").write_text(text_of)
        page = open_page("batch", batch_of="An earlier batch")
        page.file_uploader(key="batch_earlier").upload("kept.zip", packed_folder.zipped(kept), "application/zip").run()
        assert not page.exception
        sentences.append((errors(page) or ["opened"])[0])
    assert sentences[1] == "opened", "one finished part of very many is a batch that is not finished"
    assert all("damaged" in said for said in (sentences[0], *sentences[2:])), sentences
    (kept / "manifest.json").write_text(json.dumps(whole))
    (kept / "table" / "part-000000.parquet").write_bytes(b"PAR1 nothing PAR1")
    page = open_page("batch", batch_of="An earlier batch")
    page.file_uploader(key="batch_earlier").upload("kept.zip", packed_folder.zipped(kept), "application/zip").run()
    assert "is no Parquet file, or damaged" in errors(page)[0]


def test_zip_without_a_batch_says_what_a_batch_is(open_page, digits_folder):
    page = open_page("batch", batch_of="An earlier batch")
    page.file_uploader(key="batch_earlier").upload("scans.zip", zipped(digits_folder), "application/zip").run()
    assert not page.exception
    assert "scans.zip holds no batch: it has no manifest.json. A batch is what" in errors(page)[0]


def test_server_folder_only_where_the_operator_allows_it(open_page, digits_folder, monkeypatch):
    page = open_page("batch", model="digits")
    assert "A folder of this server" not in page.selectbox(key="batch_of").options
    monkeypatch.setenv(sets.VARIABLE, f"{digits_folder}:/nowhere")
    page = check_sound(open_page("batch", model="digits", batch_of="A folder of this server"))
    assert page.selectbox(key="batch_folder").options == ["scans"]
    assert "Images 3" in text(page)


def test_too_many_images_name_the_command(open_page, digits_folder, monkeypatch):
    monkeypatch.setenv(sets.VARIABLE, str(digits_folder))
    monkeypatch.setattr(source, "MOST_IMAGES", 2)
    page = open_page("batch", model="digits", batch_of="A folder of this server")
    assert "holds 3 images; this page takes up to 2" in errors(page)[0]
    assert "python -m vislib batch" in errors(page)[0]


def test_no_method_is_a_sentence(open_page):
    page = open_page("batch", model="digits")
    page.multiselect(key="batch_methods").set_value([]).run()
    check_sound(page)
    assert any(caption.value == "Choose a method." for caption in page.caption)


@pytest.fixture
def folders_used(monkeypatch) -> list[tuple[Path, os.stat_result]]:
    """Fills with the folder that each batch is computed in, and what the one around it is like then."""
    used: list[tuple[Path, os.stat_result]] = []
    real = vislib.explain_many

    def explain_many(*args, out, **kwargs):
        used.append((out, out.parent.stat()))
        return real(*args, out=out, **kwargs)

    monkeypatch.setattr(vislib, "explain_many", explain_many)
    return used


def test_batches_lie_where_no_other_user_looks_and_are_made_again_where_they_were_deleted(open_page, folders_used):
    check_sound(open_page("batch", model="digits"))
    shutil.rmtree(folders_used[0][0].parent)  # as a machine that tidies up
    check_sound(open_page("batch", model="digits"))
    for _, around in folders_used:
        assert (stat.S_IMODE(around.st_mode), around.st_uid) == (0o700, os.getuid())
    assert folders_used[1][0].is_dir()
    assert folders_used[0][0].parent.name != folders_used[1][0].parent.name, "its name can be known beforehand"


def test_bar_tells_the_rate_and_the_time_left(open_page, monkeypatch):
    def explain_many(*args, progress, **kwargs):
        for done in (20, 20, 60):
            progress(done, 1000)
        st.stop()  # as Streamlit does at its next call once a person pressed Stop

    monkeypatch.setattr(vislib, "explain_many", explain_many)
    monkeypatch.setattr(work, "_SECONDS_BETWEEN_REPORTS", 0)
    times = iter((100.0, 101.0, 108.0))
    monkeypatch.setattr(pace, "time", SimpleNamespace(monotonic=lambda: next(times)))
    (bar,) = open_page("batch", model="digits").get("progress")
    assert bar.proto.text == "Explaining the sample images: 60 of 1,000 images, 5.0 a second, 3 min 8 s left"


def test_left_folders_are_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(batch_folders, "MOST", 3)
    for place, name in enumerate("abcd"):
        (tmp_path / "batches" / name).mkdir(parents=True)
        (tmp_path / "batches" / name / "maps").write_bytes(b"0" * 10)
        os.utime(tmp_path / "batches" / name, (place, place))
    batch_folders.make_room(tmp_path / "batches" / "new")
    assert sorted(path.name for path in (tmp_path / "batches").iterdir()) == ["b", "c", "d"]
    monkeypatch.setattr(batch_folders, "MOST_BYTES", 15)
    batch_folders.make_room(tmp_path / "batches" / "new")
    assert [path.name for path in (tmp_path / "batches").iterdir()] == ["d"]


def test_table_for_a_spreadsheet_holds_no_formula(tmp_path):
    assert table_file.cell("=HYPERLINK(1)") == "'=HYPERLINK(1)"
    assert table_file.cell([1, 2]) == "1 2"


def test_large_batch_says_what_it_costs_and_waits_for_a_click(open_page, monkeypatch, reports):
    monkeypatch.setattr(cost, "AT_ONCE", 9)
    page = check_sound(open_page("batch", model="digits", batch_methods="grad-cam"))
    (said,) = (one.value for one in page.info)
    assert re.search(r"10 images take about \d.* on this machine, by a trial on \d+ of them", said)
    assert re.search(r"the time of about \d+ forward passes", said)
    assert not reports
    page.button(key="explain all").click().run()
    assert "Images 10 Accuracy 100 % of 10" in text(check_sound(page))


def shown_batch(name: str) -> None:
    """A script: the sample scenes as a batch of a network, without the choices of the sidebar."""
    from types import SimpleNamespace

    import vislib
    from pages._ui.batch import view
    from vislib.batch import source_of

    names = [f"sample_images/scenes/scene-{number}.png" for number in (1, 2)]
    here = SimpleNamespace(classifier=vislib.load_classifier(name), model_name=name)
    view.show(here, source_of(names, ["23 15", None]), repr(names), ["saliency"])


def figures_of_a_folder() -> None:
    """A script: images in the folder cat/, which is no class name of ImageNet."""
    import pandas as pd

    from pages._ui.batch import view

    view._figures(pd.DataFrame({"label": ["cat", "cat"], "correct": [None, None], "error": [None, None]}), {})


def test_folder_that_is_no_class_name_is_why_there_is_no_accuracy():
    page = check_sound(AppTest.from_function(figures_of_a_folder).run())
    assert "Accuracy" not in text(page)
    assert "No accuracy: the folders, such as “cat”, are no class names of this network." in page.caption[0].value


def test_numbers_with_their_errors_and_no_probability(reports):
    page = check_sound(AppTest.from_function(shown_batch, args=("digit-size",), default_timeout=HANG_SECONDS).run())
    network = vislib.load_classifier("digit-size")
    values = network.logits(vislib.load_image("sample_images/scenes/scene-1.png"))
    for label, value, true in zip(network.labels, values, (23, 15), strict=True):
        assert f"Mean absolute error of {label} {abs(value - true):.4g} px (1 of 2)" in text(page)
    shown = page.dataframe[-1].value
    assert shown["True value"][0] == 23
    assert shown["Error"][0] == pytest.approx(values[0] - 23, rel=1e-4)
    assert not {"Predicted", "Explained", "Probability", "True class"} & set(shown)
    report = reports[-1]
    assert "robabilit" not in report
    assert "by digit-size, with" in report


def test_segments_are_shares_of_the_pixels(reports):
    args = ("scene-segmentation",)
    page = check_sound(AppTest.from_function(shown_batch, args=args, default_timeout=HANG_SECONDS).run())
    shown = page.dataframe[-1].value
    network = vislib.load_classifier("scene-segmentation")
    said = network.predict(vislib.load_image("sample_images/scenes/scene-1.png"), 1)[0]
    assert (shown["Predicted"][0], shown["Share of the pixels"][0]) == (said.label, pytest.approx(said.value))
    assert not {"Probability", "Value"} & set(shown)
    assert "Accuracy" not in text(page)
    logits = network.logits(vislib.load_image("sample_images/scenes/scene-1.png"))
    explained = network.labels[network.main_class(logits)]
    assert shown["Explained"][0] == explained != said.label
    assert f"of the pixels, explained: {explained}" in reports[-1]


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        ("digits", "for the class that the network predicts. The image and the class at"),
        ("digit-size", "for the first output. The image and the output at"),
        ("scene-segmentation", "other than a class called “background”. The image and the segment at"),
    ],
)
def test_page_says_what_its_maps_explain(open_page, model, sentence):
    page = check_sound(open_page("batch", model=model, batch_of="Your own, in a zip"))
    assert any(sentence in caption.value for caption in page.caption)
    assert any("one folder per class" in caption.value for caption in page.caption) == (model != "digit-size")
