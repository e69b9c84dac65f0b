"""Files that anyone may have made: refused with a sentence, or in use with the right pixels."""

import io

import numpy as np
import pytest
from app_pages import PAGES
from page_text import blocks, check_sound, errors, pictures, text
from PIL import Image
from quick_methods import QUICK

import vislib

SMALL = {
    "compare_and_trust": {"model": "digits", "methods": "Grad-CAM"},
    "what_a_unit_wants": {"model": "digits", "steps.One unit": "16"},
    "unit_card": {"model": "digits"},
}
"""What makes the slow pages quick; on the others is a network for colour."""
HOSTILE = "<img src=x onerror=alert(1)>**b**.png"


def encoded(picture: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def halves(first, second, height: int = 40, width: int = 60) -> np.ndarray:
    """One colour left, another right."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, : width // 2], pixels[:, width // 2 :] = first, second
    return pixels


def truncated_jpeg() -> bytes:
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3), dtype=np.uint8)
    return encoded(Image.fromarray(noise), "JPEG")[:3000]


BAD = {
    "empty.png": lambda: b"",
    "text.jpg": lambda: b"This is no picture.\n" * 20,
    "truncated.jpg": truncated_jpeg,
    "huge.png": lambda: encoded(Image.new("1", (20000, 20000)), "PNG", compress_level=1),
    "svg_renamed.png": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
}


def rotated():
    exif = Image.Exif()
    exif[0x0112] = 6  # shown turned by 90° clockwise
    content = encoded(Image.fromarray(halves((250, 0, 0), (0, 0, 250))), "JPEG", quality=95, subsampling=0, exif=exif)
    return content, np.rot90(halves((250, 0, 0), (0, 0, 250)), -1), 12


def cmyk():
    content = encoded(Image.new("CMYK", (50, 40), (0, 255, 255, 0)), "JPEG", quality=95)
    return content, np.full((40, 50, 3), (255, 0, 0)), 6


def grey_16_bit():
    ramp = np.linspace(0, 65535, 64 * 32).reshape(32, 64).astype(np.uint16)
    return encoded(Image.fromarray(ramp), "PNG"), np.repeat(np.rint(ramp / 257)[..., None], 3, axis=2), 1


def palette_transparent():
    picture = Image.fromarray(np.repeat([[0, 1]], 30, axis=0).repeat(20, axis=1).astype(np.uint8), "P")
    picture.putpalette([10, 20, 30, 200, 100, 0])
    return encoded(picture, "PNG", transparency=0), halves((255, 255, 255), (200, 100, 0), 30, 40), 0


def animated():
    frames = [Image.new("RGB", (40, 30), colour) for colour in ((0, 255, 0), (255, 0, 0))]
    content = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100)
    return content, np.full((30, 40, 3), (0, 255, 0)), 0


def one_pixel():
    return encoded(Image.new("RGB", (1, 1), (10, 200, 30)), "PNG"), np.full((1, 1, 3), (10, 200, 30)), 0


def wide():
    pixels = np.broadcast_to(np.arange(8000)[None, :, None] % 256, (200, 8000, 3)).astype(np.uint8)
    return encoded(Image.fromarray(pixels), "PNG"), pixels, 0


GOOD = {
    "rotated.jpg": rotated,
    "cmyk.jpg": cmyk,
    "grey16.png": grey_16_bit,
    "palette.png": palette_transparent,
    "animated.gif": animated,
    "one.png": one_pixel,
    "wide.png": wide,
}


def upload(page, name: str, content: bytes, mime: str = "image/png"):
    return page.get("file_uploader")[0].set_value((name, content, mime)).run()


@pytest.mark.parametrize("name", BAD)
def test_bad_file_is_refused_and_the_image_stays(name, open_page):
    page = open_page("overview", model="cifar10", image="cifar10/ship.png")
    upload(page, name, BAD[name]())
    assert not page.exception
    assert len(errors(page)) == 1
    sentence = errors(page)[0]
    assert sentence.startswith(f"{name}: ")
    assert "The previous image is still in use." in sentence
    assert len(sentence) < 300
    assert page.selectbox(key="image").value == "cifar10/ship.png"
    assert name not in page.selectbox(key="image").options
    assert "Grad-CAM for ship over cifar10/ship.png" in pictures(page)


@pytest.fixture(scope="module")
def small():
    """The network that most pages here use."""
    return vislib.load_classifier("cifar10")


@pytest.mark.parametrize("name", GOOD)
def test_good_file_becomes_the_image(name, open_page, images_drawn, small):
    content, expected, tolerance = GOOD[name]()
    page = open_page("feature_maps", model="cifar10", layer="conv1_activation")
    upload(page, name, content)
    check_sound(page)
    assert page.selectbox(key="image").value == name
    image = images_drawn[-1]
    assert image.shape == expected.shape
    assert np.abs(image.astype(float) - expected).max() <= tolerance
    listed = next(block for block in blocks(page) if "%" in block)
    assert listed.startswith(small.predict(image, 1)[0].label)


def test_good_file_after_a_bad_one_clears_the_sentence(open_page):
    page = open_page("filters")
    upload(page, "text.jpg", BAD["text.jpg"](), "image/jpeg")
    assert errors(page)
    upload(page, "one.png", one_pixel()[0])
    assert page.selectbox(key="image").value == "one.png"
    check_sound(page)


def test_two_files_of_one_name_are_both_kept(open_page, images_drawn):
    page = open_page("feature_maps", model="cifar10")
    upload(page, "one.png", one_pixel()[0])
    upload(page, "one.png", palette_transparent()[0])
    assert {"one.png", "one.png (2)"} <= set(page.selectbox(key="image").options)
    assert images_drawn[-1].shape == (30, 40, 3)


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if page.has_context])
def test_hostile_name_is_text(name, open_page):
    page = open_page(name, **SMALL.get(name, {"model": "cifar10"}), **QUICK)
    upload(page, HOSTILE, palette_transparent()[0])
    check_sound(page)
    assert page.selectbox(key="image").value == HOSTILE
    for element in page.get("html"):
        assert "<img src=x" not in element.proto.body
    for element in [*page.markdown, *page.caption, *page.header]:
        assert HOSTILE not in element.value, "Markdown would render it"
    if name == "saliency":
        assert f"The part of {HOSTILE} that is its input" in text(page)


def test_hostile_name_of_a_bad_file_is_text(open_page):
    page = upload(open_page("filters"), HOSTILE, b"hello")
    assert errors(page)[0].startswith(f"{HOSTILE}: ")
    assert "**" not in page.error[0].value
    assert r"\<img" in page.error[0].value


def test_part_that_the_network_sees_is_in_pixels_of_the_image(open_page):
    buffer = io.BytesIO()
    Image.new("RGB", (600, 30), "orange").save(buffer, "PNG")
    page = open_page("saliency", model="efficientnet-lite0")
    page.file_uploader(key="upload").set_value(("wide.png", buffer.getvalue(), "image/png")).run()
    assert "26 × 26 of 600 × 30 pixels, 3.8 % of the image" in text(page)
