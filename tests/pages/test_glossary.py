"""The glossary: a page that can be searched, and meanings that break no text."""

import html
import re

import pytest
from page_text import check_sound

from pages._ui.widgets.text import with_terms
from vislib.language import catalog, speaking
from vislib.lessons.glossary import TERMS

_CATALOG = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "kernel"
msgstr "卷积核"

msgid "convolution"
msgstr "卷积"

msgid "unit"
msgstr "单元"

msgid "The small grid of weights that slides over a map."
msgstr "在特征图上滑动的一小格权重。"

msgid "{term}: {meaning}"
msgstr "{term}：{meaning}"
"""


@pytest.fixture
def in_chinese(tmp_path, monkeypatch):
    (tmp_path / "zh.po").write_text(_CATALOG, encoding="utf-8")
    monkeypatch.setattr(catalog, "FOLDER", tmp_path)
    catalog.translations.cache_clear()
    with speaking("zh"):
        yield
    catalog.translations.cache_clear()


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


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("卷积核在图上滑动，卷积核不变", ["卷积核"]),
        ("卷积和卷积核：先是ReLU函数，再用 logits", ["卷积", "卷积核", "ReLU", "logits"]),
        ("a kernel of 3 × 3", []),
        ("ReLUX united", []),
    ],
)
def test_chinese_terms_are_found_without_spaces(in_chinese, text, terms):
    made = with_terms(text)
    assert re.findall(r">([^<]*)</span>", made) == terms
    assert re.sub(r"<[^>]*>", "", made) == text


def test_chinese_meaning_stands_at_the_term(in_chinese):
    assert "aria-label='卷积核：在特征图上滑动的一小格权重。'" in with_terms("一个卷积核")
    assert "aria-label='ReLU：The function max(0, x)" in with_terms("用ReLU")


def test_chinese_page_has_the_english_words_too_and_finds_both(in_chinese, open_page):
    page = check_sound(open_page("glossary", lang="zh"))
    assert "**卷积核** (kernel)  \n在特征图上滑动的一小格权重。" in [element.value for element in page.markdown]
    for words in ("小格权重", "small grid"):
        page.text_input(key="glossary_search").set_value(words).run()
        assert [element.value.split("**")[1] for element in check_sound(page).markdown] == ["卷积核"]
