"""Average drop and increase in confidence: the class's probability when only the highlighted part is shown; the value
itself where there are no probabilities."""

from dataclasses import dataclass

import numpy as np

from vislib.attribution.fills import black_and_white
from vislib.model.classifier import Classifier
from vislib.targets.base import Target
from vislib.targets.scores import class_probability
from vislib.trust.given import checked_map


def confidence_drop(
    classifier: Classifier, resized: np.ndarray, values: np.ndarray, target: int | str | Target
) -> float:
    """max(0, y − o) / |y|: y is the probability for the image, o for the image times the map stretched to 0..1.

    Negative values of the map, which are evidence against the class, count as 0. 0 is best. The mean over images is the
    paper's average drop, and the share of images with o > y is its increase in confidence. y and o are the class's
    probability, whatever score the target has, and the drop is in 0..1. For a target without a probability, such as a
    channel or a predicted number, y and o are its values, and the drop can be larger than 1. It is 0 if y is 0.

    Args:
        classifier: The classifier whose decision is explained.
        resized: The image at the network's input size, (h, w, 3) uint8.
        values: The map (h, w).
        target: What is explained: a target, or a class's number or label.

    Raises:
        ImageError: If the image does not have the network's input size.
        ParameterError: If the map has another size or a value that is not finite, or there is no such class.

    Reference: Chattopadhay et al. 2018, arXiv 1710.11063, section 4.1.

    Example:
        >>> heatmap = vislib.explain("grad-cam", classifier, image)
        >>> vislib.trust.confidence_drop(classifier, image, heatmap.values, heatmap.target) >= 0
        True
    """
    return confidences(classifier, resized, values, target).drop


def confidence_increases(
    classifier: Classifier, resized: np.ndarray, values: np.ndarray, target: int | str | Target
) -> bool:
    """Whether the class's probability, or the target's value where it has none, rises when only the mapped part is
    shown. Arguments and errors as for `confidence_drop`.

    Example:
        >>> heatmap = vislib.explain("grad-cam", classifier, image)
        >>> vislib.trust.confidence_increases(classifier, image, heatmap.values, heatmap.target) in (True, False)
        True
    """
    return confidences(classifier, resized, values, target).increases


@dataclass(frozen=True)
class Confidences:
    """The probability or value for an image, and for its part that a map shows."""

    whole: float
    part: float

    @property
    def drop(self) -> float:
        """See `confidence_drop`."""
        return max(0.0, self.whole - self.part) / abs(self.whole) if self.whole else 0.0

    @property
    def increases(self) -> bool:
        """See `confidence_increases`."""
        return self.part > self.whole


def confidences(
    classifier: Classifier, resized: np.ndarray, values: np.ndarray, target: int | str | Target
) -> Confidences:
    """Both probabilities or values. Arguments and errors as for `confidence_drop`."""
    values, target = checked_map(classifier, resized, values), classifier.target(target)
    positive = np.maximum(values, 0)
    low, high = positive.min(), positive.max()
    share = (positive - low) / (high - low) if high > low else np.zeros_like(positive)
    black = black_and_white(resized)[0]
    shown = black + (resized - black) * share[..., None]
    shown = np.rint(shown).astype(np.uint8) if resized.dtype == np.uint8 else shown
    whole, part = classifier.network.values(
        classifier.preprocess_input(np.stack([resized, shown])), class_probability(target)
    )
    return Confidences(float(whole), float(part))
