"""Max-sensitivity and infidelity: does the map hold still under noise, and does it foretell what covering does?"""

import numpy as np

from vislib.attribution.base import Explainer
from vislib.attribution.fills import cover_image
from vislib.model.classifier import Classifier
from vislib.progress import Progress, no_progress, within
from vislib.targets.base import Target


def max_sensitivity(
    explainer: Explainer,
    classifier: Classifier,
    fitted: np.ndarray,
    target: Target,
    n_samples: int = 4,
    radius: float = 0.02,
    seed: int = 0,
    progress: Progress = no_progress,
) -> float:
    """max over noise u of ‖Φ(x + u) − Φ(x)‖ / ‖Φ(x)‖, each u uniform in ±radius: how much the map can change when
    the image changes so little that no one sees it. 0 is best.

    Args:
        explainer: The method Φ, its parameters resolved for the classifier.
        classifier: Whose decision.
        fitted: The image as the network sees it, (h, w, 3) uint8.
        target: What is explained.
        n_samples: Draws of noise; more can only give more.
        radius: Of the noise, as a share of 255. Pixels are rounded to whole levels and kept in 0..255.
        seed: Of the noise.
        progress: Called as progress(done, total) between maps and within them.

    Reference: Yeh et al. 2019, arXiv 1901.09392, definition 3; there the norm is not divided by that of the map.
    """
    random = np.random.default_rng(seed)
    progress(0, n_samples)
    first = explainer.attribute(classifier, fitted, target, within(progress, 0, n_samples)).values.astype(np.float64)
    norm = np.linalg.norm(first)
    if norm == 0:
        return 0.0
    worst = 0.0
    for done in range(n_samples):
        noise = random.uniform(-radius * 255, radius * 255, fitted.shape)
        noisy = np.clip(np.rint(fitted + noise), 0, 255).astype(np.uint8)
        values = explainer.attribute(classifier, noisy, target, within(progress, done, n_samples)).values
        worst = max(worst, float(np.linalg.norm(values - first) / norm))
        progress(done + 1, n_samples)
    return worst


def infidelity(
    classifier: Classifier,
    fitted: np.ndarray,
    values: np.ndarray,
    target: Target,
    n_squares: int = 64,
    fill: str = "grey",
    seed: int = 0,
) -> float:
    """E[(β Σ_{p ∈ S} Φ_p − (f(x) − f(x without S)))²] / E[(f(x) − f(x without S))²] over random squares S, 0..1.

    How far the map's sum over a square is from what covering the square does to the score. β is the factor that
    fits best, for a map's scale means nothing to most methods; divided by the mean square, 0 is a map that tells
    every fall of the score, 1 one that tells none.

    Args:
        classifier: Whose decision.
        fitted: The image as the network sees it, (h, w, 3) uint8.
        values: The map (h, w).
        target: Whose score f.
        n_squares: How many are drawn, a fifth of the shorter side wide.
        fill: What covers: one of `vislib.attribution.fills.FILLS`.
        seed: Of the squares.

    Reference: Yeh et al. 2019, arXiv 1901.09392, definition 1, with the square removal of section 2.3.
    """
    network, random = classifier.network, np.random.default_rng(seed)
    height, width = fitted.shape[:2]
    side = max(1, min(height, width) // 5)
    tops, lefts = random.integers(0, height - side + 1, n_squares), random.integers(0, width - side + 1, n_squares)
    squares = [np.s_[top : top + side, left : left + side] for top, left in zip(tops, lefts, strict=True)]
    cover = cover_image(fitted, fill)
    inputs = classifier.preprocess_input(fitted[None])
    patches = classifier.preprocess_input(np.stack([cover[square] for square in squares]))
    patched = network.patched(inputs, (side, side), target)
    falls = patched.unchanged - patched.values(patches, tops, lefts)[0]
    summed = np.array([values[square].sum(dtype=np.float64) for square in squares])
    if not falls.any():
        return 0.0 if not summed.any() else 1.0
    beta = (summed @ falls) / (summed @ summed) if summed.any() else 0.0
    # A map that says the opposite is no better than one that says nothing.
    return min(1.0, float(((max(beta, 0.0) * summed - falls) ** 2).mean() / (falls**2).mean()))
