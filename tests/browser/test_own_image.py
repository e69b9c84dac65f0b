"""An image of one's own, with a good name and with a bad one."""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect
from quick_methods import QUICK_QUERY

HOSTILE = "<img src=x onerror=alert(1)>**b**.png"
HOSTILE_TOO = ":smile: www.example.com -> a@example.com <- :red[x] `b` $c$ ~~d~~ -- https:.png"


@pytest.fixture(scope="module")
def coffee_png(samples) -> bytes:
    buffer = io.BytesIO()
    Image.open(samples / "coffee.jpg").convert("RGB").save(buffer, "PNG")
    return buffer.getvalue()


def test_own_image_is_explained_on_every_page_after(server, visit, samples):
    it = visit(f"{server}/class_activation?model=cifar10")
    it.settled("class_activation")
    it.upload("my ship.png", (samples / "cifar10" / "ship.png").read_bytes())
    it.says("Logit of “ship”")
    it.settled("class_activation")
    expect(it.main.locator("img[alt^='Grad-CAM for ship over my ship.png']")).to_be_visible()
    it.go("feature_maps")
    expect(it.main.locator("button img[alt*='over my ship.png;']")).to_be_visible()


def test_empty_file_is_a_sentence_and_the_image_stays(server, visit):
    it = visit(f"{server}/filters")
    it.settled("filters")
    it.upload("empty.png", b"")
    alert = it.main.get_by_test_id("stAlert")
    expect(alert).to_contain_text("empty.png: ")
    expect(alert).to_contain_text("The previous image is still in use.")
    expect(it.page.get_by_role("combobox", name="Image").first).to_have_value("cat.jpg")


def test_svg_is_refused(server, visit):
    it = visit(f"{server}/filters")
    it.settled("filters")
    it.upload("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml")
    expect(it.main.get_by_text("not allowed")).to_be_visible()
    expect(it.page.get_by_role("combobox", name="Image").first).to_have_value("cat.jpg")
    expect(it.page.get_by_test_id("stException")).to_have_count(0)


def test_hostile_name_shows_as_text(server, visit, coffee_png):
    it = visit(f"{server}/saliency?model=cifar10&{QUICK_QUERY}")
    it.settled("saliency")
    it.upload(HOSTILE, coffee_png)
    it.says(f"The part of {HOSTILE} that is its input")
    it.settled("saliency")
    expect(it.page.get_by_role("combobox", name="Image").first).to_have_value(HOSTILE)
    it.go("feature_maps")
    expect(it.main.locator(f'button img[alt*="over {HOSTILE};"]')).to_be_visible()
    assert it.page.locator("img[src=x]").count() == 0


@pytest.mark.parametrize("name", [HOSTILE, HOSTILE_TOO])
def test_hostile_name_of_a_bad_file_shows_as_text(name, server, visit):
    it = visit(f"{server}/filters")
    it.settled("filters")
    it.upload(name, b"hello")
    alert = it.main.get_by_test_id("stAlert")
    expect(alert).to_contain_text("The previous image is still in use.")
    assert name in alert.inner_text().replace("\u2060", ""), "word joiners are not seen"
    assert alert.locator("img, a, strong, code").count() == 0


def test_uploaded_file_leaves_the_button_and_a_refused_one_its_reason(server, visit, samples, tmp_path):
    it = visit(f"{server}/filters?model=digits")
    it.settled("filters")
    files = it.main.locator(".st-key-upload input[type=file]")
    files.set_input_files(samples / "digits" / "7.png")
    expect(it.page.get_by_role("combobox", name="Image").first).to_have_value("7.png")
    it.settled("filters")
    chips = it.main.locator(".st-key-upload").get_by_test_id("stFileChip")
    expect(chips).to_have_count(1)
    expect(chips).to_be_hidden()
    note = tmp_path / "note.txt"
    note.write_text("no image")
    files.set_input_files(note)
    expect(it.main.locator(".st-key-upload").get_by_text("not allowed")).to_be_visible()
