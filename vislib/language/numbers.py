"""Numbers as text, the same in every language: a real minus sign, and as many digits as are read."""

import math


def minus(written: str) -> str:
    """A written number with the minus sign instead of the hyphen: "−0.3"."""
    return written.replace("-", "−")


def short_number(value: float) -> str:
    """Three significant digits: "−23.4"."""
    return "0" if value == 0 else minus(f"{value:.3g}")


def signed_number(value: float) -> str:
    """Three significant digits with the sign: "+23.4"."""
    return f"{'+' if value > 0 else ''}{short_number(value)}"


def with_unit(value: float, unit: str = "") -> str:
    """Four significant digits and the unit: "−23.44 px"."""
    return f"{'0' if value == 0 else minus(f'{value:.4g}')} {unit}".rstrip()


def percent(share: float) -> str:
    """A share 0..1 in percent with one decimal, precise near 0 and 1: 38.2 %, < 0.1 %, > 99.9 %; "–" for NaN."""
    if math.isnan(share):
        return "–"
    if share in (0, 1):
        return whole_percent(share)
    if share > 0.9995:
        return "> 99.9 %"
    return "< 0.1 %" if share < 0.001 else f"{share * 100:.1f} %"


def short_percent(probability: float) -> str:
    """A probability in percent, whole where that is precise enough: 38 %, 1.4 %; a computed 0 is "< 0.1 %"."""
    if probability == 0:
        return "< 0.1 %"
    return whole_percent(probability) if 0.0995 <= probability <= 0.99 else percent(probability)


def whole_percent(share: float) -> str:
    """A share 0..1 in whole percent: 38 %."""
    return f"{share * 100:.0f} %"
