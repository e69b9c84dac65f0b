"""Texts that are English and can be said in another language."""

from collections.abc import Iterable
from typing import Any, Literal, Self

from babel.lists import format_list

from vislib.language.catalog import Language, translations
from vislib.language.chinese import closed_up
from vislib.language.chosen import current
from vislib.language.numbers import filled

Style = Literal["and", "or", "plain"]
_LOCALES: dict[Language, str] = {"en": "en_GB", "zh": "zh"}  # en_GB: no comma before "and"
_COMMAS: dict[Language, str] = {"en": ", ", "zh": "、"}
_BETWEEN_SENTENCES: dict[Language, str] = {"en": " ", "zh": ""}


class Text(str):
    """An English text that knows its template and values. It is a `str` wherever a str is taken.

    Joining it with other strings (`+`, f-strings, `join`) gives a plain English str; use a template with the text as
    a value, `sentences` or `listing` instead.

    Attributes:
        template: The English template, the key of the catalog.
        values: Name in the template → value; a `Text` or a list of them is translated with it.

    Example:
        >>> isinstance(vislib.explain("grad-cam", classifier, image).explained, vislib.language.Text)
        True
    """

    template: str
    values: dict[str, Any]

    def __new__(cls, english: str, template: str, values: dict[str, Any]) -> Self:
        made = super().__new__(cls, english)
        made.template, made.values = template, values
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.template, self.values)

    def in_language(self, language: Language) -> str:
        """The text in a language; in English where the catalog does not have it."""
        if language == "en":
            return str(self)
        template = translations(language).get(self.template, self.template)
        if not self.values:
            return template
        values = {name: _in_language(value, language) for name, value in self.values.items()}
        return filled(closed_up(template, values), values)


class Joined(Text):
    """Several texts in one; the value `items` has them."""


class _Listing(Joined):
    """Texts joined as a list."""

    def in_language(self, language: Language) -> str:
        return _joined([str(_in_language(item, language)) for item in self.values["items"]],
                       self.values["style"], language)  # fmt: skip


class _Sentences(Joined):
    """Sentences one after the other."""

    def in_language(self, language: Language) -> str:
        return _BETWEEN_SENTENCES[language].join(str(_in_language(item, language)) for item in self.values["items"])


def text(template: str, /, **values: Any) -> Text:
    """A text in English that can be translated later.

    Args:
        template: A literal, since the catalog is extracted from the source: "{n:,} images of {model}".
        **values: What stands in the braces.

    Example:
        >>> vislib.language.text("{n:,} images", n=1200)
        '1,200 images'
    """
    return Text(filled(template, values) if values else template, template, values)


def plural(one: str, many: str, n: float, /, **values: Any) -> Text:
    """A text that depends on a number, which is the value `n` of the template.

    Example:
        >>> vislib.language.plural("{n} image", "{n:,} images", 1)
        '1 image'
    """
    values = {"n": n, **values}
    return Text(filled(one if n == 1 else many, values), one, values)


def listing(items: Iterable[Any], style: Style = "and") -> Text:
    """Texts or names as a list in a sentence.

    Args:
        items: The texts or names.
        style: "and" ("a, b and c"), "or" ("a, b or c") or "plain" ("a, b, c").

    Example:
        >>> vislib.language.listing(["a", "b", "c"], "or")
        'a, b or c'
    """
    items = list(items)
    return _Listing(_joined([str(item) for item in items], style, "en"), "{items}", {"items": items, "style": style})


def sentences(*items: Any) -> Text:
    """Sentences one after the other; empty ones are left out.

    Example:
        >>> vislib.language.sentences("One.", "", "Two.")
        'One. Two.'
    """
    kept = [item for item in items if item]
    return _Sentences(" ".join(str(item) for item in kept), "{items}", {"items": kept})


def tr(said: Any, /, **values: Any) -> str:
    """A text in the language in use, for what is shown now.

    Args:
        said: A template, as for `text`; or a `Text`; or an exception with one.
        **values: What stands in the braces of a template.

    Example:
        >>> vislib.language.tr("{n:,} images", n=1200)
        '1,200 images'
    """
    if isinstance(said, BaseException):
        said = said.args[0] if len(said.args) == 1 else str(said)
    if not isinstance(said, Text):
        said = text(str(said), **values)
    return said.in_language(current())


def shown_text(words: str) -> str:
    """A `Text` in the language in use; any other string, such as a name that a person gave, as it is."""
    return tr(words) if isinstance(words, Text) else words


def _joined(items: list[str], style: Style, language: Language) -> str:
    if style == "plain":
        return _COMMAS[language].join(items)
    return format_list(items, style="standard" if style == "and" else "or", locale=_LOCALES[language])


def _in_language(value: Any, language: Language) -> Any:
    if isinstance(value, Text):
        return value.in_language(language)
    if isinstance(value, list | tuple) and any(isinstance(item, Text) for item in value):
        return type(value)(_in_language(item, language) for item in value)
    return value
