"""Fonts for the words of figures: labels and texts may be in any script, and matplotlib's own font has only some."""

import functools
import unicodedata
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from vislib.errors import warn
from vislib.language import text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FIRST = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei", "SimHei",
)  # fmt: skip
"""Simplified Chinese fonts, tried before others: a Japanese or Korean font has the characters in other forms."""


def suit(figure: "Figure") -> "Figure":
    """Gives every text of a figure fonts that have its characters.

    Warns:
        VislibWarning: If no installed font has some of them.
    """
    from matplotlib.text import Text

    missing = ""
    for written in figure.findobj(Text):
        families, without = families_for(written.get_text())
        if families:
            written.set_fontfamily([*written.get_fontfamily(), *families])
        missing += without
    if missing:
        warn(
            text(
                "No installed font has {characters}: the figure shows boxes there. Install a font for them, such as "
                "those of fonts-noto on Debian and Ubuntu.",
                characters="".join(dict.fromkeys(missing)),
            )
        )
    return figure


@functools.lru_cache(1024)
def families_for(words: str) -> tuple[tuple[str, ...], str]:
    """The fonts that words need besides matplotlib's own.

    Returns:
        Their families, and the characters that no installed font has.
    """
    lacking = {character for character in words if _is_drawn(character)} - set(map(chr, _characters(_own_font())))
    chosen = []
    if lacking:
        for family, path in _candidates():
            if not lacking:
                break
            if found := {character for character in lacking if ord(character) in _characters(path)}:
                chosen.append(family)
                lacking -= found
    return tuple(chosen), "".join(sorted(lacking))


def file_for(words: str) -> str:
    """The file of the font that has most characters of the words, for Pillow; matplotlib's own if it has all."""
    own = _own_font()
    needed = {ord(character) for character in words if _is_drawn(character)}
    if needed <= _characters(own):
        return own
    return max((own, *(path for _, path in _candidates())), key=lambda path: len(needed & _characters(path)))


def _is_drawn(character: str) -> bool:
    return unicodedata.category(character)[0] not in "CZ" and character not in "\u200d\ufe0f"


def _own_font() -> str:
    from matplotlib import font_manager

    return font_manager.findfont(font_manager.FontProperties())


@functools.cache
def _characters(path: str) -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    try:
        return frozenset(FT2Font(path).get_charmap())
    except (OSError, RuntimeError):  # a font that FreeType cannot read
        return frozenset()


@functools.cache
def _candidates() -> tuple[tuple[str, str], ...]:
    """(family, file) of every installed font in its regular form, those for Chinese first."""
    from matplotlib import font_manager

    for path in _shipped():
        font_manager.fontManager.addfont(path)
    regular: dict[str, str] = {}
    for entry in font_manager.fontManager.ttflist:
        if (
            entry.style == "normal"
            and not entry.name.startswith("Last Resort")
            and entry.weight in (400, "normal", "regular")
        ):
            regular.setdefault(entry.name, entry.fname)
    order = {family: number for number, family in enumerate(_FIRST)}
    return tuple(sorted(regular.items(), key=lambda item: (order.get(item[0], len(order)), item[0])))


def _shipped() -> Iterable[str]:
    """The font of the package zhplot (Noto Sans SC, SIL Open Font License), whose code is not needed."""
    spec = find_spec("zhplot")
    folders = spec.submodule_search_locations if spec is not None else None
    return [str(path) for folder in folders or () for path in Path(folder, "fonts").glob("*.ttf")]
