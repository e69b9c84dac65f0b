"""The pages Adversarial and Similar images: what they find, their lines, and an image for every page."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from page_text import check_sound, errors, pictures, raw_html, text
from PIL import Image
from snippet_runs import run_snippet

import vislib
from vislib.batch import packed_folder
from vislib.language import probability

CAT = {"model": "cifar10", "image": "cifar10/cat.png"}


@pytest.fixture(autouse=True)
def _loaded_once(load_once, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(vislib, "load_classifier", load_once)
    monkeypatch.setenv("VISLIB_DATA_DIR", str(tmp_path))  # no data set is at hand, so the samples are the usual set


def test_attack_is_shown_saved_and_used_on_every_page(open_page, offered, tmp_path):
    page = check_sound(open_page("adversarial", **CAT, epsilon="8", attack="FGSM, one step"))
    assert "cat becomes dog" in text(page)
    assert "The largest change is 8 of 255 grey levels" in text(page)
    assert "After: what the network sees now." in text(page)
    assert pictures(page)[:3] == [
        "cifar10/cat.png, as the network sees it",
        "The adversarial picture of cifar10/cat.png",
        "The perturbation, times 16",
    ]
    assert [alt for alt in pictures(page) if alt.startswith("Grad-CAM")] == [
        "Grad-CAM for cat over cifar10/cat.png",
        "Grad-CAM for cat over cifar10_cat-adversarial.png",
        "Grad-CAM for dog over cifar10_cat-adversarial.png",
    ]
    offer = offered["adversarial"]
    found = run_snippet(offer.snippet)["found"]
    with np.load(io.BytesIO(offer.files["npz"]())) as saved:
        np.testing.assert_array_equal(saved["image"], found.image)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(offer.files["png"]()))), found.image)
    page.button(key="use adversarial").click().run()
    assert check_sound(page).selectbox(key="image").value == "cifar10_cat-adversarial.png"
    assert "dog" in text(page).split("becomes")[0].splitlines()[-1]


def test_towards_a_class_and_settings_of_pgd(open_page, offered, tmp_path):
    page = check_sound(open_page("adversarial", **CAT, epsilon="8", towards="ship", attack_steps="5"))
    assert "PGD raises the log odds of “ship” from" in text(page)
    snippet = offered["adversarial"].snippet
    assert "8, towards='ship', steps=5)" in snippet
    page.selectbox(key="class").select("ship").run()
    assert page.selectbox(key="towards").value == "any other answer"
    assert "PGD lowers the log odds of “ship” from" in text(check_sound(page))


def test_similar_samples_are_shown_and_the_lines_find_the_same(open_page, offered):
    page = check_sound(open_page("similar_images", **CAT, n_similar="3"))
    assert "Among 10 images: the sample images" in text(page)
    assert "The nearest has the same features: it seems to be this very image." in text(page)
    found = run_snippet(offered["similar"].snippet)["found"]
    rows = offered["similar"].files["csv"]().decode().splitlines()
    assert len(rows) == 1 + len(found.nearest) + len(found.of_other_class) + len(found.wrong)
    assert rows[1].startswith("nearest,cifar10/cat.png,0,")
    assert [row.split(",")[1] for row in rows[1:4]] == [
        Path(each.title).relative_to(vislib.sample_path()).as_posix() for each in found.nearest
    ]
    assert len(found.nearest) == len(found.of_other_class) == 3


def test_zip_with_classes_waits_for_a_click(open_page):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in ("cat", "dog", "frog", "horse", "ship", "bird"):
            archive.write(vislib.sample_path() / "cifar10" / f"{name}.png", f"{name}/one.png")
        archive.writestr("cat/broken.png", b"broken")
    page = open_page("similar_images", **CAT, similar_among="Your own, in a zip")
    assert "Choose a zip of pictures above." in [caption.value for caption in page.caption]
    page.file_uploader(key="similar_among_zip").set_value(("mine.zip", buffer.getvalue(), "application/zip")).run()
    page.button(key="look among").click().run()
    assert "Among 6 images: mine.zip" in text(check_sound(page))
    assert "1 image could not be read." in text(page)
    assert "of the first 5 neighbours share the true class" in text(page)


def test_bad_zip_is_a_sentence(open_page):
    page = open_page("similar_images", **CAT, similar_among="Your own, in a zip")
    page.file_uploader(key="similar_among_zip").set_value(("mine.zip", b"nothing", "application/zip")).run()
    page.button(key="look among").click().run()
    assert len(errors(page)) == 1
    assert not page.exception


def test_similar_images_of_an_earlier_batch_are_those_that_it_keeps(open_page, offered, monkeypatch, tmp_path):
    network, kept = vislib.load_classifier("cifar10"), tmp_path / "kept"
    vislib.explain_many(network, vislib.sample_path() / "cifar10", ["saliency"], out=kept, features=True)
    monkeypatch.setenv("VISLIB_BATCH_FOLDERS", str(kept))
    monkeypatch.setattr(vislib.neighbours.index, "features", None)  # nothing of the set goes through the network again
    page = check_sound(open_page("similar_images", **CAT, similar_among="A folder of this server", n_similar="3"))
    assert "Among 10 images: cifar10" in text(page)
    assert "it seems to be this very image" in text(page)
    assert "only these small pictures, as the network saw them" in text(page)
    assert "vislib.open_batch('my_batch')" in offered["similar"].snippet
    page = open_page("similar_images", model="digits", similar_among="A folder of this server")
    assert "The batch of cifar10 is of the network cifar10, not digits" in errors(page)[0]
    vislib.explain_many(network, vislib.sample_path() / "cifar10", ["saliency"], out=tmp_path / "without")
    page = open_page("similar_images", **CAT, similar_among="An earlier batch")
    content = packed_folder.zipped(tmp_path / "without")
    page.file_uploader(key="similar_among_earlier").set_value(("b.zip", content, "application/zip")).run()
    assert "The batch of cifar10 holds no features" in errors(page)[0]


def test_attack_on_another_class_than_the_answer_says_what_became_of_that_class(open_page):
    page = check_sound(open_page("adversarial", **(CAT | {"class": "ship"}), epsilon="8", attack="FGSM, one step"))
    classifier = vislib.load_classifier("cifar10")
    image = vislib.load_image(vislib.sample_path("cifar10/cat.png"))
    found = vislib.adversarial.fgsm(classifier, image, 8, class_index="ship")
    index = classifier.class_index("ship")
    first, last = (
        probability(float(classifier.values(logits)[index])) for logits in (found.logits_before, found.logits_after)
    )
    headline = next(block for block in raw_html(page) if "v-said" in block)
    assert f"ship <span>{first} → {last}</span>" in headline


def test_maps_before_and_after_have_one_shape_where_the_image_is_stretched(open_page, monkeypatch):
    from pages._ui.results import picture

    drawn: list[tuple[str, tuple[int, int]]] = []
    monkeypatch.setattr(picture, "show_image", lambda image, alt, width: drawn.append((alt, image.size)))
    page = open_page("adversarial", model="cifar10", epsilon="8", attack="FGSM, one step")
    wide = vislib.sample_path("cat.jpg").read_bytes()
    page.file_uploader(key="upload").set_value(("wide.jpg", wide, "image/jpeg"))
    drawn.clear()
    check_sound(page.run())
    sizes = [size for alt, size in drawn if alt.startswith("Grad-CAM") and "wide" in alt]
    assert len(sizes) >= 2
    assert len(set(sizes)) == 1
