"""Commands speak the language that VISLIB_LANG or the locale names, and leave that of the process alone."""

import argparse
import json

import pytest

from vislib.cli.main import main
from vislib.language import catalog, current

_CATALOG = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"

msgid "usage: "
msgstr "用法："

msgid "options"
msgstr "选项"

msgid "list the built-in networks"
msgstr "列出内置网络"

msgid "the following arguments are required: %s"
msgstr "缺少参数：%s"

msgid "There is no method '{method}'; there are: {methods}."
msgstr "没有方法“{method}”；可用的有：{methods}。"
"""
_WRONG = ["explain", "cat.jpg", "--method", "none", "--out", "map.png"]


@pytest.fixture(autouse=True)
def in_chinese(tmp_path, monkeypatch):
    assert current() == "en"  # the process has its language before VISLIB_LANG names another
    (tmp_path / "zh.po").write_text(_CATALOG, encoding="utf-8")
    monkeypatch.setattr(catalog, "FOLDER", tmp_path)
    monkeypatch.setenv("VISLIB_LANG", "zh")
    catalog.translations.cache_clear()
    yield
    catalog.translations.cache_clear()


def test_help_is_translated_with_argparse_s_own_words(capsys):
    assert main([]) == 0
    said = capsys.readouterr().out
    assert said.startswith("用法：")
    assert "选项" in said
    assert "列出内置网络" in said
    assert current() == "en"
    assert argparse.ArgumentParser("other").format_usage().startswith("usage: ")


def test_errors_of_argparse_are_translated(capsys):
    with pytest.raises(SystemExit):
        main(["explain"])
    assert "缺少参数：image, --method, --out" in capsys.readouterr().err


def test_an_error_is_shown_in_the_language_and_is_english_in_the_document(capsys):
    assert main(_WRONG) == 2
    assert capsys.readouterr().err.startswith("vislib: 没有方法“none”")
    assert main([*_WRONG, "--json"]) == 2
    shown = capsys.readouterr()
    assert json.loads(shown.out)["error"].startswith("There is no method 'none'")
    assert "没有方法" in shown.err


def test_without_vislib_lang_the_locale_decides(capsys, monkeypatch):
    monkeypatch.delenv("VISLIB_LANG")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert main(_WRONG) == 2
    assert "没有方法" in capsys.readouterr().err
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert main(_WRONG) == 2
    assert "There is no method" in capsys.readouterr().err


def test_json_of_a_wrong_use_is_english(capsys):
    assert main(["explain", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"].startswith("the following arguments are required: ")
