"""Targets on the network's output: the score of a class, or one output unit."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from vislib.errors import ParameterError
from vislib.language import text
from vislib.parameters import check_parameters, parameter
from vislib.targets.base import LOGITS, Explained, ExplainedNetwork, Target, Term, check_within
from vislib.targets.measures import MEASURES, of_units
from vislib.targets.pixels import SCORE_NAMES, SCORES, Pixels, score_in_words


@dataclass(frozen=True)
class ClassScore(Term):
    """sign · (s_class − s_against), with s the logits or the probabilities.

    For activation maximization a logit is better than a probability, which also rises when the other logits fall
    (Simonyan et al. 2013, arXiv 1312.6034, section 2).

    Args:
        class_index: The class, as a number or a label.
        against: Another class, whose score is subtracted: "why a tiger cat and not a lynx".
        score: "logit", or "probability" (softmax, or a sigmoid for each class). In a regression, "logit" is the output
            itself. Of a model that gives only probabilities, it is the logarithm of the probability.
        counterfactual: Whether the sign is −1, which gives the evidence against the class (for Grad-CAM: Selvaraju et
            al. 2017, arXiv 1610.02391, section 3.3).

    Raises:
        ParameterError: If a value is not accepted.

    Example:
        >>> why_not = vislib.targets.ClassScore("3", against="8")
        >>> vislib.explain("gradient-x-input", classifier, image, why_not).explained
        'logit of “3” − “8”'
    """

    class_index: Any = field()
    against: Any = None
    score: str = parameter("logit", text("Score"), choices=SCORES, help=text("Which score of the class is explained."))
    counterfactual: bool = parameter(
        False, text("Counterfactual"), help=text("Explain the evidence against the class.")
    )
    labels: tuple[str, str] = field(default=("", ""), compare=False, repr=False)
    """The labels of both classes; `resolved` fills them in."""
    score_name: str = field(default="", compare=False, repr=False)
    """What the score is called: "logit", "probability", "log probability" or "output"; `resolved` fills it in."""

    layer: ClassVar[None] = LOGITS

    def __post_init__(self) -> None:
        check_parameters(self)
        if self.against == self.class_index:
            raise ParameterError(
                text("A class cannot be explained against itself; both are {label}.", label=self.class_index)
            )

    @property
    def is_class_logit(self) -> bool:
        """Whether it is plainly the logit of one class."""
        return self == ClassScore(self.class_index)

    def resolved(self, classifier: Explained) -> Term:
        index = classifier.class_index(self.class_index)
        against = None if self.against is None else classifier.class_index(self.against)
        labels = (classifier.labels[index], "" if against is None else classifier.labels[against])
        if len(classifier.network.output_shape) == 3:
            return Pixels(index, against, self.score, self.counterfactual, labels=labels).resolved(classifier)
        name = classifier.score_name(self.score)
        return dataclasses.replace(self, class_index=index, against=against, labels=labels, score_name=name)

    def weights(self, n_classes: int) -> np.ndarray:
        """(n_classes,) float32; the target is their dot product with the scores."""
        weights = np.zeros(n_classes, np.float32)
        weights[int(self.class_index)] = 1
        if self.against is not None:
            weights[int(self.against)] = -1
        return -weights if self.counterfactual else weights

    def operand(self, network: ExplainedNetwork) -> np.ndarray:
        return self.weights(network.n_classes)

    def measure(self, network: ExplainedNetwork) -> Callable:
        return MEASURES[self.score if self.score == "logit" else network.activation, network.is_binary]

    def of_logits(self, network: ExplainedNetwork, logits: np.ndarray) -> np.ndarray:
        """The target (n,) from logits (n, classes)."""
        values = network.probabilities(logits) if self.score == "probability" else logits
        return values @ self.weights(network.n_classes)

    def in_words(self) -> str:
        return score_in_words(self)


def as_probability(target: Target) -> Target:
    """For the score of a class, the probability of that class; any other target is unchanged."""
    return with_score(target, "probability")


def class_probability(target: Target) -> Target:
    """For any score of a class, the probability of that class alone; any other target is unchanged."""
    if isinstance(target, ClassScore | Pixels):
        target = dataclasses.replace(target, against=None, counterfactual=False)
    return as_probability(target)


def with_score(target: Target, score: str) -> Target:
    """For the score of a class, another score of it; any other target, such as a predicted number, is unchanged."""
    if not isinstance(target, ClassScore | Pixels) or target.score_name == "output":
        return target
    return dataclasses.replace(target, score=score, score_name=SCORE_NAMES[score])


@dataclass(frozen=True)
class Output(Term):
    """One output unit of the network before a final softmax or sigmoid: a predicted number, or a raw score.

    Args:
        unit: Index of the unit, from 0.

    Example:
        >>> vislib.explain("saliency", classifier, image, vislib.targets.Output(2)).explained
        'output 2'
    """

    unit: int = 0
    layer: ClassVar[None] = LOGITS

    def resolved(self, classifier: Explained) -> "Output":
        check_within(self.unit, classifier.network.n_units, text("Outputs of {name}", name=classifier.network.name))
        return Output(int(self.unit))

    def operand(self, network: ExplainedNetwork) -> np.ndarray:
        weights = np.zeros(network.n_units, np.float32)
        weights[self.unit] = 1
        return weights

    def measure(self, network: ExplainedNetwork) -> Callable:
        return of_units

    def of_logits(self, network: ExplainedNetwork, logits: np.ndarray) -> np.ndarray:
        """The target (n,) from logits (n, classes); a single unit of two classes is the logit of class 1."""
        return logits[:, 1 if network.is_binary else self.unit]

    def in_words(self) -> str:
        return text("output {number}", number=self.unit)
