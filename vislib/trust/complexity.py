"""Sparseness and complexity: whether a map highlights few pixels or many."""

import numpy as np


def sparseness(values: np.ndarray) -> float:
    """The Gini index of |values|, 0..1: 0 if all are equal, close to 1 if one pixel has all of the sum.

    Args:
        values: The map (h, w).

    Reference: Chalasani et al. 2020, arXiv 1810.06583, section 5.

    Example:
        >>> round(vislib.trust.sparseness(np.eye(10)), 2)
        0.9
    """
    ascending = np.sort(np.abs(values.ravel()).astype(np.float64))
    total, n = ascending.sum(), ascending.size
    if total == 0:
        return 0.0
    return float(1 - 2 * ((n - np.arange(1, n + 1) + 0.5) / n * ascending / total).sum())


def complexity(values: np.ndarray) -> float:
    """The entropy −Σ p ln p of p = |values| / Σ |values|, divided by its maximum ln n, 0..1.

    0 means that one pixel has all of the sum; 1 means that all are equal.

    Args:
        values: The map (h, w).

    Departs from the paper, which does not divide by ln n.

    Reference: Bhatt, Weller & Moura 2020, arXiv 2005.00631, definition 4.

    Example:
        >>> round(vislib.trust.complexity(np.ones((4, 4))), 2)
        1.0
    """
    shares = np.abs(values.ravel()).astype(np.float64)
    if shares.sum() == 0 or shares.size == 1:  # all are equal
        return 1.0
    shares = shares[shares > 0] / shares.sum()
    return float(-(shares * np.log(shares)).sum() / np.log(values.size))
