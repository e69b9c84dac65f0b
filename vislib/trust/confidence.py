"""Average drop and increase in confidence: what is left of the class when only the map's part is shown?"""

import numpy as np

from vislib.model.classifier import Classifier
from vislib.targets.base import Target
from vislib.targets.scores import ClassScore


def confidence_drop(classifier: Classifier, fitted: np.ndarray, values: np.ndarray, target: Target) -> float:
    """max(0, y − o) / y in 0..1: y the probability for the image, o for the image times the map, stretched to 0..1.

    Negative values of the map, evidence against, show nothing. 0 is best; the mean over images is the paper's
    average drop, and the share of images where o > y its increase in confidence. Here the score is the class's
    probability, whatever the target's. Of a target without a class, such as a channel, y and o are its values, and the
    drop is 0 where y is not positive.

    Args:
        classifier: Whose decision.
        fitted: The image as the network sees it, (h, w, 3) uint8.
        values: The map (h, w).
        target: Whose class.

    Reference: Chattopadhay et al. 2018, arXiv 1710.11063, section 4.1.
    """
    before, after = _probabilities(classifier, fitted, values, target)
    return max(0.0, before - after) / before if before > 0 else 0.0


def confidence_increases(classifier: Classifier, fitted: np.ndarray, values: np.ndarray, target: Target) -> bool:
    """Whether the class is more probable when only the map's part is shown. Arguments as for `confidence_drop`."""
    before, after = _probabilities(classifier, fitted, values, target)
    return after > before


def _probabilities(classifier, fitted, values, target) -> tuple[float, float]:
    positive = np.maximum(values, 0)
    low, high = positive.min(), positive.max()
    share = (positive - low) / (high - low) if high > low else np.zeros_like(positive)
    shown = np.rint(fitted * share[..., None]).astype(np.uint8)
    before, after = classifier.network.values(classifier.preprocess_input(np.stack([fitted, shown])), _compared(target))
    return float(before), float(after)


def _compared(target: Target) -> Target:
    """The probability of the target's class; a target without a class as it is."""
    return target if target.class_index is None else ClassScore(target.class_index, score="probability")
