"""Lines of help: Chinese breaks between characters, anything else between words."""

import pytest

from vislib.cli.main import main
from vislib.cli.wrapping import columns, wrapped


def test_chinese_line_breaks_between_characters_and_not_in_a_word():
    lines = wrapped("编辑：erase=X,Y,RADIUS、paint=X,Y,RADIUS,COLOUR，可重复。", 20)
    assert lines == ["编辑：", "erase=X,Y,RADIUS、", "paint=X,Y,RADIUS,COLOUR，", "可重复。"]


def test_no_line_begins_with_a_full_stop():
    assert wrapped("一二三四五。", 10) == ["一二三四五。"]


def test_english_line_breaks_between_words():
    lines = wrapped("a parameter of the method; may be repeated", 20)
    assert lines == ["a parameter of the", "method; may be", "repeated"]


@pytest.mark.parametrize("command", ["what-if", "explain", "batch"])
def test_help_in_chinese_keeps_every_token(command, capsys, monkeypatch):
    monkeypatch.setenv("VISLIB_LANG", "zh")
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit):
        main([command, "--help"])
    help_text = capsys.readouterr().out
    assert "用法" in help_text
    of_options = [line for line in help_text.splitlines() if line.startswith(" " * 24)]
    assert of_options
    assert all(columns(line) <= 80 or " " not in line.strip() for line in of_options)
    for token in ("RADIUS,COLOUR", "SIGMA", "FACTOR") if command == "what-if" else ():
        assert token in help_text
