"""Words of any script in figures: a font that has the characters, or a warning that names them."""

import pytest
from matplotlib.figure import Figure

from vislib.errors import VislibWarning
from vislib.output import fonts


def titled(words: str) -> Figure:
    figure = Figure()
    figure.subplots().set_title(words, parse_math=False)
    return figure


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
@pytest.mark.filterwarnings("error")
def test_chinese_title_is_drawn_with_a_font_that_has_it(kind, tmp_path):
    fonts.suit(titled("虎斑猫: 0.93, 第 3 个通道")).savefig(tmp_path / f"figure.{kind}")  # a missing glyph warns


def test_words_of_the_usual_font_need_no_other():
    assert fonts.families_for("tabby, 0.93 − “é”") == ((), "")


def test_unknown_characters_are_named(monkeypatch):
    monkeypatch.setattr(fonts, "_candidates", lambda: ())
    fonts.families_for.cache_clear()
    with pytest.warns(VislibWarning, match="No installed font has 猫虎"):
        fonts.suit(titled("虎猫"))
    fonts.families_for.cache_clear()


def test_pillow_gets_a_file_with_the_characters():
    from PIL import ImageFont

    font = ImageFont.truetype(fonts.file_for("第一层"), 20)
    tofu = bytes(ImageFont.truetype(fonts.file_for("first"), 20).getmask("第"))
    assert bytes(font.getmask("第")) not in (tofu, b"")
