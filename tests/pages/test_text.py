"""Text that people bring is shown as it is, whatever Markdown would make of it."""

import pytest

from pages._ui.results import picture
from pages._ui.widgets.text import cut_in_the_middle, plain, without_common_start

MARKUP = r"**b** <img src=x> [a](b) `c` _d_ ~~e~~ $f$ :red[g] :material/home: # h | - 1. 2) \ ! & @x http://y.z"


def test_plain_escapes_all_markup():
    escaped = plain(MARKUP).replace("\u2060", "")  # word joiners keep addresses from becoming links
    for place, character in enumerate(MARKUP):
        if character in "*<>[]()`_~$:#|\\!&@-.":
            assert "\\" + character in escaped, (place, character)
    assert "\n" not in plain("one\n# two")


def test_plain_is_read_as_the_text_itself():
    markdown_it = pytest.importorskip("markdown_it", reason="markdown-it-py is not installed")
    inline = markdown_it.MarkdownIt("commonmark").parseInline(plain(MARKUP))[0]
    kinds = {token.type for token in inline.children}
    assert kinds <= {"text", "text_special"}
    assert "".join(token.content for token in inline.children).replace("\u2060", "") == MARKUP


def test_caption_has_typographic_minus_signs_before_numbers_alone(monkeypatch):
    shown = []
    monkeypatch.setattr(picture.st, "html", shown.append)
    picture.caption("A map", "From -35 to 2, a 9-pixel patch of ResNet-18 at conv-1: -0.5.")
    assert "From −35 to 2, a 9-pixel patch of ResNet-18 at conv-1: −0.5." in shown[0]


def test_long_names_are_cut_in_the_middle():
    assert cut_in_the_middle("block1_expand_relu", 13) == "block1…d_relu"
    assert cut_in_the_middle("head_relu", 13) == "head_relu"


def test_the_shared_path_of_names_is_left_out():
    assert without_common_start(["net/stem/a", "net/b"]) == {"net/stem/a": "stem/a", "net/b": "b"}
    assert without_common_start(["a", "net/b"]) == {"a": "a", "net/b": "net/b"}
    assert without_common_start(["net/a"]) == {"net/a": "net/a"}
