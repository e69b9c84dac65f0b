"""Texts: English as they stand, translated when they are shown."""

import copy
import pickle

import pytest

from vislib import language
from vislib.errors import ImageError
from vislib.language import catalog, listing, plural, sentences, speaking, text, tr
from vislib.language.chosen import from_environment

_CATALOG = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "The image has {n:,} channels; {accepted} are accepted."
msgstr "图像有 {n:,} 个通道；可以是 {accepted}。"

msgid "{n} image"
msgid_plural "{n:,} images"
msgstr[0] "{n:,} 张图像"

msgid "Row {row}"
msgstr "第 {row} 行"

msgid "grey"
msgstr "灰度"

msgid "in {images}: {score:.1f}"
msgstr "在 {images} 中：{score:.1f}"

#, fuzzy
msgid "colour"
msgstr "颜色"
"""


@pytest.fixture(autouse=True)
def small_catalog(tmp_path, monkeypatch):
    (tmp_path / "zh.po").write_text(_CATALOG, encoding="utf-8")
    monkeypatch.setattr(catalog, "FOLDER", tmp_path)
    catalog.translations.cache_clear()
    yield
    catalog.translations.cache_clear()


@pytest.mark.parametrize(
    ("images", "said"),
    [
        (text("grey"), "在灰度中：0.5"),
        ("cat.jpg", "在 cat.jpg 中：0.5"),
        ("猫.jpg", "在猫.jpg 中：0.5"),
        ("3", "在 3 中：0.5"),
    ],
)
def test_chinese_value_stands_without_spaces_in_a_chinese_sentence(images, said):
    with speaking("zh"):
        assert tr("in {images}: {score:.1f}", images=images, score=0.5) == said


def image_text():
    return text(
        "The image has {n:,} channels; {accepted} are accepted.", n=1200, accepted=listing([text("grey"), "RGB"])
    )


def test_text_is_its_english_sentence():
    assert image_text() == "The image has 1,200 channels; grey and RGB are accepted."
    assert tr(image_text()) == image_text()


@pytest.mark.parametrize("copied", [lambda it: it, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))])
def test_text_is_translated_with_its_values(copied):
    with speaking("zh"):
        assert tr(copied(image_text())) == "图像有 1,200 个通道；可以是灰度和RGB。"


def test_error_and_warning_are_in_the_language_in_use():
    error = pickle.loads(pickle.dumps(ImageError(image_text())))
    assert str(error).startswith("The image")
    with speaking("zh"):
        assert str(error).startswith("图像")
        assert tr(error) == str(error)


def test_plural_has_one_form_in_chinese():
    one, many = plural("{n} image", "{n:,} images", 1), plural("{n} image", "{n:,} images", 1200)
    assert (one, many) == ("1 image", "1,200 images")
    with speaking("zh"):
        assert (tr(one), tr(many)) == ("1 张图像", "1,200 张图像")


def test_sentences_need_no_space_in_chinese():
    said = sentences(plural("{n} image", "{n:,} images", 2), "", text("grey"))
    assert said == "2 images grey"
    with speaking("zh"):
        assert tr(said) == "2 张图像灰度"


def test_fuzzy_and_missing_entries_stay_english():
    with speaking("zh"):
        assert tr(text("colour")) == "colour"
        assert tr("{n} of {m}", n=1, m=2) == "1 of 2"


def test_template_without_values_stays_a_template():
    """As for a script in the browser, which fills it in."""
    assert tr("Row {row}") == "Row {row}"
    with speaking("zh"):
        assert tr("Row {row}") == "第 {row} 行"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh_CN.UTF-8", "zh"),
        ("en-GB", "en"),
        ("fr-FR,zh;q=.5", "zh"),
        ("fr", None),
        (None, None),
    ],
)
def test_language_of_a_tag(asked, found):
    assert language.language_named(asked) == found


def test_language_of_the_environment():
    assert from_environment({}) == from_environment({"VISLIB_LANG": "fr"}) == "en"
    assert from_environment({"LANG": "zh_CN.UTF-8"}) == "en"
    assert from_environment({"LANG": "zh_CN.UTF-8"}, with_locale=True) == "zh"
    assert from_environment({"LANG": "zh_CN.UTF-8", "VISLIB_LANG": "en"}, with_locale=True) == "en"


def test_language_is_named_in_short_or_in_full():
    with speaking("zh-CN"):
        assert language.current() == "zh"
    for choose in (language.use, lambda name: speaking(name).__enter__()):
        with pytest.raises(ValueError, match="There is no language 'fr'; there are en, zh"):
            choose("fr")
