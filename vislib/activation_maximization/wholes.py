"""Objectives on a whole layer: its energy (DeepDream), likeness to an image (caricature), unlikeness of pictures."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from vislib.activation_maximization.objectives import Term, shape_of
from vislib.errors import ParameterError

if TYPE_CHECKING:
    from vislib.model.classifier import Classifier

_LEAST_COSINE = 0.1


@dataclass(frozen=True)
class Layer(Term):
    """The mean of a², over all that a layer gives: more of whatever it sees already.

    Reference: Mordvintsev, Olah & Tyka 2015, "Inceptionism" (DeepDream).
    """

    layer: str

    @property
    def title(self) -> str:
        return f"layer {self.layer}"

    def operand(self, classifier: "Classifier") -> np.ndarray:
        return np.zeros(1, np.float32)

    @staticmethod
    def measure(activations, operands):
        from vislib.backend import tf

        return tf.reduce_mean(tf.square(activations), axis=list(range(1, len(activations.shape))))


@dataclass(frozen=True)
class Diversity(Term):
    """How unlike the other pictures of a batch a picture is: minus the mean cosine of their Gram matrices.

        G_i = Aᵢᵀ Aᵢ, A (h·w, c);   value_i = −1/(n−1) Σ_{j≠i} ⟨G_i, G_j⟩ / (‖G_i‖ ‖G_j‖), in −1..0

    It is 0 for a picture alone.

    Reference: Olah, Mordvintsev & Schubert 2017, https://distill.pub/2017/feature-visualization
    """

    layer: str

    @property
    def title(self) -> str:
        return f"diversity at {self.layer}"

    def operand(self, classifier: "Classifier") -> np.ndarray:
        return np.zeros(1, np.float32)

    @staticmethod
    def measure(activations, operands):
        from vislib.backend import tf

        n = tf.shape(activations)[0]
        flat = tf.reshape(activations, (n, -1, activations.shape[-1]))
        gram = tf.reshape(tf.matmul(flat, flat, transpose_a=True), (n, -1))
        gram = tf.math.l2_normalize(gram, axis=1)
        cosines = tf.matmul(gram, gram, transpose_b=True)
        others = tf.cast(tf.maximum(n - 1, 1), cosines.dtype)
        return -(tf.reduce_sum(cosines, axis=1) - tf.linalg.diag_part(cosines)) / others


@dataclass(frozen=True, eq=False)
class Likeness(Term):
    """⟨a, r⟩/‖r‖ · max(cos(a, r), 0.1)ᵖ with r what a layer makes of an image: a caricature of it.

    The product asks for much of r; the cosine keeps what is not r out.

    Args:
        layer: The layer.
        reference: r, of the shape of the layer's output.
        power: p.

    Raises:
        ParameterError: If the reference is all zero or of another shape.

    Reference: Olah et al. 2017 and lucid's `dot_compare`; Carter et al. 2019, https://distill.pub/2019/activation-atlas
    """

    layer: str
    reference: np.ndarray = field(repr=False)
    power: float = 4.0

    @property
    def title(self) -> str:
        return f"likeness at {self.layer}"

    def resolved(self, classifier: "Classifier") -> "Likeness":
        shape = shape_of(classifier, self.layer)
        if np.shape(self.reference) != shape:
            raise ParameterError(
                f"The reference of layer '{self.layer}' has shape {shape}; not {np.shape(self.reference)}."
            )
        if not np.any(self.reference) or not np.isfinite(self.reference).all():
            raise ParameterError(f"Layer '{self.layer}' answers nothing to this image, so there is nothing to be like.")
        return self

    def operand(self, classifier: "Classifier") -> np.ndarray:
        reference = np.asarray(self.reference, np.float32)
        return np.append(reference / np.linalg.norm(reference), np.float32(self.power))

    @staticmethod
    def measure(activations, operands):
        from vislib.backend import tf

        reference, power = operands[:, :-1], operands[:, -1]
        flat = tf.reshape(activations, (tf.shape(activations)[0], -1))
        product = tf.reduce_sum(flat * reference, axis=1)
        cosine = product / (tf.norm(flat, axis=1) + 1e-6)
        return product * tf.maximum(cosine, _LEAST_COSINE) ** power


def likeness(classifier: "Classifier", image: np.ndarray, layer: str, power: float = 4.0) -> Likeness:
    """The objective of looking, to a layer, like an image (H, W, 3) does.

    Raises:
        LayerError: If the layer does not exist or has no feature maps.
    """
    from vislib.activations.maps import feature_maps

    return Likeness(layer, feature_maps(classifier, image, layer), power)
