"""What the pages draw of an image: grey for a grey network; where a map is strongest, in words."""

import numpy as np
import pytest
from page_text import alternative_texts, check_sound
from tiny_models import random_image, tiny

import vislib
from pages._ui.results.picture import strongest_place
from pages._ui.shell.chosen import Context


@pytest.mark.parametrize("style", ["grey", "conv_relu"])
def test_image_is_shown_in_the_colours_that_the_network_is_given(style):
    classifier, image = tiny(style), random_image()
    context = Context(classifier, style, image, "image", "", vislib.Target(0), np.zeros(len(classifier.labels)))
    is_grey = bool((np.ptp(context.shown, axis=2) == 0).all())
    assert is_grey == (classifier.channels == 1)


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (0, 0, "at the top left"),
        (4, 4, "in the middle"),
        (4, 8, "in the middle, right"),
        (8, 4, "at the bottom, middle"),
    ],
)
def test_strongest_place_in_words(row, column, words):
    values = np.zeros((9, 9))
    values[row, column] = -2
    assert strongest_place(values) == words
    assert strongest_place(np.ones((9, 9))) is None


def test_alternative_texts_say_where_the_evidence_lies(open_page):
    page = check_sound(open_page("class_activation", model="cifar10"))
    maps = [text for text in alternative_texts(page) if text.startswith("Grad-CAM for")]
    assert maps
    assert all("; strongest " in text for text in maps)
