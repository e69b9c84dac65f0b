"""Numbers as they stand in texts, the same in every language."""

import math
import string
from numbers import Real
from typing import Any


def written(value: float, spec: str) -> str:
    """A number as it stands in a text: with a true minus sign, with a space before "%", and never "-0.00".

    Args:
        value: The number.
        spec: A format specification, such as ".2f".

    Example:
        >>> written(-0.314, ".2f"), written(-0.001, ".2f"), written(0.38, ".0%")
        ('−0.31', '0.00', '38 %')
    """
    shown = format(value, spec)
    if "0" in shown and not any(digit in shown for digit in "123456789"):
        shown = shown.replace("-", "+" if "+" in spec else "")
    return shown.replace("-", "−").replace("%", " %")


def short_number(value: float) -> str:
    """Three significant digits.

    Example:
        >>> short_number(-23.44), short_number(0.0)
        ('−23.4', '0')
    """
    return written(value, ".3g")


def signed_number(value: float) -> str:
    """Three significant digits with the sign; 0 has none.

    Example:
        >>> signed_number(23.44), signed_number(0.0)
        ('+23.4', '0')
    """
    return f"{'+' if value > 0 else ''}{short_number(value)}"


def score_number(value: float, sign: bool = False) -> str:
    """A score or a part of one: two decimals, or three significant digits below 1; with `sign`, a plus sign too.

    Example:
        >>> score_number(9.2283), score_number(0.9), score_number(-0.000783, sign=True)
        ('9.23', '0.900', '−0.000783')
    """
    spec = ".2f"
    if 0 < abs(value) < 1:
        spec = f".{2 - math.floor(math.log10(abs(value)))}f" if abs(value) >= 1e-4 else ".3g"
    return written(value, f"+{spec}" if sign else spec)


def with_unit(value: float, unit: str = "") -> str:
    """Four significant digits and the unit.

    Example:
        >>> with_unit(-23.444, "px"), with_unit(0.0)
        ('−23.44 px', '0')
    """
    return f"{written(value, '.4g')} {unit}".rstrip()


def percent(share: float) -> str:
    """A share 0..1 in percent, precise near 0 and 1; "–" for NaN.

    Example:
        >>> [percent(share) for share in (0.382, 0.014, 0.0001, 0.9999, 1)]
        ['38 %', '1.4 %', '< 0.1 %', '> 99.9 %', '100 %']
    """
    if math.isnan(share):
        return "–"
    if 0 < share < 0.001:
        return "< 0.1 %"
    if 0.9995 < share < 1:
        return "> 99.9 %"
    return whole_percent(share) if share in (0, 1) or 0.0995 <= share <= 0.99 else written(share, ".1%")


def probability(value: float) -> str:
    """A probability 0..1 of a softmax or sigmoid as `percent`. None is ever 0: a computed 0 is too small for its number
    type.

    Example:
        >>> probability(0.0), probability(0.38)
        ('< 0.1 %', '38 %')
    """
    return percent(value) if value else "< 0.1 %"


def told_apart(*values: float, as_percent: bool = False) -> tuple[str, ...]:
    """Numbers with three significant digits, or as `percent`; one that looks like another one has more digits, up to
    seven, until it looks different.

    Args:
        values: Numbers that a reader compares.
        as_percent: Whether they are shares 0..1.

    Example:
        >>> told_apart(-2.0612, -2.0634), told_apart(0.62, 0.4998, 0.5, as_percent=True)
        (('−2.061', '−2.063'), ('62 %', '49.98 %', '50.00 %'))
    """
    if as_percent:
        texts = [[percent(value), *(written(value, f".{n}%") for n in range(1, 8))] for value in values]
    else:
        texts = [[written(value, f".{n}g") for n in range(3, 8)] for value in values]
    shown = []
    for value, own in zip(values, texts, strict=True):
        others = [text for other, text in zip(values, texts, strict=True) if other != value]
        clear = (one for n, one in enumerate(own) if all(one != other[n] for other in others))
        shown.append(next(clear, own[0]))
    return tuple(shown)


def whole_percent(share: float) -> str:
    """A share 0..1 in whole percent: 38 %, 0 %."""
    return written(share, ".0%")


def filled(template: str, values: dict[str, Any]) -> str:
    """A template with its values; numbers with a format specification are `written`.

    Example:
        >>> filled("{share:.0%} of {n}", {"share": 0.38, "n": -1})
        '38 % of -1'
    """
    return _TYPESET.vformat(template, (), values)


class _Typeset(string.Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec and isinstance(value, Real):
            return written(value, format_spec)  # type: ignore[arg-type]
        return format(value, format_spec)


_TYPESET = _Typeset()
