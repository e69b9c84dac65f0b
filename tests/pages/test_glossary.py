"""The glossary: a page that can be searched, and meanings that break no text."""

import html
import re

import pytest
from page_text import check_sound

from pages._ui.widgets.text import with_terms
from vislib.lessons.glossary import TERMS


def test_page_lists_all_and_searches(open_page):
    page = check_sound(open_page("glossary"))
    assert len(page.markdown) == len(TERMS)
    page.text_input(key="glossary_search").set_value(" Slides ").run()
    assert {element.value.split("**")[1] for element in check_sound(page).markdown} == {"convolution", "kernel"}
    page.text_input(key="glossary_search").set_value("<b>none</b>").run()
    assert "No term contains" in check_sound(page).info[0].value


@pytest.mark.parametrize(
    "text",
    ["A kernel, two Kernels and a <kernel> & more", "logits of “cat”: 3 > 2", "ReLU, relu and max pooling's way", ""],
)
def test_terms_explained_once_and_the_text_stays(text):
    made = with_terms(text)
    assert html.unescape(re.sub(r"<span class='v-term'[^>]*>([^<]*)</span>", r"\1", made)) == text
    assert "<kernel>" not in made
    titles = re.findall(r"aria-label='([^']*)' *>", made)
    assert made.count("tabindex='0'") == len(titles)
    assert len(titles) == len(set(titles))


def test_longer_term_wins():
    assert html.escape(TERMS["max pooling"], quote=True) in with_terms("by max pooling")
    assert with_terms("a united whole") == "a united whole"
