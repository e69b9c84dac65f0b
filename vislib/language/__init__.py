"""Texts in the reader's language.

Computations are independent of the language: a result, a warning or an error holds `Text`, which is the English
sentence and also its template and values. Whoever shows it (a page, a report, the command line) calls `tr`.
"""

from vislib.language.as_json import from_json as from_json
from vislib.language.as_json import to_json as to_json
from vislib.language.catalog import LANGUAGES as LANGUAGES
from vislib.language.catalog import TAGS as TAGS
from vislib.language.catalog import Language as Language
from vislib.language.catalog import translations as translations
from vislib.language.chosen import current as current
from vislib.language.chosen import from_environment as from_environment
from vislib.language.chosen import language_named as language_named
from vislib.language.chosen import speaking as speaking
from vislib.language.chosen import use as use
from vislib.language.chosen import use_resolver as use_resolver
from vislib.language.numbers import percent as percent
from vislib.language.numbers import probability as probability
from vislib.language.numbers import score_number as score_number
from vislib.language.numbers import short_number as short_number
from vislib.language.numbers import signed_number as signed_number
from vislib.language.numbers import told_apart as told_apart
from vislib.language.numbers import whole_percent as whole_percent
from vislib.language.numbers import with_unit as with_unit
from vislib.language.numbers import written as written
from vislib.language.texts import Text as Text
from vislib.language.texts import listing as listing
from vislib.language.texts import plural as plural
from vislib.language.texts import sentences as sentences
from vislib.language.texts import shown_text as shown_text
from vislib.language.texts import text as text
from vislib.language.texts import tr as tr

__all__ = ["LANGUAGES", "Text", "current", "speaking", "tr", "use"]
