"""Writes numbers in a formula: 3·1 + 0·2 + 1·(−1) = 2."""

from collections.abc import Iterable

import numpy as np

from vislib.language import text


def number(value: float, digits: int = 4) -> str:
    """A number with at most `digits` significant digits after rounding, a real minus sign, and 1,234 for thousands."""
    value = float(value)
    if not np.isfinite(value):
        return {"inf": "∞", "-inf": "−∞"}.get(str(value), text("undefined"))
    if value == round(value) and abs(value) < 1e15:
        shown = f"{int(value):,}"
    elif 1e-3 <= abs(value) < 1e6:
        decimals = max(0, digits - 1 - int(np.floor(np.log10(abs(value)))))
        shown = f"{value:,.{decimals}f}"
        shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    else:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        shown = f"{mantissa.rstrip('0').rstrip('.')}·10^{int(exponent)}"
    return shown.replace("-", "−")


def factor(value: float) -> str:
    """A number as it is written after an operator: a negative one in brackets."""
    shown = number(value)
    return f"({shown})" if shown.startswith("−") or "^" in shown else shown


def total(terms: Iterable[str], value: float, most: int = 30) -> str:
    """The sum of the terms and its value; a long sum shows the first terms and the number of terms."""
    every = list(terms)
    shown = " + ".join(every[:most])
    if len(every) > most:
        return text("{terms} + … ({n} terms) = {value}", terms=shown, n=len(every), value=number(value))
    return f"{shown} = {number(value)}"


def products(left: Iterable[float], right: Iterable[float]) -> list[str]:
    """The text "a·b" for each pair."""
    return [f"{factor(a)}·{factor(b)}" for a, b in zip(left, right, strict=True)]
