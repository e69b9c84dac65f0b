"""The part of an ascent that needs no network: from the gradient by the pictures to the next variables.

It imports TensorFlow, so other modules import it late.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vislib.activation_maximization.parametrizations import Parametrization
from vislib.activation_maximization.regularisers import Regulariser
from vislib.backend import tf
from vislib.network.function_cache import FunctionCache

_BETA_1, _BETA_2, _EPSILON = 0.9, 0.999, 1e-7


@dataclass(frozen=True, eq=False)
class State:
    """The state of an ascent, from which it can continue.

    Attributes:
        variables: The variables of the parametrization, (n, …).
        mean: Adam's running mean of the gradients, of the same shape.
        square: Adam's running mean of the squared gradients, of the same shape.
        step: Number of steps done.
    """

    variables: np.ndarray
    mean: np.ndarray
    square: np.ndarray
    step: int = 0

    @classmethod
    def at(cls, variables: np.ndarray) -> "State":
        """The state before the first step."""
        return cls(variables, np.zeros_like(variables), np.zeros_like(variables))


class Ascent:
    """Steps uphill in the variables of a parametrization.

    Args:
        parametrization: Computes pictures from variables.
        regularisers: Their penalties are subtracted from the objective.
        shape: (h, w, c) of a picture.
        optimiser: "adam" (Kingma & Ba 2014, arXiv 1412.6980), or "gradient": the gradient is divided by its L2 norm,
            so that the length of each step is the learning rate.
    """

    def __init__(
        self,
        parametrization: Parametrization,
        regularisers: tuple[Regulariser, ...],
        shape: tuple[int, int, int],
        optimiser: str,
    ):
        self._parametrization, self._size = parametrization, shape[:2]
        variables = tf.TensorSpec((None, *parametrization.noise(np.random.default_rng(0), shape).shape))
        self._step = _functions.traced(
            (parametrization, regularisers, shape, optimiser),
            lambda: _step(parametrization, regularisers, shape[:2], optimiser),
            *[variables] * 3,
            tf.TensorSpec((None, *shape)),
            *[tf.TensorSpec(())] * 2,
        )

    def pixels(self, state: State) -> np.ndarray:
        """The pictures (n, h, w, c) in 0..1."""
        return self._parametrization.pixels(tf.constant(state.variables), self._size).numpy()

    def next(self, state: State, gradients: np.ndarray, learning_rate: float) -> State:
        """One step from the gradients (n, h, w, c) of the objective by the pictures."""
        arrays = (state.variables, state.mean, state.square, gradients)
        # Numbers are passed as tensors, too: TensorFlow would retrace the function for each value of a Python number.
        numbers = (np.float32(state.step + 1), np.float32(learning_rate))
        moved = self._step(*map(tf.constant, arrays + numbers))
        variables, mean, square = (array.numpy() for array in moved)
        return State(variables, mean, square, state.step + 1)


_functions = FunctionCache()
"""The steps of all networks: none depends on a network."""


def _step(
    parametrization: Parametrization, regularisers: tuple[Regulariser, ...], size: tuple[int, int], optimiser: str
) -> Callable:
    """(variables, mean, square, gradients, the step's number, learning rate) → the next variables, mean and square."""

    def step(variables, mean, square, gradients, number, rate):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(variables)
            pixels = parametrization.pixels(variables, size)
            penalties = [regulariser.penalty(pixels) for regulariser in regularisers]
            # By the chain rule, its gradient by the variables is that of the objective.
            linear = tf.reduce_sum(pixels * gradients) - tf.add_n([tf.reduce_sum(p) for p in penalties] or [0.0])
        uphill = tape.gradient(linear, variables)
        if optimiser == "gradient":
            axes = list(range(1, len(variables.shape)))
            move = uphill / (tf.sqrt(tf.reduce_sum(tf.square(uphill), axis=axes, keepdims=True)) + _EPSILON)
        else:
            mean = _BETA_1 * mean + (1 - _BETA_1) * uphill
            square = _BETA_2 * square + (1 - _BETA_2) * tf.square(uphill)
            correction = tf.sqrt(1 - tf.pow(_BETA_2, number)) / (1 - tf.pow(_BETA_1, number))
            move = correction * mean / (tf.sqrt(square) + _EPSILON)
        return parametrization.confined(variables + rate * move), mean, square

    return step
