"""Max-sensitivity and infidelity: is the map stable under noise, and does it predict the effect of covering?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vislib.attribution.base import Explainer
from vislib.attribution.fills import black_and_white, cover_image
from vislib.model.classifier import Classifier
from vislib.progress import Progress, no_progress, within
from vislib.targets.base import Target
from vislib.trust.curves import check_fill
from vislib.trust.given import check_number, check_resized, checked_map


def max_sensitivity(
    explainer: Explainer,
    classifier: Classifier,
    resized: np.ndarray,
    target: int | str | Target,
    n_samples: int = 4,
    radius: float = 0.02,
    seed: int = 0,
    progress: Progress = no_progress,
) -> float:
    """max over noise u of ‖Φ(x + u) − Φ(x)‖ / ‖Φ(x)‖, each u uniform in ±radius.

    It is how much the map can change when the image changes invisibly. ≥ 0; 0 is best.

    Departs from the paper, which does not divide by the norm of the map.

    Args:
        explainer: The method Φ, resolved for the classifier.
        classifier: The classifier whose decision is explained.
        resized: The image at the network's input size, (h, w, 3) uint8.
        target: What is explained: a target, or a class's number or label.
        n_samples: Draws of noise, at least 1; more draws can only raise the result.
        radius: Largest noise, as a share of 255. Noisy pixels are rounded to whole levels and clipped to 0..255. For
            bands it is a share of each band's range in this image, to which they are clipped.
        seed: Seed of the noise.
        progress: Called as progress(done, total) between maps and within them. If it raises, the work stops.

    Raises:
        ImageError: If the image does not have the network's input size.
        ParameterError: If there is no such class, or a number is not accepted.

    Reference: Yeh et al. 2019, arXiv 1901.09392, definition 3.

    Example:
        >>> saliency, target = vislib.methods()["saliency"](), classifier.target("3")
        >>> vislib.trust.max_sensitivity(saliency, classifier, image, target, n_samples=2) > 0
        True
    """
    check_resized(classifier, resized)
    check_number("n_samples", n_samples)
    target, random = classifier.target(target), np.random.default_rng(seed)
    progress(0, n_samples)
    first = explainer.attribute(classifier, resized, target, within(progress, 0, n_samples)).values.astype(np.float64)
    norm = np.linalg.norm(first)
    if norm == 0:
        return 0.0
    worst, (black, white) = 0.0, black_and_white(resized)
    for done in range(n_samples):
        noise = random.uniform(-radius, radius, resized.shape) * (white - black)
        noisy = np.clip(resized + noise, black, white)
        noisy = (np.rint(noisy) if resized.dtype == np.uint8 else noisy).astype(resized.dtype)
        values = explainer.attribute(classifier, noisy, target, within(progress, done, n_samples)).values
        worst = max(worst, float(np.linalg.norm(values - first) / norm))
        progress(done + 1, n_samples)
    return worst


def infidelity(
    classifier: Classifier,
    resized: np.ndarray,
    values: np.ndarray,
    target: int | str | Target,
    n_squares: int = 64,
    fill: str = "grey",
    seed: int = 0,
) -> float:
    """E[(β Σ_{p ∈ S} Φ_p − (f(x) − f(x without S)))²] / E[(f(x) − f(x without S))²] over random squares S, 0..1.

    It compares the map's sum over a square with the fall of the score when the square is covered. β is the best-fitting
    factor ≥ 0, as the scale of most methods' maps has no meaning. 0 means that the map predicts every fall of the
    score, 1 that it predicts none.

    Args:
        classifier: The classifier whose decision is explained.
        resized: The image at the network's input size, (h, w, 3) uint8.
        values: The map (h, w).
        target: The target whose score is f, or a class's number or label.
        n_squares: Number of random squares, at least 1; each is a fifth of the shorter side wide.
        fill: What covers a square: one of `vislib.attribution.fills.FILLS`.
        seed: Seed of the squares.

    Raises:
        ImageError: If the image does not have the network's input size.
        ParameterError: If the map has another size or a value that is not finite, or a setting is not accepted.

    Reference: Yeh et al. 2019, arXiv 1901.09392, definition 1, with the square removal of section 2.3.

    Example:
        >>> heatmap = vislib.explain("saliency", classifier, image)
        >>> 0 <= vislib.trust.infidelity(classifier, image, heatmap.values, heatmap.target, n_squares=8) <= 1
        True
    """
    values = checked_map(classifier, resized, values)
    return cover_squares(classifier, resized, target, n_squares, fill, seed).infidelity(values)


@dataclass(frozen=True, eq=False)
class CoveredSquares:
    """Random squares of an image, and what covering each does to the score; the same for every map.

    Attributes:
        squares: The rows and columns of each square.
        falls: (n,): by how much the score falls when the square is covered.
    """

    squares: Sequence[tuple[slice, slice]]
    falls: np.ndarray

    def infidelity(self, values: np.ndarray) -> float:
        """The infidelity of a map (h, w); see `infidelity`."""
        falls = self.falls
        summed = np.array([values[square].sum(dtype=np.float64) for square in self.squares])
        if not falls.any():
            return 0.0 if not summed.any() else 1.0
        beta = (summed @ falls) / (summed @ summed) if summed.any() else 0.0
        # A map that predicts the opposite is no better than one that predicts nothing.
        return min(1.0, float(((max(beta, 0.0) * summed - falls) ** 2).mean() / (falls**2).mean()))


def cover_squares(
    classifier: Classifier,
    resized: np.ndarray,
    target: int | str | Target,
    n_squares: int = 64,
    fill: str = "grey",
    seed: int = 0,
) -> CoveredSquares:
    """Covers random squares of an image; arguments and errors as for `infidelity`."""
    check_resized(classifier, resized)
    check_number("n_squares", n_squares)
    check_fill(fill)
    target = classifier.target(target)
    network, random = classifier.network, np.random.default_rng(seed)
    height, width = resized.shape[:2]
    side = max(1, min(height, width) // 5)
    tops, lefts = random.integers(0, height - side + 1, n_squares), random.integers(0, width - side + 1, n_squares)
    squares = [np.s_[top : top + side, left : left + side] for top, left in zip(tops, lefts, strict=True)]
    cover = cover_image(resized, fill)
    inputs = classifier.preprocess_input(resized[None])
    patches = classifier.preprocess_input(np.stack([cover[square] for square in squares]))
    patched = network.patched(inputs, (side, side), target)
    return CoveredSquares(squares, patched.unchanged - patched.values(patches, tops, lefts)[0])
