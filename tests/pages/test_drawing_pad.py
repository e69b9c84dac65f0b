"""What is drawn on the pad: strokes become an image, and the pad is for networks that read digits."""

import numpy as np
import pytest
from page_text import blocks, check_sound, pictures

import vislib
from pages._ui.shell import images, models
from pages._ui.widgets.drawing_pad import SIDE_PX, checked, drawing, read, written
from vislib.training import build
from vislib.training.networks import PREPROCESSING

SEVEN = {"digit.strokes": {"strokes": [[(0.3, 0.2), (0.7, 0.2), (0.45, 0.85)]], "n": 1}}


def test_stroke_is_white_on_its_way_and_nowhere_else():
    image = drawing([[(0.25, 0.5), (0.75, 0.5)]])
    assert image.shape == (SIDE_PX, SIDE_PX)
    middle = SIDE_PX // 2
    assert (image[middle, SIDE_PX // 4 : 3 * SIDE_PX // 4] == 255).all()
    assert not image[: middle - 20].any()
    assert not image[:, : SIDE_PX // 4 - 20].any()
    assert not drawing([]).any()


def test_point_is_a_dot():
    rows, columns = np.nonzero(drawing([[(0.5, 0.5)]]))
    assert rows.max() - rows.min() == columns.max() - columns.min() > 20


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ([[[0.1, 0.2]], [[0.3, 0.4], [2, -1]]], [[(0.1, 0.2)], [(0.3, 0.4), (1.0, 0.0)]]),
        (None, []),
        ([[], [[0.5]], [[float("nan"), 0.1]], "no stroke", [[0.5, 0.5]]], [[(0.5, 0.5)]]),
    ],
)
def test_strokes_from_a_browser_are_checked(sent, kept):
    assert checked(sent) == kept


def test_drawing_in_an_address_is_the_drawing():
    random = np.random.default_rng(0)
    strokes = [[tuple(point) for point in random.random((n, 2))] for n in (1, 5, 40)]
    again = read(written(strokes))
    assert [len(stroke) for stroke in again] == [1, 5, 40]
    for old, new in zip(strokes, again, strict=True):
        np.testing.assert_allclose(new, old, atol=0.51 / 999)
    assert read(written(again)) == again
    assert written([]) == "" == written(read("nonsense-12345-²²²²²²"))


def test_address_with_a_drawing_opens_with_it_as_the_image(open_page):
    text = written(SEVEN["digit.strokes"]["strokes"])
    page = check_sound(open_page("overview", model="digits", image="drawing.png", drawing=text))
    assert page.selectbox(key="image").value == "drawing.png"
    assert page.session_state["digit.strokes"]["strokes"] == read(text)


def network(channels: int, labels):
    model = build("digits", (28, 28, channels), len(labels))
    return vislib.load_classifier(model, preprocess=PREPROCESSING, labels=labels)


@pytest.mark.parametrize(
    ("channels", "labels", "reads"),
    [
        (1, "0123456789", True),
        (1, "9876543210", True),
        (3, "0123456789", False),
        (1, [f"class {k}" for k in range(10)], False),
        (1, ("shirt", "shoe"), False),
    ],
)
def test_digits_are_read_by_grey_networks_whose_classes_are_the_digits(channels, labels, reads):
    classifier = network(channels, tuple(labels))
    assert models.reads_digits(classifier) is reads
    assert (images.samples_for("", classifier) == images.DIGITS) is reads


def test_overview_of_a_digit_network_has_ten_bars_in_order(open_page):
    page = check_sound(open_page("overview", SEVEN, model="digits"))
    bars = next(block for block in blocks(page) if block.startswith("0 "))
    assert [word for word in bars.split() if word in set("0123456789")] == list("0123456789")
    (button,) = (button for button in page.button if button.key == "read_drawing")
    page = check_sound(button.click().run())
    assert page.selectbox(key="image").value == "drawing.png"
    assert any("drawing.png" in alt for alt in pictures(page))
