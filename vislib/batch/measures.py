"""Cheap figures of a map that tell, over thousands of images, which ones to look at."""

from dataclasses import dataclass

import numpy as np

from vislib.trust.complexity import sparseness

FRAME = 0.1
"""Width of the image's border, as a share of each side."""
_SAME_COLOUR = 26
_PLAIN_SHARE = 0.6


@dataclass(frozen=True)
class MapFigures:
    """Figures of one map.

    Attributes:
        reach: The largest |value|, in the method's unit; 0 for a map of zeros.
        sparseness: The Gini index of |values|, 0 all alike … 1 one pixel (Chalasani et al. 2020, arXiv 1810.06583).
        border: Share 0..1 of Σ|values| in the outermost tenth of each side; a constant map has about 0.36.
        background: Share 0..1 of Σ|values| on the image's plain background; None where it has none.
    """

    reach: float
    sparseness: float
    border: float
    background: float | None


def map_figures(values: np.ndarray, background: np.ndarray | None) -> MapFigures:
    """The figures of a map (h, w); `background` is what `plain_background` says of the image, at the map's size."""
    strength = np.abs(values.astype(np.float64))
    total = strength.sum()
    if total == 0:
        return MapFigures(0.0, 0.0, 0.0, None if background is None else 0.0)
    height, width = values.shape
    rows, columns = max(1, round(height * FRAME)), max(1, round(width * FRAME))
    inside = strength[rows : height - rows, columns : width - columns].sum()
    on_background = None if background is None else float((strength * background).sum() / total)
    return MapFigures(float(strength.max()), sparseness(values), float(1 - inside / total), on_background)


def plain_background(picture: np.ndarray) -> np.ndarray | None:
    """Where an image (h, w, 3) uint8 has the colour of its own edge, (h, w) bool.

    The colour is the median over the outermost pixels, and a pixel has it where each channel is within 26 of it. None
    where less than 60 % of the outermost pixels have it themselves: a photograph has no plain background.
    """
    edge = np.concatenate([picture[0], picture[-1], picture[1:-1, 0], picture[1:-1, -1]]).astype(np.int16)
    colour = np.sort(edge, axis=0)[len(edge) // 2]  # the upper median, which takes a fifth of np.median's time
    if (np.abs(edge - colour).max(axis=1) <= _SAME_COLOUR).mean() < _PLAIN_SHARE:
        return None
    return np.abs(picture.astype(np.int16) - colour).max(axis=-1) <= _SAME_COLOUR


def agreement(one: np.ndarray, other: np.ndarray) -> float | None:
    """Spearman's rank correlation of two maps (h, w), −1 to 1; equal values share their mean rank. None where one is
    constant."""
    first, second = _ranks(one.ravel()), _ranks(other.ravel())
    spread = np.sqrt((first @ first) * (second @ second))
    return float((first @ second) / spread) if spread else None


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks less their mean."""
    order = np.argsort(values)
    ascending = values[order]
    starts = np.flatnonzero(np.concatenate([[True], ascending[1:] != ascending[:-1]]))
    counts = np.diff(np.append(starts, values.size))
    ranks = np.empty(values.size)
    ranks[order] = np.repeat(starts + (counts - 1) / 2, counts)
    return ranks - (values.size - 1) / 2
