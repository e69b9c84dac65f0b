"""Targets on the pixels of a segmentation: the score of a class over a region."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from vislib.errors import ParameterError
from vislib.language import Text, text
from vislib.parameters import check_parameters, parameter
from vislib.targets.base import LOGITS, Explained, ExplainedNetwork, Term, check_within, digest_of
from vislib.targets.measures import MEASURES

SCORES = ("logit", "probability")
SCORE_NAMES = {"logit": text("logit"), "probability": text("probability")}
PREDICTED, EVERYWHERE = "predicted", "everywhere"


@dataclass(frozen=True)
class Pixels(Term):
    """The mean score of a class over pixels of a segmentation's output: sign · mean (s_class − s_against).

    By default the pixels are the region where the network predicts the class, as in Seg-Grad-CAM. That region depends
    on the image, so `on_image` finds it. In activation maximization, where the image changes, it is the whole output.

    Args:
        class_index: The class, as a number or a label.
        against: Another class, whose score is subtracted.
        score: "logit" or "probability".
        counterfactual: Whether the sign is −1.
        where: "predicted"; "everywhere"; a mask (h, w) of the output's size; or a point (row, column) of the output.

    Raises:
        ParameterError: If a value is not accepted.

    Reference: Vinogradova, Dibrov & Myers 2020, arXiv 2002.11434.

    Example:
        >>> scenes = vislib.load_classifier("scene-segmentation")
        >>> scene = vislib.load_image(vislib.sample_path("scenes/scene-1.png"))
        >>> at_one_pixel = vislib.targets.Pixels("background", where=(5, 60))
        >>> vislib.explain("saliency", scenes, scene, at_one_pixel).values.shape
        (64, 64)
    """

    class_index: Any = field()
    against: Any = None
    score: str = parameter("logit", text("Score"), choices=SCORES, help=text("Which score of the class is explained."))
    counterfactual: bool = parameter(
        False, text("Counterfactual"), help=text("Explain the evidence against the class.")
    )
    where: Any = field(default=PREDICTED, repr=False, compare=False)
    labels: tuple[str, str] = field(default=("", ""), repr=False, compare=False)
    score_name: str = field(default="", repr=False, compare=False)
    place: str = field(default="", init=False, repr=False)
    """A digest of `where`, by which two targets are compared."""

    layer: ClassVar[None] = LOGITS

    def __post_init__(self) -> None:
        check_parameters(self)
        if self.against == self.class_index:
            raise ParameterError(
                text("A class cannot be explained against itself; both are {label}.", label=self.class_index)
            )
        object.__setattr__(self, "where", _checked_place(self.where))
        object.__setattr__(self, "place", digest_of(self.where))

    def resolved(self, classifier: Explained) -> Term:
        shape = tuple(classifier.network.output_shape)
        if len(shape) != 3:
            raise ParameterError(
                text(
                    "{name} gives no map, so its classes have no pixels; use ClassScore instead.",
                    name=classifier.network.name,
                )
            )
        index = classifier.class_index(self.class_index)
        against = None if self.against is None else classifier.class_index(self.against)
        labels = (classifier.labels[index], "" if against is None else classifier.labels[against])
        if isinstance(self.where, np.ndarray) and self.where.shape != shape[:2]:
            raise ParameterError(
                text(
                    "A mask of the output is {height} × {width}; not {given}.",
                    height=shape[0],
                    width=shape[1],
                    given=self.where.shape,
                )
            )
        if isinstance(self.where, tuple):
            for number, side, axis in zip(
                self.where, shape, (text("Rows of the output"), text("Columns of the output")), strict=False
            ):
                check_within(number, side, axis)
        name = classifier.score_name(self.score)
        return dataclasses.replace(self, class_index=index, against=against, labels=labels, score_name=name)

    def on_image(self, network: ExplainedNetwork, logits: Callable[[], np.ndarray]) -> Term:
        if not isinstance(self.where, str) or self.where == EVERYWHERE:
            return self
        if not network.head.task.has_classes:
            return dataclasses.replace(self, where=np.ones(network.output_shape[:2], bool))
        mask = logits().argmax(axis=-1) == self.class_index
        if not mask.any():
            raise ParameterError(
                text(
                    "The network predicts “{label}” at no pixel of this image, so there is no region to explain; "
                    "choose another class, or a point with `where=(row, column)`.",
                    label=self.labels[0] or self.class_index,
                )
            )
        return dataclasses.replace(self, where=mask)

    def without_image(self) -> Term:
        return dataclasses.replace(self, where=EVERYWHERE) if isinstance(self.where, str) else self

    def mask(self, shape: tuple[int, ...]) -> np.ndarray:
        """The pixels that count, (h, w) bool."""
        if isinstance(self.where, np.ndarray):
            return self.where
        mask = np.full(shape[:2], isinstance(self.where, str))
        if isinstance(self.where, tuple):
            mask[self.where] = True
        return mask

    def operand(self, network: ExplainedNetwork) -> np.ndarray:
        mask = self.mask(network.output_shape)
        weights = np.zeros((*mask.shape, network.n_classes), np.float32)
        sign = -1 if self.counterfactual else 1
        weights[mask, int(self.class_index)] = sign / mask.sum()
        if self.against is not None:
            weights[mask, int(self.against)] = -sign / mask.sum()
        return weights

    def measure(self, network: ExplainedNetwork) -> Callable:
        return MEASURES[self.score if self.score == "logit" else network.activation, network.is_binary]

    def in_words(self) -> str:
        words = score_in_words(self)
        if isinstance(self.where, tuple):
            row, column = self.where
            return text("{words} at ({row}, {column})", words=words, row=row, column=column)
        if isinstance(self.where, np.ndarray):
            return text("{words} over {n:,} pixels", words=words, n=int(self.where.sum()))
        if self.where == EVERYWHERE:
            return text("{words} over the whole output", words=words)
        return text("{words} over its pixels", words=words)


def score_in_words(target: Any) -> Text:
    """The score of a class, of a `ClassScore` or `Pixels`, in words: "logit of “3” − “8”"."""
    label, against = target.labels[0] or target.class_index, target.labels[1] or target.against
    score = target.score_name or SCORE_NAMES[target.score]
    if target.against is None:
        if target.counterfactual:
            return text("minus the {score} of “{label}”", score=score, label=label)
        return text("{score} of “{label}”", score=score, label=label)
    if target.counterfactual:
        return text("minus the {score} of “{label}” − “{against}”", score=score, label=label, against=against)
    return text("{score} of “{label}” − “{against}”", score=score, label=label, against=against)


def _checked_place(where: Any) -> "str | tuple[int, int] | np.ndarray":
    if isinstance(where, str) and where in (PREDICTED, EVERYWHERE):
        return where
    places = np.array(where)
    if places.ndim == 2 and places.dtype.kind in "biuf" and places.any():
        mask = places.astype(bool)
        mask.setflags(write=False)
        return mask
    if places.shape == (2,) and places.dtype.kind in "iu":
        return int(places[0]), int(places[1])
    raise ParameterError(
        text(
            '`where` must be "predicted", "everywhere", a mask (h, w) with at least one true place, or a point '
            "(row, column)."
        )
    )
