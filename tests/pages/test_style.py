"""Text of anybody's own in Markdown: read as the text itself."""

import pytest

from pages._ui.shell import style

MARKUP = r"**b** <img src=x> [a](b) `c` _d_ ~~e~~ $f$ :red[g] :material/home: # h | - 1. 2) \ ! & @x http://y.z"


def test_plain_escapes_all_markup():
    escaped = style.plain(MARKUP).replace("\u2060", "")  # word joiners keep addresses from becoming links
    for place, character in enumerate(MARKUP):
        if character in "*<>[]()`_~$:#|\\!&@-.":
            assert "\\" + character in escaped, (place, character)
    assert "\n" not in style.plain("one\n# two")


def test_plain_is_read_as_the_text_itself():
    markdown_it = pytest.importorskip("markdown_it", reason="markdown-it-py is not installed")
    inline = markdown_it.MarkdownIt("commonmark").parseInline(style.plain(MARKUP))[0]
    kinds = {token.type for token in inline.children}
    assert kinds <= {"text", "text_special"}
    assert "".join(token.content for token in inline.children).replace("\u2060", "") == MARKUP
