"""Sparseness and complexity: how few pixels a map blames."""

import numpy as np


def sparseness(values: np.ndarray) -> float:
    """The Gini index of |values|, 0..1: 0 where all are the same, towards 1 where one has everything.

    Reference: Chalasani et al. 2020, arXiv 1810.06583, section 5.
    """
    ascending = np.sort(np.abs(values.ravel()).astype(np.float64))
    total, n = ascending.sum(), ascending.size
    if total == 0:
        return 0.0
    return float(1 - 2 * ((n - np.arange(1, n + 1) + 0.5) / n * ascending / total).sum())


def complexity(values: np.ndarray) -> float:
    """The entropy −Σ p ln p of p = |values| / Σ |values|, divided by its largest, ln n: 0 one pixel, 1 all alike.

    Reference: Bhatt, Weller & Moura 2020, arXiv 2005.00631, definition 4; there it is not divided.
    """
    shares = np.abs(values.ravel()).astype(np.float64)
    if shares.sum() == 0:
        return 1.0
    shares = shares[shares > 0] / shares.sum()
    return float(-(shares * np.log(shares)).sum() / np.log(values.size))
