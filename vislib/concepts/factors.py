"""Non-negative factors of activations: a few vectors of channels, and how much of each is at every place."""

import warnings
from dataclasses import dataclass

import numpy as np

from vislib.errors import LayerError, ParameterError
from vislib.language import Text, text

_MOST_STEPS = 400
_FIT_STEPS, _FIT_TOLERANCE = 1_000, 1e-6


@dataclass(frozen=True, eq=False)
class Factors:
    """Activations A (m, channels) ≈ U W, with U and W not negative.

    Attributes:
        coefficients: U (m, n) float32, in the unit of the activations.
        vectors: W (n, channels) float32; each row has the Euclidean length 1.
        error: ‖A⁺ − U W‖ / ‖A⁺‖ (Frobenius norms) with A⁺ = ReLU(A): 0 is exact, 1 is nothing.
        lost: Σ|A − A⁺| / Σ|A|, 0..1: the share of the activations that is negative, which no factor holds.
    """

    coefficients: np.ndarray
    vectors: np.ndarray
    error: float
    lost: float


def factor(activations: np.ndarray, n: int, seed: int = 0) -> Factors:
    """Factors the positive part of activations: min ‖A⁺ − U W‖² over U ≥ 0, W ≥ 0, by coordinate descent from the start
    "nndsvda" (scikit-learn's NMF). The same seed gives the same result.

    Args:
        activations: A (m, channels).
        n: The number of factors, 1 to min(m, channels).
        seed: Seed of the start's randomized singular value decomposition.

    Raises:
        ParameterError: If n is not such a number.
        LayerError: If no activation is positive, or one is not finite.

    Reference:
        Lee & Seung 1999 (Nature 401:788). The start: Boutsidis & Gallopoulos 2008.
    """
    positive, lost = positive_part(activations)
    most = min(positive.shape)
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or not 1 <= n <= most:
        raise ParameterError(
            text(
                "{places:,} places (or crops) with {channels:,} channels have 1 to {most:,} factors; not {n!r}.",
                places=positive.shape[0],
                channels=positive.shape[1],
                most=most,
                n=n,
            )
        )
    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning

    model = NMF(int(n), init="nndsvda", max_iter=_MOST_STEPS, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the error is measured and stated
        coefficients = model.fit_transform(positive)
    lengths = np.linalg.norm(model.components_, axis=1)
    vectors = model.components_ / np.where(lengths > 0, lengths, 1)[:, None]
    coefficients = (coefficients * lengths).astype(np.float32)
    return Factors(coefficients, vectors.astype(np.float32), relative_error(positive, coefficients, vectors), lost)


def coefficients_of(activations: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """How much of each vector is in activations: min ‖A⁺ − U W‖² over U ≥ 0 for given W.

    Args:
        activations: A (m, channels).
        vectors: W (n, channels).

    Returns:
        U (m, n) float32.

    Raises:
        LayerError: If an activation is not finite.
    """
    positive = np.maximum(_finite(activations), 0)
    if not positive.any():
        return np.zeros((len(positive), len(vectors)), np.float32)
    from sklearn.decomposition import non_negative_factorization
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        found, _, _ = non_negative_factorization(
            positive,
            H=vectors.astype(np.float32),
            n_components=len(vectors),
            update_H=False,
            tol=_FIT_TOLERANCE,
            max_iter=_FIT_STEPS,
        )
    return found.astype(np.float32)


def positive_part(activations: np.ndarray) -> tuple[np.ndarray, float]:
    """The ReLU of activations (m, channels), float32, and the share of Σ|A| that is lost by it.

    Raises:
        LayerError: If no activation is positive, or one is not finite.
    """
    values = _finite(activations)
    positive = np.maximum(values, 0)
    if not positive.any():
        raise LayerError(
            text(
                "No activation of the layer is positive here, so it has no non-negative factors. Name "
                "another layer with `layer`, such as one behind a ReLU."
            )
        )
    total = float(np.abs(values).sum(dtype=np.float64))
    return positive, 1 - float(positive.sum(dtype=np.float64)) / total


def relative_error(positive: np.ndarray, coefficients: np.ndarray, vectors: np.ndarray) -> float:
    """‖A⁺ − U W‖ / ‖A⁺‖."""
    return float(np.linalg.norm(positive - coefficients @ vectors) / np.linalg.norm(positive))


def said_of_lost(layer: str, lost: float) -> tuple[Text, ...]:
    """A sentence on a layer with negative activations; none if there are none."""
    if lost <= 0:
        return ()
    if lost < 0.001:
        return (
            text(
                "Less than 0.1 % of the activations of {layer} are negative (by their sum). Factors hold only the "
                "positive part; a layer behind a ReLU has nothing else.",
                layer=layer,
            ),
        )
    return (
        text(
            "{share:.1%} of the activations of {layer} are negative (by their sum). Factors hold only the positive "
            "part; a layer behind a ReLU has nothing else.",
            share=lost,
            layer=layer,
        ),
    )


def _finite(activations: np.ndarray) -> np.ndarray:
    values = np.asarray(activations, np.float32)
    if not np.isfinite(values).all():
        raise LayerError(text("Some activations of the layer are NaN or infinite. Name another layer with `layer`."))
    return values
