"""The catalog of Chinese texts: complete, current, and with the values of the English texts."""

import re
import string

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from raw_strings import raw_strings

from scripts import texts
from vislib.language.catalog import catalog_path


@pytest.fixture(scope="module")
def messages() -> list[Message]:
    with catalog_path("zh").open("rb") as file:
        return [message for message in read_po(file, locale="zh") if message.id]


def forms(message: Message) -> tuple[str, str]:
    """The English text, the one of "many" where there are two, and the Chinese one."""
    english = message.id[1] if isinstance(message.id, tuple | list) else message.id
    said = message.string[0] if isinstance(message.string, tuple | list) else message.string
    return english, said


def fields(template: str) -> list[str]:
    """What stands in braces, with its format: "n:,"; [] for a text that is not a template."""
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError:
        return []
    return sorted(f"{name}!{conversion}:{spec}" for _, name, spec, conversion in parts if name is not None)


def test_every_text_of_the_source_is_translated(messages):
    said = {forms(message)[0]: message for message in messages}
    wanted = {forms(message)[0] for message in texts.extracted() if message.id}
    assert not wanted - set(said), "run: python -m scripts.texts"
    assert not set(said) - wanted, "run: python -m scripts.texts"
    assert not [english for english, message in said.items() if message.fuzzy or not forms(message)[1]]


def test_translation_has_the_values_of_the_english_text(messages):
    differ = []
    for message in messages:
        english, said = forms(message)
        one = message.id[0] if isinstance(message.id, tuple | list) else english
        # Chinese has one form: it may say a number that "1 image" has in words.
        if fields(said) not in (fields(english), fields(one)):
            differ.append((english, said))
    assert not differ


def test_translation_keeps_marks_of_code(messages):
    """Markdown code, HTML tags, and the line breaks and spaces at the ends."""
    marks = re.compile(r"`[^`]+`|</?\w+|^\s+|\s+$")
    differ = [pair for pair in map(forms, messages) if sorted(marks.findall(pair[0])) != sorted(marks.findall(pair[1]))]
    assert not differ


def test_chinese_is_chinese(messages):
    """No text with several English words stays English."""
    english_words = re.compile(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}")
    assert not [pair for pair in map(forms, messages) if english_words.search(pair[0]) and pair[0] == pair[1]]


_NOT_SHOWN = (
    "ROAD and random logit",  # a key
    "Python",
    "# Run this in vislib's folder",  # a comment in Python lines
    "pages/",
    "The parameter '{}' has no default value",  # for a programmer of a method
    "There is no language {}",  # said in the one language that is known then
    # What TensorFlow, Keras and other packages write, to recognise it.
    "Got image with third dimension",
    "Could not find cuda drivers",
    "All log messages before",
    "This TensorFlow binary",
    "To enable the following",
    "Call arguments received by",
    "Graph is not fully connected",
)
"""Beginnings of strings that look like texts and are not shown to a reader."""


@pytest.mark.parametrize("folder", ["pages", "vislib"])
def test_no_raw_strings(folder):
    found = [
        f"{path.relative_to(texts.ROOT)}:{line}: {raw}"
        for path in texts.sources()
        if path.relative_to(texts.ROOT).parts[0] == folder
        for line, raw in raw_strings(path)
        if not raw.startswith(_NOT_SHOWN)
    ]
    assert not found


def test_raw_string_is_found(tmp_path):
    page = tmp_path / "pages" / "page.py"
    page.parent.mkdir()
    page.write_text(
        'st.caption("Not marked")\nst.caption(tr("Marked"))\nst.html(f"<b>{name} alone</b>")\n'
        'raise ImageError("It is bad.")\nst.button(tr("Go"), help="Why it goes")\n'
    )
    assert [raw for _, raw in sorted(raw_strings(page))] == [
        "Not marked",
        "<b>{} alone</b>",
        "It is bad.",
        "Why it goes",
    ]
