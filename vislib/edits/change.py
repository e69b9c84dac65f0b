"""What a network says about an image before and after edits: every class or output, the target, the map."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from vislib.edits.base import Edit, apply, editable
from vislib.errors import ParameterError
from vislib.language import Text, text
from vislib.model.classifier import Classifier
from vislib.output.heatmap import Heatmap
from vislib.targets.base import LOGITS, Target
from vislib.tasks import Task


@dataclass(frozen=True, eq=False)
class Change:
    """The answers for an image and for the edited image.

    Attributes:
        image: The edited image, as `apply` gives it.
        target: The number that was asked about; the same one for both, so the region of a segment is that of the image
            before the edits.
        explained: The target in words.
        score_before: Its value for the image.
        score_after: Its value for the edited image.
        values_before: One number for each class or output, (classes,); see `Classifier.values`.
        values_after: The same of the edited image.
        labels: The names of the classes or outputs.

    Example:
        >>> change = vislib.edits.what_if(classifier, image, vislib.edits.Rotate(90))
        >>> change.values_before.shape, len(change.rows())
        ((10,), 10)
    """

    image: np.ndarray
    target: Target
    explained: str
    score_before: float
    score_after: float
    values_before: np.ndarray
    values_after: np.ndarray
    labels: tuple[str, ...]

    def most_changed(self, n: int) -> list[int]:
        """The classes with the largest values before and after, n of each at most, the largest before first."""
        before, after = (np.argsort(-each, kind="stable")[:n] for each in (self.values_before, self.values_after))
        return list(dict.fromkeys([*before.tolist(), *after.tolist()]))

    def rows(self) -> list[dict]:
        """A row for each class or output: its name, and its value before and after."""
        return [
            {"label": label, "before": float(before), "after": float(after)}
            for label, before, after in zip(self.labels, self.values_before, self.values_after, strict=True)
        ]


def what_if(
    classifier: Classifier,
    image: np.ndarray,
    edits: Edit | Iterable[Edit],
    target: int | str | Target | None = None,
) -> Change:
    """What a network says about an image before and after edits.

    Args:
        classifier: The network.
        image: An image array as the network takes it, such as (H, W, 3) uint8.
        edits: What is done to the image, in this order; see `apply`.
        target: A class by number or label, or any target of `vislib.targets`; None means the main class of the image.

    Raises:
        ParameterError: If there is no such class, or an edit does not suit the image.

    Example:
        >>> change = vislib.edits.what_if(classifier, image, vislib.edits.Rotate(90))
        >>> change.explained, change.score_after < change.score_before
        ('logit of “3”', True)
    """
    before = editable(classifier, image)
    return compared(classifier, before, apply(before, edits), target)


def compared(
    classifier: Classifier,
    image: np.ndarray,
    edited: np.ndarray,
    target: int | str | Target | None = None,
    logits: np.ndarray | None = None,
) -> Change:
    """What a network says about two images, the second one an edited copy of the first.

    Args:
        classifier: The network.
        image: The image.
        edited: The edited image.
        target: As for `what_if`.
        logits: The network's output for the image, if it is known already.

    Example:
        >>> other = vislib.load_image(vislib.sample_path("digits/8.png"))
        >>> change = vislib.edits.compared(classifier, image, other)
        >>> change.explained
        'logit of “3”'
    """
    before = classifier.logits(image) if logits is None else logits
    after = classifier.logits(edited)
    asked = fixed_target(classifier, before, target)
    return Change(
        image=edited,
        target=asked,
        explained=asked.in_words(),
        score_before=_score(classifier, image, before, asked),
        score_after=_score(classifier, edited, after, asked),
        values_before=classifier.values(before),
        values_after=classifier.values(after),
        labels=classifier.labels,
    )


def fixed_target(classifier: Classifier, logits: np.ndarray, target: int | str | Target | None = None) -> Target:
    """A target whose number for other images can be compared: the region of a segment is that of this image.

    Args:
        classifier: The network.
        logits: Its output for the image.
        target: As for `what_if`.
    """
    if target is None and classifier.task is not Task.EMBEDDING:
        target = classifier.main_class(logits)
    return classifier.target(0 if target is None else target).on_image(classifier.network, lambda: logits)


def _score(classifier: Classifier, image: np.ndarray, logits: np.ndarray, target: Target) -> float:
    network = classifier.network
    if target.layers == {LOGITS}:
        return float(network.scores(logits[None], target)[0])
    return float(network.values(classifier.preprocess_input(classifier.resize(image)[None]), target)[0])


def map_difference(before: Heatmap, after: Heatmap) -> Heatmap:
    """What edits changed in a map: after − before, place by place of the network's input.

    Where the edits moved the image, the same place shows another part of it.

    Args:
        before: The map of the image.
        after: The map of the edited image, by the same method for the same target of the same network.

    Returns:
        A signed map on the edited image: above 0 where the place counts for more after the edits.

    Raises:
        ParameterError: If the maps answer different questions.

    Example:
        >>> turned = vislib.edits.apply(image, vislib.edits.Rotate(30))
        >>> before, after = (vislib.explain("saliency", classifier, one, "3") for one in (image, turned))
        >>> vislib.edits.map_difference(before, after).signed
        True
    """
    for (what, of_before), (_, of_after) in zip(_question(before), _question(after), strict=True):
        if of_before != of_after:
            raise ParameterError(
                text(
                    "Only maps that answer the same question have a difference, but their {what} differs: {before} "
                    "and {after}. Compute both with the same method, for the same target of the same network.",
                    what=what,
                    before=of_before,
                    after=of_after,
                )
            )
    return dataclasses.replace(
        after,
        values=after.values - before.values,
        signed=True,
        unit=text("{unit}, after − before", unit=after.unit),
        score=after.score - before.score,
        details={},
        notes=(),
        negligible=before.negligible and after.negligible,
    )


def _question(heatmap: Heatmap) -> list[tuple[Text, Any]]:
    """What a map answers: the name and the value of each part."""
    return [
        (text("network"), heatmap.model),
        (text("method"), heatmap.title),
        (text("layer"), heatmap.layer),
        (text("settings"), dict(heatmap.params)),
        (text("target"), heatmap.explained),
        (text("class number"), heatmap.class_index),
    ]
