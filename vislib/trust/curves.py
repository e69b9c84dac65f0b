"""Deletion and insertion: does the score follow the map?"""

from dataclasses import dataclass

import numpy as np

from vislib.attribution.fills import cover_image
from vislib.model.classifier import Classifier
from vislib.progress import Progress, no_progress
from vislib.targets.base import Target

_BATCH = 32


@dataclass(frozen=True, eq=False)
class Curve:
    """A score as pixels are taken away or put in, those that a map ranks highest first.

    Attributes:
        shares: (n,) of the pixels changed, 0 to 1.
        scores: (n,) of the target.
    """

    shares: np.ndarray
    scores: np.ndarray

    @property
    def area(self) -> float:
        """Under the curve, by the trapezoidal rule; the mean score."""
        return float(np.trapezoid(self.scores, self.shares))


def deletion(
    classifier: Classifier,
    fitted: np.ndarray,
    values: np.ndarray,
    target: Target,
    n_steps: int = 28,
    fill: str = "grey",
    progress: Progress = no_progress,
) -> Curve:
    """The score as pixels are covered, the highest of the map first. The lower the area, the better the map.

    Pixels scattered over the image ruin it for the network wherever they lie, so random numbers do well here: a map
    of broad patches that does not beat them need not be worse.

    Args:
        classifier: Whose decision.
        fitted: The image as the network sees it, (h, w, 3) uint8.
        values: The map (h, w).
        target: Whose score; the paper's is the probability of the class.
        n_steps: In how many steps of equal size, 1 to the number of pixels.
        fill: What covers: one of `vislib.attribution.fills.FILLS`.
        progress: Called as progress(done, total) between batches.

    Reference: Petsiuk, Das & Saenko 2018, arXiv 1806.07421, section 4.2.
    """
    return _curve(classifier, fitted, cover_image(fitted, fill), values, target, n_steps, progress)


def insertion(
    classifier: Classifier,
    fitted: np.ndarray,
    values: np.ndarray,
    target: Target,
    n_steps: int = 28,
    fill: str = "blur",
    progress: Progress = no_progress,
) -> Curve:
    """The score as pixels are put back into a blurred image, the highest of the map first. The higher the area, the
    better the map. Arguments and paper as for `deletion`."""
    return _curve(classifier, cover_image(fitted, fill), fitted, values, target, n_steps, progress)


def _curve(classifier, start, end, values, target, n_steps: int, progress: Progress) -> Curve:
    rank = np.empty(values.size, np.int64)
    rank[np.argsort(-values.ravel(), kind="stable")] = np.arange(values.size)
    rank = rank.reshape(values.shape)
    counts = np.rint(np.linspace(0, values.size, n_steps + 1)).astype(int)
    scores = np.zeros(len(counts))
    progress(0, len(counts))
    for first in range(0, len(counts), _BATCH):
        now = slice(first, min(first + _BATCH, len(counts)))
        pictures = np.stack([np.where((rank < count)[..., None], end, start) for count in counts[now]])
        scores[now] = classifier.network.values(classifier.preprocess_input(pictures), target)
        progress(now.stop, len(counts))
    return Curve(counts / values.size, scores)
