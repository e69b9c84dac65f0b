"""What a picture is to excite: an immutable number that adds up from terms.

``0.5 * Channel("conv2", 3) + ClassLogit("cat") - Layer("conv1")`` is an objective. TensorFlow is imported only when
one is measured.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from vislib.errors import LayerError, listed

if TYPE_CHECKING:
    from vislib.model.classifier import Classifier

LOGITS = None
"""The layer of terms on the class scores."""


class Objective(ABC):
    """A number for each picture, Σ weight · term; + and −, and * with numbers, make new ones."""

    @property
    @abstractmethod
    def terms(self) -> tuple[tuple[float, "Term"], ...]:
        """(weight, term) for each summand."""

    @property
    @abstractmethod
    def title(self) -> str:
        """How people call it."""

    def resolved(self, classifier: "Classifier") -> "Objective":
        """This objective with names looked up and numbers checked against a network.

        Raises:
            LayerError: If a layer does not exist or has no such channel or position.
            ParameterError: If there is no such class.
        """
        return Sum(tuple((weight, term.resolved(classifier)) for weight, term in self.terms))

    def __add__(self, other: "Objective") -> "Objective":
        return Sum(self.terms + other.terms) if isinstance(other, Objective) else NotImplemented

    def __sub__(self, other: "Objective") -> "Objective":
        return self + (-other) if isinstance(other, Objective) else NotImplemented

    def __mul__(self, factor: float) -> "Objective":
        if not isinstance(factor, Real) or not np.isfinite(factor):
            return NotImplemented
        return Sum(tuple((float(factor) * weight, term) for weight, term in self.terms))

    __rmul__ = __mul__

    def __neg__(self) -> "Objective":
        return self * -1.0


@dataclass(frozen=True)
class Sum(Objective):
    """Terms added up, each with its weight."""

    terms: tuple[tuple[float, "Term"], ...] = ()

    @property
    def title(self) -> str:
        text = "".join(
            f" {'−' if weight < 0 else '+'} {'' if abs(weight) == 1 else f'{abs(weight):g} · '}{term.title}"
            for weight, term in self.terms
        )
        return text.removeprefix(" + ").lstrip()


class Term(Objective):
    """One quantity read off one layer, whose name is its field `layer`.

    `before_relu`: read before the ReLU that the layer is or ends in. There the unit orders pictures alike, but neither
    a unit that is silent nor one at the cap of a ReLU6 stops the ascent: a logit is to a probability what this is to
    an activation.
    """

    before_relu: ClassVar[bool] = False

    if TYPE_CHECKING:

        @property
        def layer(self) -> Any: ...

    @property
    def terms(self) -> tuple[tuple[float, "Term"], ...]:
        return ((1.0, self),)

    def resolved(self, classifier: "Classifier") -> Self:
        shape_of(classifier, self.layer)
        return self

    @abstractmethod
    def operand(self, classifier: "Classifier") -> np.ndarray:
        """The float32 numbers that tell this term from others that are measured in the same way."""

    @staticmethod
    @abstractmethod
    def measure(activations, operands):
        """The term for each of n pictures: tensors (n, …) of activations and of operands to (n,)."""


Form = tuple[tuple[Callable, str | None, bool], ...]


def form(objective: Objective) -> Form:
    """How each term is measured and on which layer: what a traced function depends on."""
    return tuple((type(term).measure, term.layer, term.before_relu) for _, term in objective.terms)


def shape_of(classifier: "Classifier", layer: str | None) -> tuple[int, ...]:
    """(h, w, c) or (c,) of a layer's output.

    Raises:
        LayerError: If the layer does not exist or its output has no channels.
    """
    if layer is LOGITS:
        return (classifier.network.n_units,)
    node = classifier.network.graph.node(layer)
    shape = tuple(node.output.shape[1:]) if node is not None else ()
    if len(shape) not in (1, 3) or None in shape:
        every = [node.name for node in classifier.network.graph.nodes if len(node.output.shape) in (2, 4)]
        what = "is not in" if node is None else "has no channels in"
        raise LayerError(f"layer '{layer}' {what} {classifier.network.name}. Layers with channels: {listed(every)}.")
    return shape


def check_within(number: int, n_numbers: int, what: str) -> None:
    """Checks that a channel, row or column exists."""
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or not 0 <= number < n_numbers:
        raise LayerError(f"{what} go from 0 to {n_numbers - 1}; not {number!r}.")
