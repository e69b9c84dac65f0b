"""Texts as JSON: what arrives in another process, or is read from a file, can be translated, and is never code."""

import json

import numpy as np
import pytest

from vislib.errors import ModelError, listed
from vislib.language import Text, from_json, listing, plural, sentences, text, to_json
from vislib.model_file import load_model_file


def _sent(said):
    return from_json(json.loads(json.dumps(to_json(said))))


@pytest.mark.parametrize(
    "said",
    [
        text("The file is empty."),
        text("{name} has {n:,} bytes; at most {most:.0f} MB.", name="'a{b}'", n=np.int64(1200), most=np.float32(2.6)),
        plural("{n} layer", "{n:,} layers", 3),
        sentences(text("One of {names}.", names=listed(range(20))), text("Or {these}.", these=listing("ab", "or"))),
        "a plain sentence",
    ],
)
def test_sentence_and_all_its_parts_arrive(said, monkeypatch):
    arrived = _sent(said)
    assert arrived == said
    assert type(arrived) is type(said)
    words = {"One of {names}.": "一{names}。", "{names}, … ({n} in all)": "{names}等{n}个", "{n} layer": "{n}层"}
    monkeypatch.setattr("vislib.language.texts.translations", lambda language: words)
    if isinstance(said, Text):
        assert arrived.in_language("zh") == said.in_language("zh")


@pytest.mark.parametrize("template", ["{n:999999999}", "{n.__class__}", "{n[0]}", "{other}", "{n:.1f}", "{", "{n:{n}}"])
def test_template_that_asks_for_more_than_its_values_is_left_in_english(template):
    arrived = from_json({"vislib text": {"english": "words", "template": template, "values": {"n": "3"}}})
    assert arrived == "words"
    assert not isinstance(arrived, Text)


@pytest.mark.parametrize("said", [None, {}, {"values": []}, {"items": 3}])
def test_text_of_another_form_refused(said):
    with pytest.raises(ValueError, match="no sentence"):
        from_json({"vislib text": said})


def test_error_of_the_other_process_is_a_text():
    with pytest.raises(ModelError) as refused:
        load_model_file(b"\x89HDF\r\n\x1a\n" + bytes(100))
    assert isinstance(refused.value.args[0], Text)
    assert refused.value.args[0].template.startswith("The file is damaged")
