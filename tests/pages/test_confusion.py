"""The confusion matrix as a heat map: a table that can be read without its colours."""

import re

import numpy as np
import pytest

from pages._ui.train import confusion

COUNTS = np.array([[8, 2, 0], [0, 5, 5], [1, 0, 99]])
LABELS = ("cat", "dog", "<b>")


def test_each_cell_names_both_classes_and_its_count():
    table = confusion.table(COUNTS, LABELS, "all 120 test images")
    titles = re.findall(r"<td style='[^']*' title='([^']*)'>(\d*)<", table)
    assert titles[1] == ("true cat, predicted dog: 2", "2")
    assert titles[2] == ("true cat, predicted &lt;b&gt;: 0", "")
    assert len(titles) == 9
    assert "<b>" not in table
    assert "true class" in table
    assert "predicted class" in table


def test_colour_is_that_of_the_share_of_the_true_class():
    table = confusion.table(COUNTS, LABELS, "")
    colours = re.findall(r"background:(rgb\([\d,]+\))", table)
    assert colours[4] == colours[5], "5 of 10 and 5 of 10"
    assert colours[0] != colours[8], "8 of 10 and 99 of 100"
    assert colours[2] == colours[3], "0 and 0"


@pytest.mark.parametrize("share", np.linspace(0, 1, 21))
def test_count_has_the_contrast_of_text_on_its_colour(share):
    cell = confusion._cell(1, float(share), "a", "b", True)
    rgb = [int(part) / 255 for part in re.search(r"rgb\((\d+),(\d+),(\d+)\)", cell).groups()]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb]
    luminance = float(np.dot([0.2126, 0.7152, 0.0722], linear))
    ink = 0.0 if "color:#000" in cell else 1.0
    lighter, darker = max(luminance, ink), min(luminance, ink)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_words_name_the_most_frequent_confusions():
    said = confusion.in_words(COUNTS, LABELS)
    assert said.index("true dog, predicted <b>: 5") < said.index("true cat, predicted dog: 2")
    assert confusion.in_words(np.diag([3, 4]), ("a", "b")).startswith("No image is confused")


def test_many_classes_have_no_counts_in_their_cells():
    table = confusion.table(np.eye(30, dtype=int), [f"class {k}" for k in range(30)], "")
    assert re.findall(r"<td style='[^']*' title='[^']*'>([^<]*)<", table) == [""] * 900
