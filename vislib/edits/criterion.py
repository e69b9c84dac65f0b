"""When the answer of a network counts as kept, and the number of forward passes that it takes to see that."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vislib.attribution.fills import FILLS
from vislib.edits.change import fixed_target
from vislib.edits.sweep import predicts_one_class
from vislib.errors import ModelError, ParameterError, listed
from vislib.language import Text, text
from vislib.model.classifier import Classifier
from vislib.targets.base import LOGITS, Target
from vislib.targets.scores import ClassScore, as_probability
from vislib.tasks import Task


class Counted:
    """A network that counts the images that go through it.

    Attributes:
        n_passes: How many did.
    """

    def __init__(self, classifier: Classifier):
        self.classifier, self.n_passes = classifier, 0

    def logits(self, inputs: np.ndarray) -> np.ndarray:
        """The logits of preprocessed inputs.

        Raises:
            ModelError: If the network gives NaN for one.
        """
        self.n_passes += len(inputs)
        logits = self.classifier.network.logits(inputs)
        if np.isnan(logits).any():
            raise ModelError(
                text(
                    "{model} gives NaN for the image with parts covered, so its answers cannot be compared. "
                    "Choose another fill: {fills}.",
                    model=self.classifier.network.name,
                    fills=listed(FILLS),
                )
            )
        return logits

    def numbers(self, inputs: np.ndarray, target: Target) -> np.ndarray:
        """The values of a target for preprocessed inputs, (k,) float64."""
        if target.layers == {LOGITS}:
            return self.classifier.network.scores(self.logits(inputs), target).astype(np.float64)
        self.n_passes += len(inputs)
        return self.classifier.network.values(inputs, target).astype(np.float64)


@dataclass(frozen=True, eq=False)
class KeptAnswer:
    """When the answer is kept.

    Attributes:
        leads: From preprocessed inputs (k, h, w, c): how far each keeps the answer, (k,); above 0 it is kept.
        rule: The condition in words.
        outcome: From one preprocessed input: what the network says, in words.
    """

    leads: Callable[[np.ndarray], np.ndarray]
    rule: str
    outcome: Callable[[np.ndarray], Text]


def kept_answer(
    counted: Counted, whole: np.ndarray, nothing: np.ndarray, target: int | str | Target | None
) -> KeptAnswer:
    """When the answer for an image counts as kept; see `vislib.edits.least_covering`.

    Args:
        counted: The network.
        whole: The preprocessed input (1, h, w, c) of the image.
        nothing: That of the wholly covered image.
        target: As for `what_if`.

    Raises:
        ParameterError: If the answer for the wholly covered image is the same.
    """
    classifier = counted.classifier
    logits = counted.logits(whole)[0]
    asked = fixed_target(classifier, logits, target)
    plain = isinstance(asked, ClassScore) and asked.against is None and not asked.counterfactual
    if plain and predicts_one_class(classifier) and asked.class_index == int(logits.argmax()):
        answer = _of_class(counted, int(logits.argmax()))
    else:
        is_label = plain and classifier.task is Task.MULTI_LABEL
        asked = as_probability(asked) if is_label else asked
        first, last = (float(counted.numbers(each, asked)[0]) for each in (whole, nothing))
        answer = _of_number(counted, asked, first, last, 0.5 if is_label else None)
    if answer.leads(nothing)[0] > 0:
        raise ParameterError(
            text(
                "With the whole image covered the answer is still kept ({rule}), so no covering changes it. "
                "Choose another fill: {fills}.",
                rule=answer.rule,
                fills=listed(FILLS),
            )
        )
    return answer


def _of_class(counted: Counted, index: int) -> KeptAnswer:
    """The answer is kept while a class is the most probable one; the lead is over the next class, in logits."""

    def leads(inputs: np.ndarray) -> np.ndarray:
        logits = counted.logits(inputs).astype(np.float64)
        found = logits[:, index] - np.delete(logits, index, axis=1).max(axis=1)
        # Of equal scores the first counts as the largest, as in a prediction.
        return np.where((found == 0) & (logits.argmax(axis=1) == index), np.finfo(np.float64).tiny, found)

    def outcome(inputs: np.ndarray) -> Text:
        (best,) = counted.classifier.ranked(counted.logits(inputs)[0], 1)
        return text("“{label}” with {share:.1%}", label=best.label, share=best.value)

    rule = text("“{label}” is the most probable class", label=counted.classifier.labels[index])
    return KeptAnswer(leads, rule, outcome)


def _of_number(counted: Counted, target: Target, first: float, last: float, limit: float | None) -> KeptAnswer:
    """The answer is kept while the target is on one side of a number.

    Args:
        counted: The network.
        target: The target.
        first: Its number for the image.
        last: Its number for the wholly covered image.
        limit: The number; halfway between these two by default.
    """
    words = target.in_words()
    same = abs(first - last) <= 1e-6 * max(abs(first), abs(last))
    if not np.isfinite([first, last]).all() or same:
        raise ParameterError(
            text(
                "The {target} is {first:.4g}, and {last:.4g} with the whole image covered, so no covering "
                "changes it. Choose another fill ({fills}) or another target.",
                target=words,
                first=first,
                last=last,
                fills=listed(FILLS),
            )
        )

    at = (first + last) / 2 if limit is None else limit
    sign = 1.0 if first > at else -1.0

    def leads(inputs: np.ndarray) -> np.ndarray:
        return sign * (counted.numbers(inputs, target) - at)

    def outcome(inputs: np.ndarray) -> Text:
        now = counted.numbers(inputs, target)[0]
        return text("the {target} is {now:.4g}, from {first:.4g}", target=words, now=now, first=first)

    if limit is not None:
        rule = (
            text("the {target} is above {limit:.4g}", target=words, limit=at)
            if sign > 0
            else text("the {target} is below {limit:.4g}", target=words, limit=at)
        )
    elif sign > 0:
        rule = text(
            "the {target} is above {limit:.4g}, halfway to that of the wholly covered image", target=words, limit=at
        )
    else:
        rule = text(
            "the {target} is below {limit:.4g}, halfway to that of the wholly covered image", target=words, limit=at
        )
    return KeptAnswer(leads, rule, outcome)
