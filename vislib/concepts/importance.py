"""How much each concept matters for a target: the total Sobol index, and gradient × activation."""

from collections.abc import Callable

import numpy as np

from vislib.model.classifier import Classifier
from vislib.progress import Progress, no_progress
from vislib.targets.base import Target

_MAP_BYTES = 64 * 1024**2
_NO_VARIANCE = 1e-12


def total_sobol(values_of: Callable[[np.ndarray], np.ndarray], n_inputs: int, n_designs: int, seed: int) -> np.ndarray:
    """The total Sobol index of each of n inputs in 0..1 (Jansen's estimator, on a scrambled Sobol sequence):

        S_i = Σ_j (f(A_j) − f(A_j with column i of B))² / (2 N Var f)

    Args:
        values_of: f, from inputs (m, n_inputs) in 0..1 to values (m,).
        n_inputs: n.
        n_designs: N, a power of 2; f is evaluated N · (n + 2) times.
        seed: Seed of the scrambling.

    Returns:
        (n_inputs,) float64, ≥ 0; zeros where f is constant.

    Reference:
        Jansen 1999; Saltelli et al. 2010, table 2 (f).
    """
    from scipy.stats import qmc

    points = qmc.Sobol(2 * n_inputs, scramble=True, seed=seed).random(n_designs)
    a, b = points[:, :n_inputs], points[:, n_inputs:]
    mixed = np.repeat(a[None], n_inputs, axis=0)
    mixed[np.arange(n_inputs), :, np.arange(n_inputs)] = b.T
    values = np.asarray(values_of(np.concatenate([a, b, *mixed])), np.float64)
    of_a, of_mixed = values[:n_designs], values[2 * n_designs :].reshape(n_inputs, n_designs)
    variance = values[: 2 * n_designs].var()
    if variance <= _NO_VARIANCE * np.mean(values**2):
        return np.zeros(n_inputs)
    return ((of_a - of_mixed) ** 2).mean(axis=1) / (2 * variance)


def sobol_of_image(
    classifier: Classifier,
    inputs: np.ndarray,
    layer: str,
    maps: np.ndarray,
    coefficients: np.ndarray,
    vectors: np.ndarray,
    target: Target,
    *,
    n_designs: int,
    seed: int,
    progress: Progress = no_progress,
) -> np.ndarray:
    """The total Sobol index (n,) of each concept for one image: masks m in 0..1 scale the concepts, and the rest of the
    network computes the target.

    The maps under a mask are A − ((1 − m) ⊙ U) W: what no concept holds stays, so that m = 1 gives the network's own
    value.

    Args:
        classifier: The network.
        inputs: The preprocessed image (1, h, w, c).
        layer: The layer's name.
        maps: A (1, h, w, channels), or (1, channels) of a layer without places.
        coefficients: U (places, n).
        vectors: W (n, channels).
        target: The target, resolved and for this image.
        n_designs: A power of 2.
        seed: Seed of the masks.
        progress: Called between batches.
    """
    places = maps[0].reshape(-1, maps.shape[-1])
    at_once = int(np.clip(_MAP_BYTES // maps.nbytes, 1, classifier.network.batch_size))

    def values_of(masks: np.ndarray) -> np.ndarray:
        found = []
        for start in range(0, len(masks), at_once):
            progress(0, 1)
            without = 1 - masks[start : start + at_once].astype(np.float32)
            taken = (without[:, None, :] * coefficients).reshape(-1, len(vectors)) @ vectors
            changed = places - taken.reshape(len(without), *places.shape)
            found.append(classifier.network.values_of_maps(inputs, layer, changed.reshape(-1, *maps.shape[1:]), target))
        return np.concatenate(found)

    return total_sobol(values_of, len(vectors), n_designs, seed)


def contributions_of_image(gradients: np.ndarray, coefficients: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """What each concept adds to the target, gradient × activation: Σ over places of U ⊙ (G Wᵀ), (n,).

    Args:
        gradients: G (h, w, channels), or (channels,) of a layer without places.
        coefficients: U (places, n).
        vectors: W (n, channels).
    """
    return (coefficients * (gradients.reshape(-1, gradients.shape[-1]) @ vectors.T)).sum(axis=0)
