"""Activation functions and their derivatives, in plain NumPy; each equals the Keras function of the same name."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import erf, expit

from vislib.language import text

_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772, 1.0507009873554805  # Klambauer et al. 2017, arXiv 1706.02515
_TAU = np.sqrt(2 * np.pi)


@dataclass(frozen=True)
class ActivationFunction:
    """A function that is applied to each value of a map.

    Attributes:
        title: Its usual name.
        formula: f(x) as text.
        derivative_formula: f′(x) as text.
        value: f, on arrays of float64.
        derivative: f′, on arrays of float64. At a kink it has the value that Keras uses.

    Example:
        >>> relu = vislib.arithmetic.FUNCTIONS["relu"]
        >>> relu.value(np.array([-1.0, 2.0])), relu.formula
        (array([0., 2.]), 'max(0, x)')
    """

    title: str
    formula: str
    derivative_formula: str
    value: Callable[[np.ndarray], np.ndarray]
    derivative: Callable[[np.ndarray], np.ndarray]

    def __call__(self, x: np.ndarray) -> np.ndarray:
        return self.value(np.asarray(x, np.float64))


def leaky_relu(slope: float) -> ActivationFunction:
    """A ReLU that multiplies negative values by a slope instead of setting them to 0."""
    return ActivationFunction(
        text("LeakyReLU, slope {slope:g}", slope=slope),
        text("x if x > 0, else {slope:g}·x", slope=slope),
        text("1 if x > 0, else {slope:g}", slope=slope),
        lambda x: np.where(x > 0, x, slope * x),
        lambda x: np.where(x > 0, 1.0, slope),
    )


def elu(alpha: float = 1.0) -> ActivationFunction:
    """An exponential linear unit (Clevert et al. 2015, arXiv 1511.07289), which ends at −α for very negative values."""
    alone = alpha == 1
    return ActivationFunction(
        "ELU" if alone else text("ELU, α = {alpha:g}", alpha=alpha),
        text("x if x > 0, else eˣ − 1") if alone else text("x if x > 0, else {alpha:g}·(eˣ − 1)", alpha=alpha),
        text("1 if x > 0, else eˣ") if alone else text("1 if x > 0, else {alpha:g}·eˣ", alpha=alpha),
        lambda x: np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))),
        lambda x: np.where(x > 0, 1.0, alpha * np.exp(np.minimum(x, 0))),
    )


def _bell(x: np.ndarray) -> np.ndarray:
    return np.exp(-(x**2) / 2) / _TAU


FUNCTIONS: dict[str, ActivationFunction] = {
    "linear": ActivationFunction(text("Linear"), "x", "1", lambda x: x, np.ones_like),
    "relu": ActivationFunction(
        "ReLU", "max(0, x)", text("1 if x > 0, else 0"), lambda x: np.maximum(x, 0), lambda x: np.where(x > 0, 1.0, 0.0)
    ),
    "relu6": ActivationFunction(
        "ReLU6", "min(max(0, x), 6)", text("1 if 0 < x < 6, else 0"),
        lambda x: np.clip(x, 0, 6), lambda x: np.where((x > 0) & (x < 6), 1.0, 0.0),
    ),
    "leaky_relu": leaky_relu(0.2),
    "elu": elu(),
    "selu": ActivationFunction(
        "SELU", text("1.0507·x if x > 0, else 1.7581·(eˣ − 1)"), text("1.0507 if x > 0, else 1.7581·eˣ"),
        lambda x: _SELU_SCALE * np.where(x > 0, x, _SELU_ALPHA * np.expm1(np.minimum(x, 0))),
        lambda x: _SELU_SCALE * np.where(x > 0, 1.0, _SELU_ALPHA * np.exp(np.minimum(x, 0))),
    ),
    "softplus": ActivationFunction("Softplus", "ln(1 + eˣ)", "σ(x)", lambda x: np.logaddexp(0, x), expit),
    "sigmoid": ActivationFunction(
        "Sigmoid", "σ(x) = 1 / (1 + e⁻ˣ)", "σ(x)·(1 − σ(x))", expit, lambda x: expit(x) * expit(-x)
    ),
    "tanh": ActivationFunction("tanh", "tanh x", "1 − tanh² x", np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "silu": ActivationFunction(
        "SiLU (Swish)", "x·σ(x)", "σ(x)·(1 + x·(1 − σ(x)))",
        lambda x: x * expit(x), lambda x: expit(x) * (1 + x * expit(-x)),
    ),
    "gelu": ActivationFunction(
        "GELU", "x·Φ(x)", "Φ(x) + x·φ(x)",
        lambda x: x * (1 + erf(x / np.sqrt(2))) / 2, lambda x: (1 + erf(x / np.sqrt(2))) / 2 + x * _bell(x),
    ),
    "hard_sigmoid": ActivationFunction(
        text("Hard sigmoid"), "min(max(0, x / 6 + ½), 1)", text("⅙ if −3 < x < 3, else 0"),
        lambda x: np.clip(x / 6 + 0.5, 0, 1), lambda x: np.where(np.abs(x) < 3, 1 / 6, 0.0),
    ),
    "hard_silu": ActivationFunction(
        text("Hard SiLU (hard Swish)"),
        "x·min(max(0, x / 6 + ½), 1)", text("x / 3 + ½ if −3 < x < 3, else 1 if x > 0, else 0"),
        lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
        lambda x: np.where(np.abs(x) < 3, x / 3 + 0.5, np.where(x > 0, 1.0, 0.0)),
    ),
}  # fmt: skip


def _tanh_of_gelu(x: np.ndarray) -> np.ndarray:
    return np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))


APPROXIMATE_GELU = ActivationFunction(
    text("GELU, approximate"),
    "x·(1 + tanh u) / 2, u = √(2/π)·(x + 0.044715·x³)",
    "(1 + tanh u) / 2 + x·u′·(1 − tanh² u) / 2",
    lambda x: x * (1 + _tanh_of_gelu(x)) / 2,
    lambda x: (
        (1 + _tanh_of_gelu(x)) / 2
        + x * (1 - _tanh_of_gelu(x) ** 2) * np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * x**2) / 2
    ),
)
"""GELU by a hyperbolic tangent (Hendrycks & Gimpel 2016, arXiv 1606.08415, section 2), up to 0.0005 from the exact
one."""


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities (…, classes) from logits (…, classes): eˣ of each, divided by the sum of all.

    It does not act on one value at a time, so it is not one of `FUNCTIONS`.

    Example:
        >>> vislib.arithmetic.softmax(np.array([0.0, 0.0]))
        array([0.5, 0.5])
    """
    shifted = np.exp(logits - np.max(logits, axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)
