"""Targets on a whole layer: its energy (DeepDream), similarity to an image, diversity of pictures."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from vislib.errors import ParameterError
from vislib.language import text
from vislib.targets.base import Explained, ExplainedNetwork, Term, digest_of, shape_of

_LEAST_COSINE = 0.1


@dataclass(frozen=True)
class Layer(Term):
    """The mean of a² over all activations of a layer: maximizing it strengthens what the layer already detects.

    Reference: Mordvintsev, Olah & Tyka 2015, "Inceptionism" (DeepDream).

    Example:
        >>> vislib.explain("saliency", classifier, image, vislib.targets.Layer("conv2")).explained
        'layer conv2'
    """

    layer: str

    def in_words(self) -> str:
        return text("layer {layer}", layer=self.layer)

    def operand(self, network: ExplainedNetwork) -> np.ndarray:
        return np.zeros(1, np.float32)

    def measure(self, network: ExplainedNetwork) -> Callable:
        return _energy


@dataclass(frozen=True)
class Diversity(Term):
    """How different a picture is from the others of its batch: minus the mean cosine of their Gram matrices.

        G_i = Aᵢᵀ Aᵢ, A (h·w, c);   value_i = −1/(n−1) Σ_{j≠i} ⟨G_i, G_j⟩ / (‖G_i‖ ‖G_j‖), in −1..0

    It is 0 for a single picture.

    Reference: Olah, Mordvintsev & Schubert 2017, https://distill.pub/2017/feature-visualization

    Example:
        >>> am = vislib.activation_maximization
        >>> several = [am.Channel("conv2", 5) + am.Diversity("conv1")] * 2
        >>> am.maximize(classifier, several, steps=1).pictures.shape
        (2, 28, 28, 3)
    """

    layer: str
    compares_images: ClassVar[bool] = True

    def in_words(self) -> str:
        return text("diversity at {layer}", layer=self.layer)

    def operand(self, network: ExplainedNetwork) -> np.ndarray:
        return np.zeros(1, np.float32)

    def measure(self, network: ExplainedNetwork) -> Callable:
        return _diversity


@dataclass(frozen=True)
class Likeness(Term):
    """⟨a, r⟩/‖r‖ · max(cos(a, r), 0.1)ᵖ with r a layer's output for an image.

    Maximizing it gives a caricature of the image. The product rewards a strong r; the cosine suppresses everything that
    is not r.

    Args:
        layer: The layer.
        reference: r, with the shape of the layer's output.
        power: The exponent p.

    Raises:
        ParameterError: If the reference is all zero or of another shape.

    Reference: Olah et al. 2017 and lucid's `dot_compare`; Carter et al. 2019, https://distill.pub/2019/activation-atlas

    Example:
        >>> like = vislib.targets.likeness(classifier, image, "conv2")
        >>> isinstance(like, vislib.targets.Likeness), like.layer
        (True, 'conv2')
    """

    layer: str
    reference: np.ndarray = field(repr=False, compare=False)
    power: float = 4.0
    digest: str = field(default="", init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", digest_of(self.reference))

    def in_words(self) -> str:
        return text("likeness at {layer}", layer=self.layer)

    def resolved(self, classifier: Explained) -> "Likeness":
        _check_reference(classifier, self.layer, self.reference)
        return self

    def operand(self, network: ExplainedNetwork) -> np.ndarray:
        reference = np.asarray(self.reference, np.float32)
        return np.append(reference / np.linalg.norm(reference), np.float32(self.power))

    def measure(self, network: ExplainedNetwork) -> Callable:
        return _likeness


@dataclass(frozen=True)
class Similarity(Term):
    """cos(a, r), −1 to 1, with r a layer's output for a reference image: how similar two images are to the layer.

    Args:
        layer: The layer; None for the network's output.
        reference: r, with the shape of the layer's output.

    Raises:
        ParameterError: If the reference is all zero or of another shape.

    Example:
        >>> like = vislib.targets.similarity(classifier, image, "dense")
        >>> isinstance(like, vislib.targets.Similarity), like.layer
        (True, 'dense')
    """

    layer: str | None
    reference: np.ndarray = field(repr=False, compare=False)
    digest: str = field(default="", init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", digest_of(self.reference))

    def in_words(self) -> str:
        return text("similarity at {layer}", layer=self.layer) if self.layer else text("similarity at the output")

    def resolved(self, classifier: Explained) -> "Similarity":
        _check_reference(classifier, self.layer, self.reference)
        return self

    def operand(self, network: ExplainedNetwork) -> np.ndarray:
        reference = np.asarray(self.reference, np.float32)
        return reference.ravel() / np.linalg.norm(reference)

    def measure(self, network: ExplainedNetwork) -> Callable:
        return _cosine


def likeness(classifier: Explained, image: np.ndarray, layer: str, power: float = 4.0) -> Likeness:
    """The `Likeness` to an image (H, W, 3) at a layer.

    Raises:
        LayerError: If the layer does not exist or has no feature maps.

    Example:
        >>> like = vislib.targets.likeness(classifier, image, "conv2")
        >>> like.in_words()
        'likeness at conv2'
    """
    return Likeness(layer, _output_of(classifier, image, layer), power)


def similarity(classifier: Explained, image: np.ndarray, layer: str | None = None) -> Similarity:
    """The `Similarity` to an image (H, W, 3) at a layer, by default at the network's output, as of an embedding.

    Raises:
        LayerError: If the layer does not exist or its output has no channels.

    Example:
        >>> like = vislib.targets.similarity(classifier, image, "dense")
        >>> vislib.explain("saliency", classifier, image, like).values.shape
        (28, 28)
    """
    return Similarity(layer, _output_of(classifier, image, layer))


def _output_of(classifier: Explained, image: np.ndarray, layer: str | None) -> np.ndarray:
    """A layer's output for an image (H, W, 3), without the batch axis."""
    shape_of(classifier, layer)
    inputs = classifier.preprocess_input(classifier.resize(image)[None])
    if layer is None:
        logits = classifier.network.logits(inputs)[0]
        return logits[..., 1:] if classifier.network.is_binary else logits
    return classifier.network.outputs(inputs, [layer])[0][0]


