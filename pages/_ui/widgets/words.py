"""The words of a widget that is drawn in the browser."""

from collections.abc import Mapping

from vislib.language import Text, tr

FILL_JS = """
const fill = (template, values) => template.replace(/[{]([a-z_]+)[}]/g, (_, name) => values[name]);
"""
"""The function `fill` for a widget's script: puts values into the braces of a template."""


def spoken(words: Mapping[str, Text]) -> dict[str, str]:
    """Words by name in the language in use; templates keep their braces."""
    return {name: tr(word) for name, word in words.items()}
