"""What TCAV found for one concept at one layer."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from vislib.language import Text, text


@dataclass(frozen=True, eq=False)
class ConceptScore:
    """How a target depends on a concept at one layer.

    Attributes:
        concept: The concept's name.
        layer: The layer's name.
        explained: The target in words.
        scores: (n_runs,) 0..1: in each run the share of the images whose target rises along the concept's direction.
        random_scores: (n_runs,): the same for directions between two random halves.
        p: Two-sided p-value of Welch's t-test between both.
        accuracies: (n_runs,) 0..1: the share of held-out images that each direction separates from random images.
        random_accuracies: (n_runs,): the same for random halves.
        p_accuracy: One-sided p-value of Welch's t-test: are the concept's accuracies higher?
        n_tests: Number of concepts × layers that were tested together; both p-values must be below alpha / n_tests.
        alpha: The level of significance.
        n_concept: Number of images of the concept.
        n_random: Number of random images.
        n_images: Number of images whose target was differentiated.
        notes: Sentences to show beside the score.

    Example:
        >>> random = np.random.default_rng(0).integers(0, 256, (20, 28, 28, 1), np.uint8)
        >>> (score,) = vislib.concepts.tcav(
        ...     classifier, random[:10], random[10:], image[None], "3", only_predicted=False, n_runs=3
        ... )
        >>> score.scores.shape, score.n_concept
        ((3,), 10)
    """

    concept: str
    layer: str
    explained: str
    scores: np.ndarray
    random_scores: np.ndarray
    p: float
    accuracies: np.ndarray
    random_accuracies: np.ndarray
    p_accuracy: float
    n_tests: int
    alpha: float
    n_concept: int
    n_random: int
    n_images: int
    notes: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        """The mean score, 0..1: above 0.5 the concept raises the target, below it lowers it."""
        return float(self.scores.mean())

    @property
    def is_learned(self) -> bool:
        """Whether the layer separates the concept's held-out images from random ones, better than two random sets."""
        return self.p_accuracy < self.alpha / self.n_tests

    @property
    def significant(self) -> bool:
        """Whether the layer knows the concept and the score differs from those of random directions."""
        return self.is_learned and self.p < self.alpha / self.n_tests

    def rows(self) -> list[dict[str, Any]]:
        """One row a run, for a table."""
        named = {
            "score": self.scores,
            "random_score": self.random_scores,
            "accuracy": self.accuracies,
            "random_accuracy": self.random_accuracies,
        }
        runs = zip(*(values.tolist() for values in named.values()), strict=True)
        return [{"concept": self.concept, "layer": self.layer} | dict(zip(named, run, strict=True)) for run in runs]

    def in_words(self) -> Text:
        """The finding as a sentence."""
        runs = text("{n} runs against {random} random ones", n=len(self.scores), random=len(self.random_scores))
        if not self.is_learned:
            return text(
                "{layer} does not separate “{concept}” from random images: {share:.0%} of the held-out images are "
                "separated, {random:.0%} by chance ({runs}).",
                layer=self.layer,
                concept=self.concept,
                share=self.accuracies.mean(),
                random=self.random_accuracies.mean(),
                runs=runs,
            )
        known = {
            "concept": self.concept,
            "explained": self.explained,
            "layer": self.layer,
            "score": self.score,
            "random": self.random_scores.mean(),
            "p": self.p,
            "runs": runs,
        }
        if not self.significant:
            return text(
                "No effect of “{concept}” on the {explained} is shown at {layer}: its score {score:.2f} is like those "
                "of random directions, {random:.2f} on average (p = {p:.2g}, {runs}).",
                **known,
            )
        if self.score > self.random_scores.mean():
            return text(
                "“{concept}” raises the {explained} at {layer}: score {score:.2f}, random directions {random:.2f} "
                "(p = {p:.2g}, {runs}).",
                **known,
            )
        return text(
            "“{concept}” lowers the {explained} at {layer}: score {score:.2f}, random directions {random:.2f} "
            "(p = {p:.2g}, {runs}).",
            **known,
        )
