"""One setting of an edit as a curve: what a network says while, for example, the image is turned."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from vislib.edits.base import Edit, apply, editable
from vislib.edits.change import compared
from vislib.errors import ParameterError
from vislib.language import Text, listing, text, written
from vislib.model.classifier import Classifier
from vislib.progress import Progress, progress_bar
from vislib.targets.base import Target
from vislib.tasks import Task

_MOST_CLASSES = 6
_FIRST_CLASSES = 3


@dataclass(frozen=True, eq=False)
class Sweep:
    """What a network says about an image for each value of a setting.

    Attributes:
        settings: (n,): the values of the setting.
        values: (n, classes): one number for each class or output; see `Classifier.values`.
        scores: (n,): the number of the target.
        classes: The classes of the curves, in the order of their values for the image without the edit.
        labels: The names of all classes or outputs.
        answer: The class that the network predicts without the edit; None where it does not predict one class.
        explained: The target in words.

    Example:
        >>> curve = vislib.edits.sweep(classifier, image, vislib.edits.Rotate, [-20, 0, 20])
        >>> curve.settings, curve.scores.shape
        (array([-20.,   0.,  20.]), (3,))
    """

    settings: np.ndarray
    values: np.ndarray
    scores: np.ndarray
    classes: tuple[int, ...]
    labels: tuple[str, ...]
    answer: int | None
    explained: str

    @property
    def kept(self) -> list[tuple[float, float]]:
        """The ranges of the setting, (first, last) of its values, in which the answer stays what it is without the
        edit; none where the network does not predict one class."""
        if self.answer is None:
            return []
        stays = np.r_[False, self.values.argmax(axis=1) == self.answer, False].astype(int)
        first, behind = np.flatnonzero(np.diff(stays) == 1), np.flatnonzero(np.diff(stays) == -1)
        return [(float(self.settings[a]), float(self.settings[b - 1])) for a, b in zip(first, behind, strict=True)]

    def in_words(self, unit: str = "") -> Text:
        """How far the answer holds, one sentence."""
        if self.answer is None:
            low, high = _number(self.scores.min()), _number(self.scores.max())
            return text("The {explained} goes from {low} to {high}.", explained=self.explained, low=low, high=high)
        label, kept = self.labels[self.answer], self.kept
        if not kept:
            return text("The answer is “{label}” at none of these values.", label=label)
        if kept == [(self.settings[0], self.settings[-1])]:
            return text("The answer is “{label}” at each of the {n} values.", label=label, n=len(self.settings))
        ranges = [
            f"{_number(low)}{unit}"
            if low == high
            else text("{low} to {high}", low=f"{_number(low)}{unit}", high=f"{_number(high)}{unit}")
            for low, high in kept
        ]
        return text(
            "The answer is “{label}” at {ranges}, and another one at the other values.",
            label=label,
            ranges=listing(ranges, "plain"),
        )

    def rows(self) -> list[dict]:
        """A row for each value: the target, and the value of each class of the curves."""
        return [
            {"setting": float(setting), "target": float(score)}
            | {self.labels[index]: float(values[index]) for index in self.classes}
            for setting, score, values in zip(self.settings, self.scores, self.values, strict=True)
        ]


def sweep(
    classifier: Classifier,
    image: np.ndarray,
    make: Callable[[float], Edit | Iterable[Edit]],
    settings: Sequence[float] | np.ndarray,
    target: int | str | Target | None = None,
    classes: Sequence[int | str] | None = None,
    progress: Progress = progress_bar,
) -> Sweep:
    """What a network says about an image for each value of a setting.

    Such as `sweep(classifier, image, Rotate, range(-45, 46, 5))`.

    Args:
        classifier: The network.
        image: An image array as the network takes it, such as (H, W, 3) uint8.
        make: Makes the edit, or several, of a value, such as `Rotate`, or `lambda angle: [Erase(…), Rotate(angle)]`.
        settings: The values, in the order of the curve; at least one.
        target: As for `what_if`.
        classes: The classes of the curves; by default the three with the largest values without the edit and those
            that win anywhere, six at most. Where the network does not predict one class, the six with the largest.
        progress: Called as progress(done, total) after each value. If it raises, the work stops.

    Raises:
        ParameterError: If there is no value or no such class, or an edit does not suit the image.

    Example:
        >>> curve = vislib.edits.sweep(classifier, image, vislib.edits.Rotate, [-90, 0, 90])
        >>> curve.values.shape, curve.answer
        ((3, 10), 3)
    """
    values_of_setting = np.asarray(list(settings), np.float64)
    if not len(values_of_setting) or not np.isfinite(values_of_setting).all():
        raise ParameterError(text("`settings` must be at least one number, such as range(-45, 46, 5)."))
    before = editable(classifier, image)
    logits = classifier.logits(before)
    chosen = None if classes is None else tuple(classifier.class_index(name) for name in classes)
    found = []
    progress(0, len(values_of_setting))
    for number, setting in enumerate(values_of_setting.tolist(), 1):
        edited = apply(before, make(setting))
        change = compared(classifier, before, edited, target, logits)
        found.append((change.values_after, change.score_after))
        progress(number, len(values_of_setting))
    values = np.stack([each for each, _ in found])
    scores = np.array([score for _, score in found])
    one_class = predicts_one_class(classifier)
    unedited = classifier.values(logits)
    return Sweep(
        settings=values_of_setting,
        values=values,
        scores=scores,
        classes=_shown(unedited, values, one_class) if chosen is None else chosen,
        labels=classifier.labels,
        answer=int(unedited.argmax()) if one_class else None,
        explained=change.explained,
    )


def predicts_one_class(classifier: Classifier) -> bool:
    """Whether the network's answer is one class of several."""
    return classifier.task in (Task.CLASSIFICATION, Task.BINARY)


def _shown(unedited: np.ndarray, values: np.ndarray, one_class: bool) -> tuple[int, ...]:
    order = np.argsort(-unedited, kind="stable")
    if not one_class:
        return tuple(order[:_MOST_CLASSES].tolist())
    winners, counts = np.unique(values.argmax(axis=1), return_counts=True)
    often = winners[np.argsort(-counts, kind="stable")].tolist()
    shown = set(list(dict.fromkeys([*order[:_FIRST_CLASSES].tolist(), *often]))[:_MOST_CLASSES])
    return tuple(index for index in order.tolist() if index in shown)


def _number(value: float) -> str:
    return written(value, ".4g")
