"""Objectives on single units: a class, a channel, a neuron, a direction. All are weighted sums of activations."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from vislib.activation_maximization.objectives import LOGITS, Term, check_within, shape_of
from vislib.errors import ParameterError

if TYPE_CHECKING:
    from vislib.model.classifier import Classifier


class WeightedSum(Term):
    """Σ w · a over a layer's activations; the operand w broadcasts over a, (h, w, c) or (c,)."""

    @staticmethod
    def measure(activations, operands):
        from vislib.backend import tf

        return tf.reduce_sum(activations * operands, axis=list(range(1, len(activations.shape))))


@dataclass(frozen=True)
class ClassLogit(WeightedSum):
    """The logit of a class, by label or number: its score before softmax or sigmoid.

    Not the probability, which rises as well when other classes fall (Simonyan et al. 2013, arXiv 1312.6034,
    section 2).
    """

    name: str | int
    layer: ClassVar[None] = LOGITS

    @property
    def title(self) -> str:
        return f"class {self.name}"

    def resolved(self, classifier: "Classifier") -> "ClassLogit":
        return ClassLogit(classifier.labels[classifier.class_index(self.name)])

    def operand(self, classifier: "Classifier") -> np.ndarray:
        index, n_units = classifier.class_index(self.name), classifier.network.n_units
        return _one_hot(n_units, index) if n_units > 1 else np.full(1, 2 * index - 1, np.float32)


@dataclass(frozen=True)
class Channel(WeightedSum):
    """The mean of a channel over its feature map, before its ReLU; of a dense layer, one unit."""

    before_relu: ClassVar[bool] = True
    layer: str
    channel: int

    @property
    def title(self) -> str:
        return f"{self.layer} channel {self.channel}"

    def resolved(self, classifier: "Classifier") -> "Channel":
        check_within(self.channel, shape_of(classifier, self.layer)[-1], f"Channels of layer '{self.layer}'")
        return Channel(self.layer, int(self.channel))

    def operand(self, classifier: "Classifier") -> np.ndarray:
        shape = shape_of(classifier, self.layer)
        return _spread(_one_hot(shape[-1], self.channel), shape)


@dataclass(frozen=True)
class Neuron(WeightedSum):
    """One unit of a feature map, before its ReLU: a channel at a row and a column, by default at the centre."""

    before_relu: ClassVar[bool] = True
    layer: str
    channel: int
    row: int | None = None
    column: int | None = None

    @property
    def title(self) -> str:
        where = "the centre" if self.row is None and self.column is None else f"({self.row}, {self.column})"
        return f"{self.layer} channel {self.channel} at {where}"

    def resolved(self, classifier: "Classifier") -> "Neuron":
        shape = classifier.network.map_node(self.layer).output.shape[1:]
        row = shape[0] // 2 if self.row is None else self.row
        column = shape[1] // 2 if self.column is None else self.column
        axes = ("Rows", "Columns", "Channels")
        for number, n_numbers, axis in zip((row, column, self.channel), shape, axes, strict=True):
            check_within(number, n_numbers, f"{axis} of layer '{self.layer}'")
        return Neuron(self.layer, int(self.channel), int(row), int(column))

    def operand(self, classifier: "Classifier") -> np.ndarray:
        weights = np.zeros(shape_of(classifier, self.layer), np.float32)
        weights[self.row, self.column, self.channel] = 1
        return weights


@dataclass(frozen=True)
class Direction(WeightedSum):
    """The mean over positions of ⟨a, v⟩, v a direction in the space of a layer's channels, of length 1.

    Raises:
        ParameterError: If the vector is zero, not finite, or has not one number a channel.
    """

    layer: str
    vector: tuple[float, ...] = field(repr=False)

    def __post_init__(self) -> None:
        vector = np.asarray(self.vector, np.float64).ravel()
        length = np.linalg.norm(vector)
        if not np.isfinite(length) or length == 0:
            raise ParameterError("A direction is a vector of finite numbers that are not all 0.")
        object.__setattr__(self, "vector", tuple((vector / length).tolist()))

    @property
    def title(self) -> str:
        return f"{self.layer} direction"

    def resolved(self, classifier: "Classifier") -> "Direction":
        n_channels = shape_of(classifier, self.layer)[-1]
        if len(self.vector) != n_channels:
            raise ParameterError(
                f"A direction of layer '{self.layer}' has {n_channels} numbers, one a channel; not {len(self.vector)}."
            )
        return self

    def operand(self, classifier: "Classifier") -> np.ndarray:
        return _spread(np.array(self.vector, np.float32), shape_of(classifier, self.layer))


def _one_hot(length: int, index: int) -> np.ndarray:
    weights = np.zeros(length, np.float32)
    weights[index] = 1
    return weights


def _spread(weights: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Weights (c,) as those of the mean over positions, for activations (h, w, c) or (c,)."""
    return weights if len(shape) == 1 else weights[None, None] / np.float32(shape[0] * shape[1])
