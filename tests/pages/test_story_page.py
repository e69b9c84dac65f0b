"""A cat through a CNN: the sizes told are those computed, and the numbers offered are those shown."""

import io

import numpy as np
import pytest
from page_text import check_sound, errors, pictures, text
from PIL import Image
from snippet_runs import run_snippet

from vislib.output import export


def own_image(open_page, width, height):
    page = open_page("a_cat_through_a_cnn", model="cifar10")
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    content = export.png_bytes(Image.fromarray(pixels))
    return page.file_uploader(key="upload").set_value(("mine.png", content, "image/png")).run()


def test_sizes_for_an_image_of_400_by_320(open_page):
    page = check_sound(own_image(open_page, 400, 320))
    said = text(page)
    assert "Three random kernels of 3 × 3: 398 × 318, 3 channels" in said
    assert "Three random kernels of 10 × 10: 391 × 311, 3 channels" in said
    assert "Width: ⌊(400 + 2·0 − 3) / 1⌋ + 1 = 398" in said
    assert "Max pooling 3 × 3: 132 × 106, 1 channel" in said
    assert "LeNet, pooling 2: 2 × 2: 97 × 77, 16 channels" in said


def test_trained_network_follows_the_random_ones(open_page):
    page = check_sound(open_page("a_cat_through_a_cnn"))
    assert pictures(page)[:2] == ["The image: 451 × 300, 3 channels", "The image, centred: 451 × 300, 3 channels"]
    assert "Conv2D “stem_conv”: 112 × 112, 32 channels" in text(page)
    assert "The 8 of 32 that vary most." in text(page)


def test_snippets_give_the_numbers_offered_and_new_weights_give_new_ones(open_page, offered):
    page = check_sound(open_page("a_cat_through_a_cnn", model="cifar10"))
    first = dict(offered)
    assert len(first) == 7 + 6 + 6
    for key in ("story one-3x3", "story lenet-s4", max(first, key=lambda name: "conv1" in name)):
        names = run_snippet(first[key].snippet)
        saved = np.load(io.BytesIO(first[key].files["npz"]()))["values"]
        np.testing.assert_allclose(names["maps"], saved, atol=1e-5 * np.abs(saved).max())
    next(button for button in page.button if button.label == "Draw new weights").click().run()
    assert page.number_input(key="seed").value == 1
    assert "seed=1" in offered["story one-3x3"].snippet
    before, after = (np.load(io.BytesIO(one["story one-3x3"].files["npz"]()))["values"] for one in (first, offered))
    assert before.shape == after.shape
    assert np.abs(before - after).max() > 0.01


@pytest.mark.parametrize("size", [(10, 200), (200, 19)])
def test_image_too_small_for_the_story_is_said(size, open_page):
    page = own_image(open_page, *size)
    assert not page.exception
    assert any("at least 20 × 20" in sentence for sentence in errors(page))
