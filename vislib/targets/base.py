"""The base of every target: an immutable description of a number for each image, a sum of terms."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np

from vislib.errors import LayerError, ParameterError, listed
from vislib.language import text
from vislib.tasks import Head

LOGITS = None
"""The `layer` of terms on the network's output."""


class ExplainedNetwork(Protocol):
    """What a target needs of a network."""

    @property
    def name(self) -> str: ...

    @property
    def graph(self) -> Any: ...

    @property
    def head(self) -> Head: ...

    @property
    def output_shape(self) -> tuple[int, ...]: ...

    @property
    def n_units(self) -> int: ...

    @property
    def n_classes(self) -> int: ...

    @property
    def is_binary(self) -> bool: ...

    @property
    def activation(self) -> str: ...

    def map_node(self, layer: str, /) -> Any: ...

    def logits(self, inputs: np.ndarray, /) -> np.ndarray: ...

    def outputs(self, inputs: np.ndarray, layers: Sequence[str], /) -> list[np.ndarray]: ...

    def probabilities(self, logits: np.ndarray, /) -> np.ndarray: ...


class Explained(Protocol):
    """What a target needs of a classifier."""

    @property
    def labels(self) -> tuple[str, ...]: ...

    @property
    def network(self) -> ExplainedNetwork: ...

    def class_index(self, name: str | int, /) -> int: ...

    def score_name(self, score: str, /) -> str: ...

    def resize(self, image: np.ndarray, /) -> np.ndarray: ...

    def preprocess_input(self, resized: np.ndarray, /) -> np.ndarray: ...


class Target(ABC):
    """A number for each image, Σ weight · term. Targets can be added, subtracted, and multiplied or divided by numbers;
    `sum` adds a list of them.

    Example:
        >>> target = classifier.target("3")
        >>> target.in_words(), target.class_index
        ('logit of “3”', 3)
    """

    class_index: Any = None
    """The class whose score it is; None if it is not about a single class."""

    @property
    @abstractmethod
    def terms(self) -> tuple[tuple[float, "Term"], ...]:
        """(weight, term) for each summand."""

    @abstractmethod
    def in_words(self) -> str:
        """The target in words, for a caption: "logit of “tabby”", "conv2 channel 3"."""

    @property
    def title(self) -> str:
        """The old name of `in_words`."""
        return self.in_words()

    @property
    def is_class_logit(self) -> bool:
        """Whether it is exactly the logit of one class."""
        return False

    @property
    def layers(self) -> frozenset[str | None]:
        """The layers that it reads; `LOGITS` for the class scores."""
        return frozenset(term.layer for _, term in self.terms)

    def described(self) -> dict[str, Any]:
        """Its kind, its description in words, and its numbers and names, as plain values for JSON."""
        plain = {name: value for name, value in vars(self).items() if isinstance(value, str | int | float | None)}
        return {"kind": type(self).__name__, "words": self.in_words(), **plain}

    def resolved(self, classifier: Explained) -> "Target":
        """A copy of this target with all names looked up and all numbers checked for a classifier.

        Raises:
            LayerError: If a layer does not exist or has no such channel or position.
            ParameterError: If there is no such class, or the terms cancel.
        """
        terms = tuple(
            (weight * inner, term) for weight, given in self.terms for inner, term in given.resolved(classifier).terms
        )
        totals: dict[Term, float] = {}
        for weight, term in terms:
            totals[term] = totals.get(term, 0.0) + weight
        if totals and not any(totals.values()):
            raise ParameterError(
                text(
                    "The target {target} is 0 for every image, as its terms cancel. Take terms that differ, or "
                    "other weights.",
                    target=Sum(terms).in_words(),
                )
            )
        return Sum(terms)

    def on_image(self, network: ExplainedNetwork, logits: Callable[[], np.ndarray]) -> "Target":
        """The target for one image; another object only if the target depends on the image, as a class over the region
        where the network sees it does.

        Args:
            network: The network.
            logits: Gives the network's output for the image, without the batch axis.

        Raises:
            ParameterError: If the image has no such region.
        """
        return self._with_each(lambda term: term.on_image(network, logits))

    def without_image(self) -> "Target":
        """The target where there is no image, or one that changes: a region that depends on the image becomes the whole
        output."""
        return self._with_each(lambda term: term.without_image())

    def _with_each(self, change: "Callable[[Term], Term]") -> "Target":
        terms = tuple((weight, change(term)) for weight, term in self.terms)
        changed = any(new is not old for (_, new), (_, old) in zip(terms, self.terms, strict=True))
        return Sum(terms) if changed else self

    def __add__(self, other: "Target") -> "Target":
        return Sum(self.terms + other.terms) if isinstance(other, Target) else NotImplemented

    def __radd__(self, other: float) -> "Target":
        # The 0 that `sum` starts from.
        return self if isinstance(other, Real) and other == 0 else NotImplemented

    def __sub__(self, other: "Target") -> "Target":
        return self + (-other) if isinstance(other, Target) else NotImplemented

    def __mul__(self, factor: float) -> "Target":
        if not isinstance(factor, Real) or not np.isfinite(factor):
            return NotImplemented
        return Sum(tuple((float(factor) * weight, term) for weight, term in self.terms))

    __rmul__ = __mul__

    def __truediv__(self, divisor: float) -> "Target":
        return self * (1 / divisor) if isinstance(divisor, Real) and divisor != 0 else NotImplemented

    def __neg__(self) -> "Target":
        return self * -1.0


