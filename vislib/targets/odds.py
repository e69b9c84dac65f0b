"""The log odds of a class: a score of it against all other classes, whose gradient never vanishes."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from vislib.errors import ParameterError
from vislib.language import text
from vislib.targets.base import LOGITS, Explained, ExplainedNetwork, Term
from vislib.targets.measures import two_logits
from vislib.tasks import Task


@dataclass(frozen=True)
class LogOdds(Term):
    """log (p / (1 − p)) of a class's probability p.

    With a softmax it is z_c − log Σ_{k≠c} exp z_k of the logits z; with a sigmoid it is the logit z_c. Its gradient is
    that of the cross-entropy −log p times −1 / (1 − p), so both have the same direction. But where p is 1 within
    rounding, the gradient of −log p is 0, and this one is not.

    Args:
        class_index: The class, as a number or a label.

    Raises:
        ParameterError: If there is no such class, or the network gives an image no single class.

    Example:
        >>> vislib.explain("saliency", classifier, image, vislib.targets.LogOdds("3")).explained
        'log odds of “3”'
    """

    class_index: Any = field()
    label: str = field(default="", compare=False, repr=False)
    """The label of the class; `resolved` fills it in."""

    layer: ClassVar[None] = LOGITS

    def resolved(self, classifier: Explained) -> "LogOdds":
        network = classifier.network
        if network.head.task not in (Task.CLASSIFICATION, Task.BINARY, Task.MULTI_LABEL):
            raise ParameterError(
                text(
                    "Log odds are those of a class of an image; the task of {name} is {task}. Use targets.Output "
                    "for a number, or targets.Pixels for a segmentation.",
                    name=network.name,
                    task=network.head.task.in_words(),
                )
            )
        index = classifier.class_index(self.class_index)
        return replace(self, class_index=index, label=classifier.labels[index])

    def in_words(self) -> str:
        return text("log odds of “{label}”", label=self.label or self.class_index)

    def operand(self, network: ExplainedNetwork) -> np.ndarray:
        one_hot = np.zeros(network.n_classes, np.float32)
        one_hot[int(self.class_index)] = 1
        return one_hot

    def measure(self, network: ExplainedNetwork) -> Callable:
        if network.activation == "sigmoid":
            return _of_two_sigmoids if network.is_binary else _of_sigmoids
        return _of_softmax


def _of_softmax(units, one_hot):
    from vislib.backend import tf

    # A large number less takes the class out of the sum; −∞ would make a gradient of NaN.
    others = tf.reduce_logsumexp(units - 1e9 * one_hot, axis=-1)
    return tf.reduce_sum(units * one_hot, axis=-1) - others


def _of_sigmoids(units, one_hot):
    from vislib.backend import tf

    return tf.reduce_sum(units * one_hot, axis=-1)


def _of_two_sigmoids(units, one_hot):
    return _of_sigmoids(two_logits(units), one_hot)
