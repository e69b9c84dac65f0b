"""The report: one file that needs nothing else, says what the table says, and lets nothing foreign through."""

import re

import numpy as np
import pytest
from tiny_models import SIDE, classifier_of, conv_relu, seeded, tiny

import vislib
from vislib import ParameterError
from vislib.batch import explain_many, open_batch
from vislib.cli import main
from vislib.report import report_html, write_report
from vislib.report.findings import findings

EVIL = "<script>alert('x')</script>\"onload=\"y"


@pytest.fixture(scope="module")
def batch_folder(tmp_path_factory):
    """Forty images, half of them labelled as the network sees them, the rest wrongly; one cannot be read."""
    network, out = tiny("conv_relu"), tmp_path_factory.mktemp("batch") / "out"
    images = np.random.default_rng(0).integers(0, 256, (40, SIDE, SIDE, 3), np.uint8)
    answers = [network.predict(image, 1)[0].index for image in images]
    labels = [answer if number % 2 else (answer + 1) % 4 for number, answer in enumerate(answers)]
    explain_many(network, images, ("grad-cam", "occlusion"), out=out, labels=labels, part_rows=16)
    return out


def test_findings_are_what_the_table_says(batch_folder):
    batch = open_batch(batch_folder)
    table, found = batch.table().to_pandas(), findings(batch, most=5)
    assert (found.n, found.n_known, found.n_right, found.n_errors) == (40, 40, 20, 0)
    wrong = table[~table.correct.astype(bool)].sort_values("probability", ascending=False, kind="stable")
    assert list(found.mistakes.numbers) == list(wrong.number[:5])
    (disagreement,) = found.disagreements
    lowest = table.sort_values("agreement_grad_cam_occlusion", kind="stable")
    assert list(disagreement.numbers) == list(lowest.number[: len(disagreement.numbers)])
    assert found.border[1].of == ("occlusion",)
    assert found.border[1].figures[0] == table.occlusion_border.max()
    for row in found.classes:
        of_class = table[table.label_index == row.class_index]
        assert (row.n, row.right) == (len(of_class), int(of_class.correct.sum()))
    assert [row.right / row.n for row in found.classes] == sorted(row.right / row.n for row in found.classes)


def test_labels_that_are_no_class_are_said_beside_the_accuracy(network, pictures, tmp_path):
    labels = ["<dog>", "<dog>", "cat", "class 1"]
    explain_many(network, pictures[:4], out=tmp_path / "out", labels=labels)
    assert findings(open_batch(tmp_path / "out")).unknown_labels == (("<dog>", 2), ("cat", 1))
    page = report_html(tmp_path / "out")
    assert "of 1 images" in page
    assert "The labels of 3 images are no classes of the network, for example “&lt;dog&gt;”." in page


def test_page_is_self_contained(batch_folder):
    page = report_html(batch_folder)
    assert page.count("<html") == 1
    assert not re.search(r"https?://", page)
    assert not re.search(r"<(script|link|iframe|object|form)\b", page)
    sources = re.findall(r'\bsrc="([^"]*)"', page)
    assert len(sources) > 20
    assert all(source.startswith("data:image/jpeg;base64,") for source in sources)
    assert "default-src 'none'" in page
    assert page.count("<img") == page.count(' alt="')
    for words in ("Accuracy 50 %: 20 of 40 images", "The most confident mistakes", "prefers-color-scheme: dark"):
        assert words in page
    for anchor in re.findall(r'href="#([^"]+)"', page):
        assert f'id="{anchor}"' in page
    assert "nan" not in re.sub(r'src="[^"]*"', "", page).lower().replace("dominant", "")
    assert "None" not in re.sub(r'src="[^"]*"', "", page)


def test_foreign_text_escaped_everywhere(tmp_path):
    labels = [EVIL, "b", "c & d", "e"]
    network = classifier_of(seeded(conv_relu()), labels=labels)
    images = np.random.default_rng(0).integers(0, 256, (30, SIDE, SIDE, 3), np.uint8)

    class Evil:
        name = digest = EVIL

        def __len__(self):
            return len(images)

        def __getitem__(self, number):
            if number == 7:
                raise vislib.ImageError(EVIL)
            return images[number]

        def title(self, number):
            return f"{EVIL}/{number}"

    explain_many(network, Evil(), ("grad-cam", "saliency"), out=tmp_path / "out", labels=[EVIL, "<b>x"] * 15)
    page = report_html(tmp_path / "out")
    assert "<script" not in page
    assert '"onload' not in page
    assert "&lt;script&gt;" in page
    assert "c &amp; d" in page or "c & d" not in page


