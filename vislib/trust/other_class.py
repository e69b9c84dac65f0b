"""The random logit test: is the map for the class another than that for a class drawn at random?"""

from dataclasses import dataclass

import numpy as np

from vislib.attribution.base import Explainer
from vislib.errors import ParameterError
from vislib.model.classifier import Classifier
from vislib.progress import Progress, no_progress
from vislib.trust.randomization import compare_maps

SAME_LIMIT = 0.9
"""From this rank correlation of the two maps, a map counts as the same for both classes."""


@dataclass(frozen=True)
class OtherClass:
    """The map for the class beside that for another.

    Attributes:
        class_index: The class that is explained.
        other: The class drawn at random.
        label: The other class's label.
        rank_correlation: Spearman's, of the absolute values; 1 if the maps have the same order.
        similarity: The structural similarity (SSIM), as in the paper.
    """

    class_index: int
    other: int
    label: str
    rank_correlation: float
    similarity: float

    @property
    def passed(self) -> bool:
        """Whether the maps differ."""
        return self.rank_correlation < SAME_LIMIT

    def in_words(self) -> str:
        """The verdict, one sentence."""
        figures = f"rank correlation {self.rank_correlation:.2f}, SSIM {self.similarity:.2f}".replace("-0.", "−0.")
        if self.passed:
            return f"It changes when another class, “{self.label}”, is explained ({figures})."
        return f"It stays nearly the same for another class, “{self.label}” ({figures}): it hardly knows the class."


def random_logit(
    explainer: Explainer,
    classifier: Classifier,
    image: np.ndarray,
    class_index: int | str | None = None,
    seed: int = 0,
    progress: Progress = no_progress,
) -> OtherClass:
    """Compares the map for a class with that for another class, drawn at random.

    Args:
        explainer: The method.
        classifier: A classifier of at least two classes.
        image: (H, W, 3) in 0..255.
        class_index: The class, as a number or a label; None means the most probable one.
        seed: Seed of the drawing.
        progress: Called by both maps. If it raises, the work stops.

    Raises:
        ParameterError: If the network does not classify, or has one class.

    Reference: Sixt, Granz & Landgraf 2020, arXiv 1912.09818, section 4.
    """
    if not classifier.task.has_classes or len(classifier.labels) < 2:
        raise ParameterError(
            f"The random logit test needs a network of at least two classes; the task of {classifier.key} is "
            f"{classifier.task}."
        )
    own = explainer.explain(classifier, image, class_index, progress)
    if own.class_index is None:
        raise ParameterError(f"The random logit test compares two classes; {own.explained} is of no class.")
    others = [index for index in range(len(classifier.labels)) if index != own.class_index]
    other = int(np.random.default_rng(seed).choice(others))
    rank, similarity = compare_maps(own.values, explainer.explain(classifier, image, other, progress).values)
    return OtherClass(own.class_index, other, classifier.labels[other], rank, similarity)
