"""ROAD: deletion whose removed pixels are filled from their neighbours, so that the hole itself says nothing."""

from collections.abc import Sequence

import numpy as np

from vislib.attribution.fills import black_and_white
from vislib.errors import ParameterError
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.progress import Progress, no_progress
from vislib.targets.base import Target
from vislib.trust.curves import Curve
from vislib.trust.given import checked_map

SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_NEIGHBOURS = (((0, 1), 1 / 6), ((1, 0), 1 / 6), ((1, 1), 1 / 12), ((1, -1), 1 / 12))
"""Half of the eight neighbours of a pixel with their weights; the others mirror them."""


def impute(resized: np.ndarray, removed: np.ndarray, noise: float = 0.01, seed: int = 0) -> np.ndarray:
    """Fills removed pixels by noisy linear imputation: each becomes the weighted mean of its neighbours, plus noise.

        Σ_n w_n (x_p − x_n) = 0 for every removed pixel p and its neighbours n, removed or not

    w is 1/6 for the four neighbours at its sides and 1/12 for the four at its corners. At the border of the image the
    weights are those of the neighbours that exist.

    Args:
        resized: The image (h, w, c), uint8 or float32.
        removed: (h, w), true where a pixel is removed; at least one is kept.
        noise: Standard deviation of the noise, as a share of the range from black to white.
        seed: Seed of the noise.

    Returns:
        The image (h, w, c) of the same type; kept pixels are unchanged.

    Raises:
        ParameterError: If `removed` is not (h, w), or no pixel is kept.

    Reference: Rong, Leemann, Borisov, Kasneci & Kasneci 2022, arXiv 2202.00449, section 4.

    Example:
        >>> vislib.trust.impute(image, image[..., 0] > 200).shape
        (28, 28, 3)
    """
    from scipy.sparse.linalg import splu

    removed = np.asarray(removed, bool)
    if removed.shape != resized.shape[:2] or removed.all():
        raise ParameterError(
            text(
                "Imputation takes a mask of {height} × {width} with at least one pixel that is kept; not one "
                "of shape {given} with {n} kept.",
                height=resized.shape[0],
                width=resized.shape[1],
                given=removed.shape,
                n=int((~removed).sum()),
            )
        )
    filled = resized.astype(np.float64)
    if removed.any():
        matrix, known = _equations(filled, removed)
        # The matrix is symmetric, for which this order and these pivots are several times faster than the usual ones.
        solver = splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
        black, white = black_and_white(resized)
        scatter = np.random.default_rng(seed).normal(0, noise, known.shape) * (white - black) if noise else 0.0
        filled[removed] = np.clip(solver.solve(known) + scatter, black, white)
    return np.rint(filled).astype(np.uint8) if resized.dtype == np.uint8 else filled.astype(resized.dtype)


def _equations(pixels: np.ndarray, removed: np.ndarray):
    """The matrix (n, n) and the right side (n, c) of the linear system for the n removed pixels."""
    from scipy.sparse import coo_matrix

    height, width = removed.shape
    number = np.full(removed.shape, -1)
    number[removed] = np.arange(removed.sum())
    rows, columns, values = [], [], []
    diagonal, known = np.zeros(int(removed.sum())), np.zeros((int(removed.sum()), pixels.shape[2]))
    for (down, across), weight in _NEIGHBOURS:
        one = np.s_[: height - down, max(0, -across) : width - max(0, across)]
        other = np.s_[down:, max(0, across) : width + min(0, across)]
        for here, there in ((one, other), (other, one)):
            mine = removed[here]
            at, beside = number[here][mine], number[there][mine]
            np.add.at(diagonal, at, weight)
            is_known = beside < 0
            np.add.at(known, at[is_known], weight * pixels[there][mine][is_known])
            rows.append(at[~is_known])
            columns.append(beside[~is_known])
            values.append(np.full(int((~is_known).sum()), -weight))
    every = np.arange(len(diagonal))
    data = (np.concatenate([*values, diagonal]), (np.concatenate([*rows, every]), np.concatenate([*columns, every])))
    return coo_matrix(data, shape=(len(every), len(every))).tocsc(), known


def road(
    classifier: Classifier,
    resized: np.ndarray,
    values: np.ndarray,
    target: int | str | Target,
    shares: Sequence[float] = SHARES,
    noise: float = 0.01,
    seed: int = 0,
    progress: Progress = no_progress,
) -> Curve:
    """The score while the highest pixels of a map are removed and imputed. The lower the area, the better the map.

    A fill of one colour shows the network where pixels are missing, and scattered grey pixels ruin any picture, so
    random numbers do well in deletion. Imputed pixels look like their neighbours.

    Args:
        classifier: The classifier whose decision is explained.
        resized: The image at the network's input size, (h, w, c).
        values: The map (h, w).
        target: The target whose score is computed; as for `deletion`.
        shares: Which shares of the pixels are removed, rising, between 0 and 1.
        noise: See `impute`.
        seed: Seed of the noise.
        progress: Called as progress(done, total) between imputations. If it raises, the work stops.

    Returns:
        The score at share 0 and at each of `shares`. The area is that up to the last share.

    Raises:
        ImageError: If the image does not have the network's input size.
        ParameterError: If the map has another size or a value that is not finite, or the shares do not rise between 0
            and 1.

    Reference: Rong et al. 2022, arXiv 2202.00449; most relevant pixels first, without retraining.

    Example:
        >>> heatmap = vislib.explain("grad-cam", classifier, image)
        >>> curve = vislib.trust.road(classifier, image, heatmap.values, heatmap.target, shares=(0.1, 0.5))
        >>> len(curve.shares)
        3
    """
    steps = np.asarray([0.0, *shares])
    if len(steps) < 2 or (np.diff(steps) <= 0).any() or not steps[-1] < 1:
        raise ParameterError(
            text("`shares` must rise between 0 and 1, both excluded; not {shares}.", shares=list(shares))
        )
    values, target = checked_map(classifier, resized, values), classifier.target(target)
    order = np.argsort(-values.ravel(), kind="stable")
    images = []
    progress(0, len(steps))
    for done, share in enumerate(steps):
        removed = np.zeros(values.size, bool)
        removed[order[: round(share * values.size)]] = True
        images.append(impute(resized, removed.reshape(values.shape), noise, seed))
        progress(done + 1, len(steps))
    scores = classifier.network.values(classifier.preprocess_input(np.stack(images)), target)
    return Curve(steps, np.asarray(scores, np.float64))