def test_batch_without_labels_thumbnails_or_readable_images(network, pictures, tmp_path):
    explain_many(network, pictures, ("grad-cam",), out=tmp_path / "plain", thumbnail_px=0)
    page = report_html(tmp_path / "plain")
    assert "23 images explained" in page
    assert "there is no accuracy" in page
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.png").write_bytes(b"no")
    explain_many(network, tmp_path / "images", ("grad-cam",), out=tmp_path / "none")
    page = report_html(tmp_path / "none")
    assert "0 images explained" in page
    assert "is not an image that can be read" in page


def test_unfinished_batch_says_so(network, pictures, tmp_path):
    explain_many(network, pictures, out=tmp_path / "out", part_rows=5)
    (tmp_path / "out" / "table" / "part-000002.parquet").unlink()
    page = report_html(tmp_path / "out")
    assert "not finished: 5 images are missing" in page


def test_images_whose_maps_are_constant(network, tmp_path):
    explain_many(network, np.zeros((20, SIDE, SIDE, 3), np.uint8), ("edges", "random"), out=tmp_path / "out")
    assert "20 images explained" in report_html(tmp_path / "out")


def test_command_writes_beside_the_batch_or_where_asked(batch_folder, tmp_path, capsys):
    assert main.main(["report", str(batch_folder)]) == 0
    assert "report.html" in capsys.readouterr().out
    assert (batch_folder / "report.html").read_text().startswith("<!doctype html>")
    assert main.main(["report", str(batch_folder), "--out", str(tmp_path / "a.html")]) == 0
    assert (tmp_path / "a.html").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["{tmp}"], "holds no batch"),
        (["{batch}", "--out", "{tmp}/a.pdf"], "not as 'a.pdf'"),
        (["{batch}", "--out", "{tmp}/no/a.html"], "no folder"),
    ],
)
def test_command_refuses_with_a_sentence(batch_folder, tmp_path, capsys, arguments, words):
    filled = [text.replace("{tmp}", str(tmp_path)).replace("{batch}", str(batch_folder)) for text in arguments]
    assert main.main(["report", *filled]) == 2
    assert words in capsys.readouterr().err


def test_report_on_a_selection_has_only_its_images(batch_folder, tmp_path, capsys):
    table = open_batch(batch_folder).table().to_pandas()
    wrong = table[~table.correct.astype(bool)].number.tolist()
    selection = open_batch(batch_folder).only(wrong[::-1])
    assert selection.table(["number"]).column(0).to_pylist() == wrong
    assert (selection.n_images, selection.n_finished, selection.n_in_batch) == (20, 20, 40)
    found = findings(selection)
    assert (found.n, found.n_known, found.n_right) == (20, 20, 0)
    page = report_html(batch_folder, rows=wrong, selection="all <wrong>")
    assert "Accuracy 0 %: 0 of 20 images" in page
    assert "images, a selection of 20 of its 40 images (all &lt;wrong&gt;), by" in page
    assert "not finished" not in page
    assert write_report(batch_folder, rows=wrong).name == "selection.html"
    assert main.main(["report", str(batch_folder), "--rows", "3, 5-7", "--out", str(tmp_path / "a.html")]) == 0
    assert "a selection of 4 of its 40 images" in (tmp_path / "a.html").read_text()


@pytest.mark.parametrize(
    ("rows", "words"),
    [("40", "no finished image with the number 40"), ("7-5", "not '7-5'"), ("a", "such as 3,17,20-40"), ("", "3,17")],
)
def test_selection_that_is_none_is_a_sentence(batch_folder, capsys, rows, words):
    assert main.main(["report", str(batch_folder), "--rows", rows]) == 2
    assert words in capsys.readouterr().err
    with pytest.raises(ParameterError, match="at least one image"):
        report_html(batch_folder, rows=[])


def test_suffix_refused_by_the_library_too(batch_folder, tmp_path):
    with pytest.raises(ParameterError, match=r"written as \.html"):
        write_report(batch_folder, tmp_path / "x.txt")
