"""Numbers and names as text in a report."""

import math

from vislib.attribution.base import Explainer
from vislib.language import shown_text, written


def format_number(value: float) -> str:
    """A number with two decimals and a true minus sign; "–" for NaN."""
    return "–" if math.isnan(value) else written(value, ".2f")


def number(value: float, sign: bool = False) -> str:
    """A number with four significant digits and a true minus sign, on request with a plus sign; "–" for NaN."""
    return "–" if math.isnan(value) else written(value, f"{'+' if sign else ''}.4g")


def title_of(method: str) -> str:
    """The title of the method with this name; the name itself for a method that is not registered here."""
    return shown_text(Explainer.registry[method].title) if method in Explainer.registry else method