def _check_reference(classifier: Explained, layer: str | None, reference: np.ndarray) -> None:
    shape = shape_of(classifier, layer)
    if np.shape(reference) != shape:
        raise ParameterError(
            text(
                "The reference of layer '{layer}' has shape {shape}; not {given}.",
                layer=layer,
                shape=shape,
                given=np.shape(reference),
            )
        )
    if not np.any(reference) or not np.isfinite(reference).all():
        raise ParameterError(
            text(
                "The reference of layer '{layer}' is all zero or not finite, so no image can be compared with it.",
                layer=layer,
            )
        )


def _energy(activations, operands):
    from vislib.backend import tf

    return tf.reduce_mean(tf.square(activations), axis=list(range(1, len(activations.shape))))


def _diversity(activations, operands):
    from vislib.backend import tf

    n = tf.shape(activations)[0]
    flat = tf.reshape(activations, (n, -1, activations.shape[-1]))
    gram = tf.reshape(tf.matmul(flat, flat, transpose_a=True), (n, -1))
    gram = tf.math.l2_normalize(gram, axis=1)
    cosines = tf.matmul(gram, gram, transpose_b=True)
    others = tf.cast(tf.maximum(n - 1, 1), cosines.dtype)
    return -(tf.reduce_sum(cosines, axis=1) - tf.linalg.diag_part(cosines)) / others


def _likeness(activations, operands):
    from vislib.backend import tf

    reference, power = operands[:, :-1], operands[:, -1]
    flat = tf.reshape(activations, (tf.shape(activations)[0], -1))
    product = tf.reduce_sum(flat * reference, axis=1)
    cosine = product / (tf.norm(flat, axis=1) + 1e-6)
    return product * tf.maximum(cosine, _LEAST_COSINE) ** power


def _cosine(activations, reference):
    from vislib.backend import tf

    flat = tf.reshape(activations, (tf.shape(activations)[0], -1))
    return tf.reduce_sum(flat * reference, axis=1) / (tf.norm(flat, axis=1) + 1e-12)
