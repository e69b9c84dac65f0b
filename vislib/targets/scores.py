"""What is explained: a class's score, or the difference of two, or what speaks against it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from vislib.errors import ParameterError
from vislib.parameters import check_parameters, parameter

if TYPE_CHECKING:
    from vislib.model.classifier import Classifier

SCORES = ("logit", "probability")


@dataclass(frozen=True)
class Target:
    """The number a method explains: sign · (s_class − s_against), with s the logits or the probabilities.

    A target can be given wherever a class index can.

    Args:
        class_index: The class, by index.
        against: Another class by index, whose score is subtracted: "why a tiger cat and not a lynx".
        score: "logit", or "probability" (softmax, or a sigmoid for each class).
        counterfactual: Whether the sign is −1: what speaks against the class (Selvaraju et al. 2017,
            arXiv 1610.02391, section 3.3, of Grad-CAM).

    Raises:
        ParameterError: If a value is not accepted.
    """

    class_index: int = field()
    against: int | None = None
    score: str = parameter("logit", "Score", choices=SCORES, help="What of the class is explained.")
    counterfactual: bool = parameter(False, "Counterfactual", help="Explain what speaks against the class.")

    def __post_init__(self) -> None:
        check_parameters(self)
        if self.against == self.class_index:
            raise ParameterError(f"A class cannot be explained against itself; both are {self.class_index}.")

    @property
    def is_class_logit(self) -> bool:
        """Whether it is plainly the logit of one class."""
        return self == Target(self.class_index)

    def checked(self, classifier: "Classifier") -> "Target":
        """This target with both classes looked up.

        Raises:
            ParameterError: If there is no such class.
        """
        against = None if self.against is None else classifier.class_index(self.against)
        return Target(classifier.class_index(self.class_index), against, self.score, self.counterfactual)

    def weights(self, n_classes: int) -> np.ndarray:
        """(n_classes,) float32: the explained number is their dot product with the scores."""
        weights = np.zeros(n_classes, np.float32)
        weights[self.class_index] = 1
        if self.against is not None:
            weights[self.against] = -1
        return -weights if self.counterfactual else weights

    def title(self, labels: tuple[str, ...]) -> str:
        """How people call it: "logit of “tiger cat” − “lynx”"."""
        classes = f"“{labels[self.class_index]}”"
        if self.against is not None:
            classes += f" − “{labels[self.against]}”"
        return f"{'minus the ' if self.counterfactual else ''}{self.score} of {classes}"
