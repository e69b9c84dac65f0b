"""The catalogs of translations: gettext files (`zh.po`), read by Babel when a language is first used."""

import functools
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args

from babel.messages.pofile import read_po

Language = Literal["en", "zh"]
LANGUAGES: Mapping[Language, str] = MappingProxyType({"en": "English", "zh": "中文"})
"""The code of each language → its name in that language. The source texts are English; "zh" is Simplified Chinese."""
TAGS: Mapping[Language, str] = MappingProxyType({"en": "en", "zh": "zh-CN"})
"""The name that an HTML page gives its language."""
assert set(LANGUAGES) == set(get_args(Language))

FOLDER = Path(__file__).parent


def catalog_path(language: Language) -> Path:
    """The gettext file of a language other than English."""
    return FOLDER / f"{language}.po"


@functools.cache
def translations(language: Language) -> Mapping[str, str]:
    """English template → template in the language; entries that are empty or fuzzy are left out.

    The English template of a plural is the one of "one".
    """
    path = catalog_path(language)
    if language == "en" or not path.exists():
        return MappingProxyType({})
    with path.open("rb") as file:
        found = read_po(file, locale=language)
    entries = {}
    for message in found:
        key, said = message.id, message.string
        key = key[0] if isinstance(key, tuple | list) else key
        said = said[0] if isinstance(said, tuple | list) else said  # Chinese has one form for every number
        if key and said and not message.fuzzy:
            entries[key] = said
    return MappingProxyType(entries)
