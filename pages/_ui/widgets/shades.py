"""The colours of the cells of a confusion matrix."""

from matplotlib import colormaps

_COLORMAP = "viridis"


def shade(share: float) -> tuple[str, str]:
    """The background and the ink of a cell, in CSS: the colour of the square root of a share from 0 to 1, and black or
    white, which has more contrast on it."""
    red, green, blue = (round(255 * part) for part in colormaps[_COLORMAP](share**0.5)[:3])
    # The relative luminance at which black and white have the same contrast (WCAG 2.1).
    linear = [((part / 255 + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)]
    ink = "#000" if 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] > 0.179 else "#fff"
    return f"rgb({red},{green},{blue})", ink