@dataclass(frozen=True)
class Sum(Target):
    """A sum of terms with weights.

    Example:
        >>> total = vislib.targets.Channel("conv1", 0) + vislib.targets.Channel("conv2", 3)
        >>> type(total).__name__, len(total.terms)
        ('Sum', 2)
    """

    terms: tuple[tuple[float, "Term"], ...] = ()

    def described(self) -> dict[str, Any]:
        terms = [{"weight": weight, **term.described()} for weight, term in self.terms]
        return super().described() | {"terms": terms}

    def in_words(self) -> str:
        words = ""
        for weight, term in self.terms:
            part = term.in_words()
            if abs(weight) != 1:
                part = text("{factor:g} · {target}", factor=abs(weight), target=part)
            if words and weight < 0:
                words = text("{before} − {target}", before=words, target=part)
            elif words:
                words = text("{before} + {target}", before=words, target=part)
            else:
                words = text("− {target}", target=part) if weight < 0 else part
        return words


class Term(Target):
    """One number that is computed from one layer; the field `layer` names the layer.

    Class attributes:
        before_relu: Whether activation maximization reads it before the ReLU that the layer is or ends in. There the
            unit ranks pictures in the same order, but a unit at 0, or at the cap of a ReLU6, does not stop the ascent.
            An explanation reads the layer's output.
        compares_images: Whether its number for one image depends on the other images of the batch.

    Example:
        >>> isinstance(vislib.targets.Channel("conv2", 5), vislib.targets.Term)
        True
    """

    before_relu: ClassVar[bool] = False
    compares_images: ClassVar[bool] = False

    if TYPE_CHECKING:

        @property
        def layer(self) -> Any: ...

    @property
    def terms(self) -> tuple[tuple[float, "Term"], ...]:
        return ((1.0, self),)

    def resolved(self, classifier: Explained) -> "Term":
        shape_of(classifier, self.layer)
        return self

    def on_image(self, network: ExplainedNetwork, logits: Callable[[], np.ndarray]) -> "Term":
        return self

    def without_image(self) -> "Term":
        return self

    def of_logits(self, network: ExplainedNetwork, logits: np.ndarray) -> np.ndarray:
        """For a term on the network's output, its values (n,) from logits (n, …, classes)."""
        from vislib.backend import tf

        units = logits[..., 1:] if network.is_binary else logits
        operands = np.repeat(self.operand(network)[None], len(units), axis=0)
        return self.measure(network)(tf.constant(units), tf.constant(operands)).numpy()

    @abstractmethod
    def operand(self, network: ExplainedNetwork) -> np.ndarray:
        """The float32 numbers in which this term differs from other terms with the same `measure`."""

    @abstractmethod
    def measure(self, network: ExplainedNetwork) -> Callable:
        """A function from tensors (n, …) of activations and (n, …) of operands to the term for each image, (n,).

        Terms that differ only in their operands return the same function object.
        """


Form = tuple[tuple[Callable, str | None, bool], ...]


def form(target: Target, network: ExplainedNetwork) -> Form:
    """The measure and the layer of each term: all that a traced function depends on."""
    return tuple((term.measure(network), term.layer, term.before_relu) for _, term in target.terms)


def shared_form(targets: "list[Target]", network: ExplainedNetwork) -> Form:
    """The common form of several targets, for which one traced function is enough.

    Raises:
        ParameterError: If the first target has no terms, or the forms differ.
    """
    shared = form(targets[0], network)
    if not shared:
        raise ParameterError(text("A target without any terms has no value."))
    other = next((each for each in targets if form(each, network) != shared), None)
    if other is not None:
        raise ParameterError(
            text(
                "Images that are computed together need targets of one form, such as classes or channels of "
                "one layer; these differ: {first}; {second}.",
                first=targets[0].in_words(),
                second=other.in_words(),
            )
        )
    return shared


def operands(targets: "list[Target]", network: ExplainedNetwork) -> tuple[np.ndarray, list[np.ndarray]]:
    """What a traced function takes for n targets of one form: weights (n, terms), and operands (n, …) of each term."""
    weights = np.array([[weight for weight, _ in target.terms] for target in targets], np.float32)
    each = ([term.operand(network) for _, term in target.terms] for target in targets)
    return weights, [np.stack(of_term) for of_term in zip(*each, strict=True)]


def shape_of(classifier: Explained, layer: str | None) -> tuple[int, ...]:
    """(h, w, c) or (c,) of a layer's output.

    Raises:
        LayerError: If the layer does not exist or its output has no channels.
    """
    return output_shape(classifier.network, layer)


def output_shape(network: ExplainedNetwork, layer: str | None) -> tuple[int, ...]:
    """`shape_of`, for a network."""
    if layer is LOGITS:
        return tuple(network.output_shape)
    node = network.graph.node(layer)
    shape = tuple(node.output.shape[1:]) if node is not None else ()
    if len(shape) not in (1, 3) or None in shape:
        layers = [node.name for node in network.graph.nodes if len(node.output.shape) in (2, 4)]
        if node is None:
            problem = text("layer '{layer}' is not in {name}", layer=layer, name=network.name)
        else:
            problem = text("layer '{layer}' has no channels in {name}", layer=layer, name=network.name)
        raise LayerError(text("{problem}. Layers with channels: {layers}.", problem=problem, layers=listed(layers)))
    return shape


def digest_of(values: Any) -> str:
    """A short digest of an array, by which two targets that hold one are compared."""
    array = np.ascontiguousarray(values)
    return hashlib.sha256(repr((array.shape, array.dtype.str)).encode() + array.tobytes()).hexdigest()[:16]


def check_within(number: int, n_numbers: int, what: str) -> None:
    """Checks that a channel, row or column exists.

    Raises:
        LayerError: If it does not; `what` names it in the plural.
    """
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or not 0 <= number < n_numbers:
        raise LayerError(text("{what} go from 0 to {n}; not {number!r}.", what=what, n=n_numbers - 1, number=number))
