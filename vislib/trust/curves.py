"""Deletion and insertion: the score while pixels are covered or shown in the order of the map."""

from dataclasses import dataclass

import numpy as np

from vislib.attribution.fills import FILLS, cover_image
from vislib.errors import ParameterError, listed
from vislib.language import text
from vislib.model.classifier import Classifier
from vislib.network.masks import Masks
from vislib.progress import Progress, no_progress
from vislib.targets.base import Target
from vislib.trust.given import check_number, checked_map

N_STEPS = 28
"""The number of steps of a curve by default; a network with fewer pixels takes as many steps as pixels."""
_BATCH = 32


@dataclass(frozen=True, eq=False)
class Curve:
    """The score of a target while pixels are covered or shown, the highest of a map first.

    Attributes:
        shares: (n,): the share of pixels that are changed, 0 to 1.
        scores: (n,): the score of the target at each share.

    Example:
        >>> curve = vislib.trust.Curve(np.array([0.0, 0.5, 1.0]), np.array([1.0, 0.5, 0.0]))
        >>> float(curve.area)
        0.5
    """

    shares: np.ndarray
    scores: np.ndarray

    @property
    def area(self) -> float:
        """The area under the curve, by the trapezoidal rule; it is the mean score."""
        return float(np.trapezoid(self.scores, self.shares))


def deletion(
    classifier: Classifier,
    resized: np.ndarray,
    values: np.ndarray,
    target: int | str | Target,
    n_steps: int = N_STEPS,
    fill: str = "grey",
    progress: Progress = no_progress,
) -> Curve:
    """The score while pixels are covered, the highest of the map first. The lower the area, the better the map.

    Covering scattered pixels destroys the image for the network wherever they lie, so random numbers do well here. A
    map of broad patches that does not beat them is not necessarily worse.

    Args:
        classifier: The classifier whose decision is explained.
        resized: The image at the network's input size, (h, w, 3) uint8.
        values: The map (h, w).
        target: The target whose score is computed, or a class's number or label; the paper uses the class's probability
            (`vislib.targets.scores.as_probability`). A predicted number is its own score.
        n_steps: The number of steps of equal size, from 1 to the number of pixels.
        fill: What covers pixels: one of `vislib.attribution.fills.FILLS`.
        progress: Called as progress(done, total) between batches. If it raises, the work stops.

    Raises:
        ImageError: If the image does not have the network's input size.
        ParameterError: If the map has another size or a value that is not finite, or a setting is not accepted.

    Reference: Petsiuk, Das & Saenko 2018, arXiv 1806.07421, section 4.2.

    Example:
        >>> heatmap = vislib.explain("grad-cam", classifier, image)
        >>> resized = classifier.resize(image)
        >>> curve = vislib.trust.deletion(classifier, resized, heatmap.values, heatmap.target, n_steps=4)
        >>> curve.shares
        array([0.  , 0.25, 0.5 , 0.75, 1.  ])
    """
    check_fill(fill)
    values = checked_map(classifier, resized, values)
    return _curve(classifier, resized, cover_image(resized, fill), values, target, n_steps, progress)


def insertion(
    classifier: Classifier,
    resized: np.ndarray,
    values: np.ndarray,
    target: int | str | Target,
    n_steps: int = N_STEPS,
    fill: str = "blur",
    progress: Progress = no_progress,
) -> Curve:
    """The score while pixels of a blurred image are shown, the highest of the map first.

    The higher the area, the better the map. Arguments, errors and paper as for `deletion`.

    Example:
        >>> heatmap = vislib.explain("grad-cam", classifier, image)
        >>> resized = classifier.resize(image)
        >>> curve = vislib.trust.insertion(classifier, resized, heatmap.values, heatmap.target, n_steps=4)
        >>> curve.scores.shape
        (5,)
    """
    check_fill(fill)
    values = checked_map(classifier, resized, values)
    return _curve(classifier, cover_image(resized, fill), resized, values, target, n_steps, progress)


def check_fill(fill: str) -> None:
    """Checks that there is such a fill.

    Raises:
        ParameterError: If there is not.
    """
    if fill not in FILLS:
        raise ParameterError(text("`fill` must be one of {fills}; not {fill!r}.", fills=listed(FILLS), fill=fill))


def _curve(
    classifier: Classifier,
    start: np.ndarray,
    end: np.ndarray,
    values: np.ndarray,
    target: int | str | Target,
    n_steps: int,
    progress: Progress,
) -> Curve:
    check_number("n_steps", n_steps, values.size)
    target = classifier.target(target)
    ranks = np.empty(values.size, np.int64)
    ranks[np.argsort(-values.ravel(), kind="stable")] = np.arange(values.size)
    shown, hidden = (classifier.preprocess_input(each[None]) for each in (end, start))
    counts = np.rint(np.linspace(0, values.size, n_steps + 1)).astype(int)
    scores = np.zeros(len(counts))
    progress(0, len(counts))
    for first in range(0, len(counts), _BATCH):
        now = slice(first, min(first + _BATCH, len(counts)))
        masks = Masks.of_ranks(ranks.reshape(values.shape), counts[now])
        scores[now] = classifier.network.masked_values(shown, hidden, masks, target)
        progress(now.stop, len(counts))
    return Curve(counts / values.size, scores)
