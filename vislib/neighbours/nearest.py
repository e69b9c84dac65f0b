"""Nearest neighbours by the angle between vectors, by scikit-learn."""

import numpy as np


def directions(vectors: np.ndarray) -> np.ndarray:
    """Vectors (n, k) at length 1, with one further number each, (n, k + 1) float32.

    Half the squared distance of two of them is 1 − cosine of their angle. scikit-learn finds neighbours by such
    distances ten times faster than by the cosine. A vector of zeros has no direction; the further number puts it at 1
    from all others, and at 0 from other zeros.
    """
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    unit = np.divide(vectors, lengths, out=np.zeros(vectors.shape, np.float64), where=lengths > 0)
    return np.hstack([unit, lengths == 0]).astype(np.float32)


def neighbours_of(among: np.ndarray, asked: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """The n nearest of `among` for each of `asked`, both from `directions`.

    Returns:
        Distances 1 − cosine (m, n), 0..2, the smallest first, and the rows (m, n) in `among`; fewer than n if there are
        not so many.
    """
    from sklearn.neighbors import NearestNeighbors

    fitted = NearestNeighbors(n_neighbors=min(n, len(among)), algorithm="brute").fit(among)
    distances, rows = fitted.kneighbors(asked)
    return distances.astype(np.float64) ** 2 / 2, rows


def other_neighbours(vectors: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """As `neighbours_of`, for each of the vectors among the others: none is its own neighbour."""
    from sklearn.neighbors import NearestNeighbors

    fitted = NearestNeighbors(n_neighbors=min(n, len(vectors) - 1), algorithm="brute").fit(vectors)
    distances, rows = fitted.kneighbors()  # without arguments, scikit-learn leaves each one itself out
    return distances.astype(np.float64) ** 2 / 2, rows
