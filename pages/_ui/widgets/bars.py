"""Shares as bars and as text."""

import html
from collections.abc import Callable, Sequence

import numpy as np


def top_bars(labels: Sequence[str], probabilities: np.ndarray, top: int) -> str:
    """HTML of the most probable classes with their probabilities as bars.

    Args:
        labels: The classes' names.
        probabilities: (n_classes,).
        top: How many classes.
    """
    order = np.argsort(-probabilities, kind="stable")[:top]
    return bars([(labels[index], float(probabilities[index])) for index in order])


def bars(
    shares: Sequence[tuple[str, float]], alt: str = "Most probable classes", write: Callable[[float], str] | None = None
) -> str:
    """HTML of names with their shares as bars.

    Args:
        shares: Name and share in 0..1.
        alt: What the bars show, for people who cannot see them.
        write: Gives a share as text; `percent` by default.
    """
    write = write or percent
    rows = [
        f"<li><span class='v-name'>{html.escape(name)}</span><span class='v-value'>{write(share)}</span>"
        f"<span class='v-bar'><span style='width:{share * 100:.1f}%'></span></span></li>"
        for name, share in shares
    ]
    return f"<ol class='v-top' aria-label='{html.escape(alt, quote=True)}'>{''.join(rows)}</ol>"


def percent(probability: float) -> str:
    """A probability in percent, precise near 0 and 1: 38 %, 1.4 %, < 0.1 %."""
    if probability < 0.001:
        return "< 0.1 %"
    if probability > 0.9995:
        return "100 %" if probability == 1 else "> 99.9 %"
    return f"{probability * 100:.0f} %" if 0.0995 <= probability <= 0.99 else f"{probability * 100:.1f} %"


def whole_percent(share: float) -> str:
    """A share in whole percent: 38 %, 0 %."""
    return f"{share * 100:.0f} %"
