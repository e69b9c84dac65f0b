"""Words of any script in figures: a font that has the characters, or a warning that names them."""

import numpy as np
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


@pytest.mark.filterwarnings("error")
def test_labels_of_other_scripts_are_drawn(tmp_path):
    """Arabic letters are joined from right to left: alone each has another form and width than in its word."""
    figure = fonts.suit(titled("قط منزلي"))
    figure.savefig(tmp_path / "figure.png")
    title = figure.axes[0].title
    whole = title.get_window_extent().width
    title.set_text("\u200c".join("قط منزلي"))  # the letters apart
    assert whole < title.get_window_extent().width


@pytest.mark.filterwarnings("error")
def test_dollar_signs_of_a_label_are_no_formula(tmp_path):
    from vislib.output import figures

    picture = np.zeros((4, 4, 3), np.uint8)
    figures.pictures([picture, picture], ["$5 and $6", "a_b^c $x"]).savefig(tmp_path / "figure.png")
