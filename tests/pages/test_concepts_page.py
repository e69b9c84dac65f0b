"""The page Concepts: groups at once, concepts and a test on a click, and lines that give the same numbers."""

import io
import zipfile

import numpy as np
import pytest
from page_text import check_sound, errors, text
from PIL import Image
from snippet_runs import run_snippet

import vislib

DIGITS = {"model": "digits", "image": "digits/3.png"}
FEW = {"n_concepts": "3"}


@pytest.fixture
def _loaded_once(load_once, monkeypatch) -> None:
    monkeypatch.setattr(vislib, "load_classifier", load_once)


@pytest.fixture
def _no_data(monkeypatch, tmp_path) -> None:
    """No data set is at hand, so that the samples are the usual set."""
    monkeypatch.setenv("VISLIB_DATA_DIR", str(tmp_path))


def zipped(images) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, image in enumerate(images):
            content = io.BytesIO()
            Image.fromarray(image).save(content, "PNG")
            archive.writestr(f"{number}.png", content.getvalue())
    return buffer.getvalue()


def pictures_of(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (n, 28, 28, 3), dtype=np.uint8)


def only(offered, start):
    (offer,) = (offer for key, offer in offered.items() if key.startswith(start))
    return offer


@pytest.mark.usefixtures("_loaded_once", "_no_data")
@pytest.mark.parametrize("query", [{}, {"concept_layer": "conv1", "n_groups": "4", "class": "7"}])
def test_lines_give_the_same_groups(open_page, offered, query, tmp_path):
    check_sound(open_page("concepts", **DIGITS, **query))
    offer = only(offered, "groups")
    found = run_snippet(offer.snippet)["groups"]
    with np.load(io.BytesIO(offer.files["npz"]())) as saved:
        for name, kept in (("maps", "values"), ("channels", "channels"), ("contributions", "contributions")):
            values = getattr(found, name)
            np.testing.assert_allclose(values, saved[kept], rtol=0, atol=1e-4 * np.abs(values).max())
    assert offer.files["png"]().startswith(b"\x89PNG")
    rows = offer.files["csv"]().decode().splitlines()
    assert rows[0] == "group,contribution,strongest_channels"
    assert len(rows) == len(found) + 1
    assert (len(found), found.layer) == ((4, "conv1") if query else (6, found.layer))


@pytest.mark.usefixtures("_no_data")
def test_strongest_channels_are_icons_on_request(open_page, monkeypatch):
    from pages._ui.results import icons

    rows = []
    monkeypatch.setattr(
        icons, "row", lambda context, layer, shown, *_: rows.append((layer, [one.label for one in shown]))
    )
    page = check_sound(open_page("concepts", **DIGITS))
    assert not rows
    page.toggle(key="group_icons").set_value(True).run()
    check_sound(page)
    ((layer, labels),) = rows
    groups = vislib.concepts.groups(vislib.load_classifier("digits"), vislib.load_image("sample_images/digits/3.png"))
    assert layer == groups.layer
    assert labels == [f"{k + 1}: {groups.channels[k].argmax()}" for k in range(6)]


@pytest.mark.usefixtures("_no_data")
def test_negative_activations_are_told(open_page):
    page = check_sound(open_page("concepts", concept_layer="conv1", **DIGITS))
    assert "of the activations of conv1 are negative" in text(page)


@pytest.mark.usefixtures("_loaded_once", "_no_data")
def test_concepts_of_the_samples_wait_for_a_click(open_page, offered, tmp_path):
    page = check_sound(open_page("concepts", **DIGITS, **FEW))
    assert page.button(key="find concepts").label == "Find concepts in Sample images"
    assert "Concept 1" not in text(page)
    page.button(key="find concepts").click().run()
    shown = text(check_sound(page))
    assert "Concept 3 , importance" in shown
    assert "From 10 images of the sample images" in shown
    offer = only(offered, "concepts")
    found = run_snippet(offer.snippet)["concepts"]
    kept = vislib.concepts.load_concepts(offer.files["npz"]())
    np.testing.assert_allclose(found.vectors, kept.vectors, atol=1e-6)
    np.testing.assert_allclose(found.importance, kept.importance, atol=1e-6)
    page.selectbox(key="image").select("digits/8.png").run()  # the concepts are of the class, which is now another
    assert page.button(key="find concepts").label


@pytest.mark.usefixtures("_no_data")
def test_concept_of_two_zips_is_tested(open_page, offered):
    page = check_sound(open_page("concepts", **DIGITS, tcav_runs="5"))
    files = {"concept_zip": zipped(pictures_of(8, 0)), "random_zip": zipped(pictures_of(16, 1))}
    for key, content in files.items():
        page.file_uploader(key=key).set_value((f"{key}.zip", content, "application/zip"))
    page.run()
    page.button(key="test concept").click().run()
    shown = text(check_sound(page))
    assert "5 runs, and 5 between random halves" in shown
    assert "8 images of the concept, 16 random ones, 10 images" in shown
    assert any("“concept_zip”" in element.value.replace("\\", "") for element in (*page.info, *page.success))
    rows = only(offered, "tcav").files["csv"]().decode().splitlines()
    assert rows[0] == "concept,layer,score,random_score,accuracy,random_accuracy"
    assert len(rows) == 6


@pytest.mark.usefixtures("_no_data")
def test_too_few_pictures_are_a_sentence(open_page):
    page = open_page("concepts", **DIGITS)
    for key, n in (("concept_zip", 2), ("random_zip", 16)):
        page.file_uploader(key=key).set_value((f"{key}.zip", zipped(pictures_of(n, 0)), "application/zip"))
    page.run()
    page.button(key="test concept").click().run()
    assert not page.exception
    assert "concept_zip.zip has 2 images that can be read; at least 4 are needed" in errors(page)[0]


def test_data_set_at_hand_is_the_usual_one(open_page, tmp_path, monkeypatch):
    images, labels = np.zeros((20, 28, 28), np.uint8), np.arange(20) % 10
    np.savez(tmp_path / "mnist.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    monkeypatch.setenv("VISLIB_DATA_DIR", str(tmp_path))
    page = check_sound(open_page("concepts", **DIGITS))
    assert page.button(key="find concepts").label == "Find concepts in MNIST, 10,000 test digits"
