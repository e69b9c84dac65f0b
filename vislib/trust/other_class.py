"""The random logit test: is the map for the class another than that for a class drawn at random?"""

import dataclasses
from dataclasses import dataclass

import numpy as np

from vislib.attribution.base import Explainer
from vislib.errors import ParameterError
from vislib.language import Text, text, written
from vislib.model.classifier import Classifier
from vislib.progress import Progress, no_progress
from vislib.targets.base import Target
from vislib.targets.pixels import Pixels
from vislib.targets.scores import ClassScore
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
        rank_correlation: Spearman's, of the absolute values; 1 if the maps have the same order, NaN if one is constant.
        similarity: The structural similarity (SSIM), as in the paper; NaN if one is constant.

    Example:
        >>> found = vislib.trust.random_logit(vislib.methods()["saliency"](), classifier, image)
        >>> found.class_index, -1 <= found.rank_correlation <= 1
        (3, True)
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

    def in_words(self) -> Text:
        """The verdict, one sentence."""
        if np.isnan(self.rank_correlation):
            return text(
                "One of the two maps is constant, so they cannot be compared; the other class is “{label}”.",
                label=self.label,
            )
        rank, similarity = (written(each, ".2f") for each in (self.rank_correlation, self.similarity))
        figures = text("rank correlation {rank}, SSIM {similarity}", rank=rank, similarity=similarity)
        if self.passed:
            return text(
                "It changes when another class, “{label}”, is explained ({figures}).", label=self.label, figures=figures
            )
        return text(
            "It stays nearly the same for another class, “{label}” ({figures}): it hardly depends on the class.",
            label=self.label,
            figures=figures,
        )


def another_class(classifier: Classifier, target: Target, seed: int = 0) -> Target | None:
    """The same target of another class, drawn at random; of a segmentation for the same pixels.

    Args:
        classifier: The network.
        target: A target, resolved.
        seed: Seed of the drawing.

    Returns:
        The other target. None if the target is not the score of a class, or there is no other class to compare with:
        what speaks for one of two classes of a single output speaks against the other, so the maps differ in sign only.

    Example:
        >>> vislib.trust.another_class(classifier, classifier.target("3")).class_index != 3
        True
    """
    if not isinstance(target, ClassScore | Pixels) or not classifier.task.has_classes or classifier.network.is_binary:
        return None
    taken = (target.class_index, target.against)
    others = [index for index in range(len(classifier.labels)) if index not in taken]
    if not others:
        return None
    other = int(np.random.default_rng(seed).choice(others))
    return dataclasses.replace(target, class_index=other).resolved(classifier)


def random_logit(
    explainer: Explainer,
    classifier: Classifier,
    image: np.ndarray,
    class_index: int | str | Target | None = None,
    seed: int = 0,
    progress: Progress = no_progress,
) -> OtherClass:
    """Compares the map for a class with that for another class, drawn at random.

    Of a segmentation both maps explain the same pixels, those where the network predicts the first class.

    Args:
        explainer: The method.
        classifier: A classifier of at least two classes that are not one output.
        image: (H, W, 3) in 0..255.
        class_index: The class, as a number or a label, or the target that is its score; None means the most probable
            class.
        seed: Seed of the drawing.
        progress: Called by both maps. If it raises, the work stops.

    Raises:
        ParameterError: If the network does not classify, has one output for two classes, or has one class; or if the
            target is not the score of a class.

    Reference: Sixt, Granz & Landgraf 2020, arXiv 1912.09818, section 4.

    Example:
        >>> found = vislib.trust.random_logit(vislib.methods()["saliency"](), classifier, image)
        >>> found.label != "3"
        True
    """
    own = explainer.explain(classifier, image, class_index, progress)
    return random_logit_of(own.values, explainer, classifier, image, own.target, seed, progress)


def random_logit_of(
    values: np.ndarray,
    explainer: Explainer,
    classifier: Classifier,
    image: np.ndarray,
    target: Target,
    seed: int = 0,
    progress: Progress = no_progress,
) -> OtherClass:
    """As `random_logit`, where the map (h, w) for the target, resolved on the image, is known already."""
    other = another_class(classifier, target, seed)
    if other is None:
        raise ParameterError(
            text(
                "The random logit test needs the score of a class, and another class with an output of its "
                "own; the task of {model} is {task} with {n} outputs, and the target is {target}.",
                model=classifier.name,
                task=classifier.task.in_words(),
                n=len(classifier.labels),
                target=target.in_words(),
            )
        )
    rank, similarity = compare_maps(values, explainer.explain(classifier, image, other, progress).values)
    index = int(other.class_index)
    return OtherClass(int(target.class_index), index, classifier.labels[index], rank, similarity)
