"""Measures of a map that are quick to compute and show which of thousands of images deserve a look."""

from dataclasses import dataclass

import numpy as np

from vislib.trust.complexity import sparseness

FRAME = 0.1
"""Width of the image's border, as a share 0..1 of each side."""
_SAME_COLOUR = 26
_PLAIN_SHARE = 0.6


@dataclass(frozen=True)
class MapMeasures:
    """Measures of one map.

    Attributes:
        reach: The largest |value|, in the method's unit; 0 for a map of zeros.
        sparseness: The Gini index of |values|, from 0 (all equal) to 1 (one pixel) (Chalasani et al. 2020,
            arXiv 1810.06583).
        border: Share 0..1 of Σ|values| in the outermost tenth of each side; a constant map has about 0.36.
        background: Share 0..1 of Σ|values| on the image's plain background; None if the image has none.
    """

    reach: float
    sparseness: float
    border: float
    background: float | None


def map_measures(values: np.ndarray, background: np.ndarray | None) -> MapMeasures:
    """The measures of a map (h, w); `background` (h, w) is the result of `plain_background` at the map's size."""
    strength = np.abs(values.astype(np.float64))
    total = strength.sum()
    if total == 0:
        return MapMeasures(0.0, 0.0, 0.0, None if background is None else 0.0)
    height, width = values.shape
    rows, columns = max(1, round(height * FRAME)), max(1, round(width * FRAME))
    inside = strength[rows : height - rows, columns : width - columns].sum()
    on_background = None if background is None else float((strength * background).sum() / total)
    return MapMeasures(float(strength.max()), sparseness(values), float(1 - inside / total), on_background)


def plain_background(picture: np.ndarray) -> np.ndarray | None:
    """The pixels (h, w) bool of an image (h, w, 3) uint8 that have the colour of its edge.

    The colour is the median over the outermost pixels. A pixel has that colour if each of its channels differs by at
    most 26 from it. The result is None if less than 60 % of the outermost pixels have the colour: a photograph has no
    plain background.
    """
    edge = np.concatenate([picture[0], picture[-1], picture[1:-1, 0], picture[1:-1, -1]]).astype(np.int16)
    colour = np.sort(edge, axis=0)[len(edge) // 2]  # the upper median, in a fifth of the time of np.median
    if (np.abs(edge - colour).max(axis=1) <= _SAME_COLOUR).mean() < _PLAIN_SHARE:
        return None
    return np.abs(picture.astype(np.int16) - colour).max(axis=-1) <= _SAME_COLOUR


def agreement(one: np.ndarray, other: np.ndarray) -> float | None:
    """Spearman's rank correlation of two maps (h, w), −1 to 1; equal values share their mean rank. None if one of the
    maps is constant."""
    first, second = _ranks(one.ravel()), _ranks(other.ravel())
    spread = np.sqrt((first @ first) * (second @ second))
    return float((first @ second) / spread) if spread else None


def _ranks(values: np.ndarray) -> np.ndarray:
    """The ranks of the values (n,), minus the mean rank."""
    order = np.argsort(values)
    ascending = values[order]
    starts = np.flatnonzero(np.concatenate([[True], ascending[1:] != ascending[:-1]]))
    counts = np.diff(np.append(starts, values.size))
    ranks = np.empty(values.size)
    ranks[order] = np.repeat(starts + (counts - 1) / 2, counts)
    return ranks - (values.size - 1) / 2
