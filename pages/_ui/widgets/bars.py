"""Shares as bars, numbers on a scale, and both as text."""

import html
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from vislib.language import percent, probability, tr


def top_bars(
    labels: Sequence[str],
    shares: np.ndarray,
    top: int,
    alt: str = "",
    mark: float | None = None,
) -> str:
    """HTML of the classes with the largest shares, as bars.

    Args:
        labels: The classes' names.
        shares: Their probabilities, or other shares in 0..1, (n_classes,).
        top: How many classes.
        alt: As for `bars`.
        mark: As for `bars`.
    """
    order = np.argsort(-shares, kind="stable")[:top]
    return bars([(labels[index], float(shares[index])) for index in order], alt, probability, mark)


def bars(
    shares: Sequence[tuple[str, float]],
    alt: str = "",
    write: Callable[[float], str] | None = None,
    mark: float | None = None,
) -> str:
    """HTML of names with their shares as bars.

    Args:
        shares: Name and share in 0..1; NaN for none, which is "–".
        alt: What the bars show, for people who cannot see them; "" for "Most probable classes".
        write: Gives a share as text; `percent` by default.
        mark: A share at which each bar has a line, such as a threshold.
    """
    write = write or percent
    line = "" if mark is None else f"<i style='left:{mark * 100:.1f}%'></i>"
    rows = []
    for name, share in shares:
        said, width = ("–", 0.0) if math.isnan(share) else (write(share), min(max(share, 0), 1) * 100)
        rows.append(
            f"<li><span class='v-name'>{html.escape(name)}</span><span class='v-value'>{said}</span>"
            f"<span class='v-bar'><span style='width:{width:.1f}%'></span>{line}</span></li>"
        )
    return _list(rows, alt or tr("Most probable classes"))


@dataclass(frozen=True)
class OnScale:
    """A number on a scale.

    Attributes:
        low: The number at the scale's start.
        high: The number at its end, larger than `low`.
    """

    low: float
    high: float


def numbers(
    values: Sequence[tuple[str, float]],
    alt: str,
    write: Callable[[float], str],
    scales: Sequence[OnScale | None] | None = None,
) -> str:
    """HTML of names with numbers, each on its own scale if there is one.

    Args:
        values: Name and number.
        alt: What the numbers are, for people who cannot see them.
        write: Gives a number as text.
        scales: The scale of each number; None for numbers without any.
    """
    rows = []
    for (name, value), scale in zip(values, scales or [None] * len(values), strict=True):
        track = ""
        if scale is not None:
            place = min(max((value - scale.low) / (scale.high - scale.low), 0), 1)
            track = (
                f"<span class='v-bar'><i class='v-dot' style='left:{place * 100:.1f}%'></i></span>"
                f"<span class='v-ends'><span>{write(scale.low)}</span><span>{write(scale.high)}</span></span>"
            )
        rows.append(
            f"<li><span class='v-name'>{html.escape(name)}</span>"
            f"<span class='v-value'>{html.escape(write(value))}</span>{track}</li>"
        )
    return _list(rows, alt)


def _list(rows: Sequence[str], alt: str) -> str:
    return f"<ol class='v-top' aria-label='{html.escape(alt, quote=True)}'>{''.join(rows)}</ol>"
