"""Targets as arguments of a traced function."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from vislib.backend import tf
from vislib.errors import ParameterError
from vislib.language import text
from vislib.targets.base import ExplainedNetwork, Form, Target, operands, shared_form

Targets = Target | Sequence[Target]
"""One target for all images, or one for each image, all of the same form."""


@dataclass(frozen=True, eq=False)
class TargetArguments:
    """The targets of n images: the form, on which a traced function depends, and its arguments.

    Attributes:
        form: The common form of the targets.
        weights: (n, terms).
        operands: (n, …) for each term.
    """

    form: Form
    weights: np.ndarray
    operands: tuple[np.ndarray, ...]

    @classmethod
    def of(cls, given: Targets, n: int, network: ExplainedNetwork) -> "TargetArguments":
        """The arguments for n images of a `Network`.

        Raises:
            ParameterError: If the forms differ, or a target compares images with each other.
        """
        targets = [given] if isinstance(given, Target) else list(given)
        form = shared_form(targets, network)
        weights, each = operands(targets, network)
        if isinstance(given, Target):
            weights, each = np.repeat(weights, n, axis=0), [np.repeat(operand, n, axis=0) for operand in each]
        if any(term.compares_images for one in targets for _, term in one.terms):
            raise ParameterError(
                text(
                    "{target} compares images with each other, so it has no value for a single image; it can be "
                    "used in `activation_maximization`, for several pictures made together.",
                    target=targets[0].in_words(),
                )
            )
        return cls(form, weights, tuple(each))

    @property
    def key(self) -> tuple:
        """The same for targets of the same values."""
        return (self.form, self.weights.tobytes(), *(operand.tobytes() for operand in self.operands))

    @property
    def measures(self) -> list[Callable]:
        """The function of each term."""
        return [measure for measure, *_ in self.form]

    @property
    def specs(self) -> tuple[tf.TensorSpec, list[tf.TensorSpec]]:
        """The signature of `part`, for any number of images."""
        return (
            tf.TensorSpec((None, self.weights.shape[1]), tf.float32),
            [tf.TensorSpec((None,) * operand.ndim, tf.float32) for operand in self.operands],
        )

    def part(self, now: slice = slice(None)) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """The arguments for some of the images, as tensors."""
        return tf.constant(self.weights[now]), [tf.constant(operand[now]) for operand in self.operands]
