"""Targets on the network's output: the score of a class, or one output unit."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from vislib.errors import ParameterError
from vislib.parameters import check_parameters, parameter
from vislib.targets.base import LOGITS, Explained, Target, Term, check_within

SCORES = ("logit", "probability")


@dataclass(frozen=True)
class ClassScore(Term):
    """sign · (s_class − s_against), with s the logits or the probabilities.

    For activation maximization a logit is better than a probability, which also rises when the other logits fall
    (Simonyan et al. 2013, arXiv 1312.6034, section 2).

    Args:
        class_index: The class, as a number or a label.
        against: Another class, whose score is subtracted: "why a tiger cat and not a lynx".
        score: "logit", or "probability" (softmax, or a sigmoid for each class).
        counterfactual: Whether the sign is −1, which gives the evidence against the class (for Grad-CAM: Selvaraju et
            al. 2017, arXiv 1610.02391, section 3.3).

    Raises:
        ParameterError: If a value is not accepted.
    """

    class_index: Any = field()
    against: Any = None
    score: str = parameter("logit", "Score", choices=SCORES, help="Which score of the class is explained.")
    counterfactual: bool = parameter(False, "Counterfactual", help="Explain the evidence against the class.")
    labels: tuple[str, str] = field(default=("", ""), compare=False, repr=False)
    """The labels of both classes; `resolved` fills them in."""

    layer: ClassVar[None] = LOGITS

    def __post_init__(self) -> None:
        check_parameters(self)
        if self.against == self.class_index:
            raise ParameterError(f"A class cannot be explained against itself; both are {self.class_index}.")

    @property
    def is_class_logit(self) -> bool:
        """Whether it is plainly the logit of one class."""
        return self == ClassScore(self.class_index)

    def resolved(self, classifier: Explained) -> "ClassScore":
        index = classifier.class_index(self.class_index)
        against = None if self.against is None else classifier.class_index(self.against)
        labels = (classifier.labels[index], "" if against is None else classifier.labels[against])
        return dataclasses.replace(self, class_index=index, against=against, labels=labels)

    def weights(self, n_classes: int) -> np.ndarray:
        """(n_classes,) float32; the target is their dot product with the scores."""
        weights = np.zeros(n_classes, np.float32)
        weights[int(self.class_index)] = 1
        if self.against is not None:
            weights[int(self.against)] = -1
        return -weights if self.counterfactual else weights

    def operand(self, network: Any) -> np.ndarray:
        return self.weights(network.n_classes)

    def measure(self, network: Any) -> Callable:
        if self.score == "logit":
            return _of_logits
        return _of_sigmoids if network.activation == "sigmoid" else _of_softmax

    def of_logits(self, network: Any, logits: np.ndarray) -> np.ndarray:
        """The target (n,) from logits (n, classes)."""
        values = network.probabilities(logits) if self.score == "probability" else logits
        return values @ self.weights(network.n_classes)

    def in_words(self) -> str:
        classes = f"“{self.labels[0] or self.class_index}”"
        if self.against is not None:
            classes += f" − “{self.labels[1] or self.against}”"
        return f"{'minus the ' if self.counterfactual else ''}{self.score} of {classes}"


def as_probability(target: Target) -> Target:
    """For the score of a class, the probability of that class; any other target is unchanged."""
    return dataclasses.replace(target, score="probability") if isinstance(target, ClassScore) else target


@dataclass(frozen=True)
class Output(Term):
    """One output unit of the network before a final softmax or sigmoid: a predicted number, or a raw score.

    Args:
        unit: Index of the unit, from 0.
    """

    unit: int = 0
    layer: ClassVar[None] = LOGITS

    def resolved(self, classifier: Explained) -> "Output":
        check_within(self.unit, classifier.network.n_units, f"Outputs of {classifier.network.name}")
        return Output(int(self.unit))

    def operand(self, network: Any) -> np.ndarray:
        weights = np.zeros(network.n_units, np.float32)
        weights[self.unit] = 1
        return weights

    def measure(self, network: Any) -> Callable:
        return _of_units

    def of_logits(self, network: Any, logits: np.ndarray) -> np.ndarray:
        """The target (n,) from logits (n, classes); a single unit is the logit of class 1."""
        return logits[:, 1 if network.n_units == 1 else self.unit]

    def in_words(self) -> str:
        return f"output {self.unit}"


def _of_units(units, weights):
    from vislib.backend import tf

    return tf.reduce_sum(units * weights, axis=-1)


def _of_logits(units, weights):
    return _of_units(_logits_of_all_classes(units), weights)


def _of_softmax(units, weights):
    from vislib.backend import tf

    return _of_units(tf.nn.softmax(_logits_of_all_classes(units)), weights)


def _of_sigmoids(units, weights):
    from vislib.backend import tf

    return _of_units(tf.sigmoid(_logits_of_all_classes(units)), weights)


def _logits_of_all_classes(units):
    """The logits of all classes: a single unit z is the logit of class 1, and −z is the logit of class 0."""
    from vislib.backend import tf

    return tf.concat([-units, units], axis=1) if units.shape[-1] == 1 else units
