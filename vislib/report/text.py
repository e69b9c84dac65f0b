"""Numbers and names as text in a report."""

import math

from vislib.attribution.base import Explainer
from vislib.language import Text, tr


def percent(share: float) -> str:
    """A share 0..1 in percent, precise near 0 and 1: 38.2 %, < 0.1 %, > 99.9 %; "–" for NaN."""
    if math.isnan(share):
        return "–"
    if share in (0, 1):
        return whole_percent(share)
    if share > 0.999:
        return "> 99.9 %"
    return "< 0.1 %" if share < 0.001 else f"{share * 100:.1f} %"


def whole_percent(share: float) -> str:
    """A share 0..1 in whole percent: 38 %."""
    return f"{share * 100:.0f} %"


def format_number(value: float) -> str:
    """A number with two decimals and a true minus sign; "–" for NaN."""
    return "–" if math.isnan(value) else f"{value:.2f}".replace("-", "−")


def number(value: float, sign: bool = False) -> str:
    """A number with four significant digits and a true minus sign, on request with a plus sign; "–" for NaN."""
    return "–" if math.isnan(value) else f"{value:{'+' if sign else ''}.4g}".replace("-", "−")


def title_of(method: str) -> str:
    """The title of the method with this name; the name itself for a method that is not registered here."""
    return shown(Explainer.registry[method].title) if method in Explainer.registry else method


def shown(words: str) -> str:
    """A text in the language in use; a name from outside as it is."""
    return tr(words) if isinstance(words, Text) else words
