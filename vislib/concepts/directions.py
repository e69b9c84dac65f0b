"""Directions between two sets of activations, and whether they differ from directions between random halves."""

import warnings
from typing import Any

import numpy as np

_HELD_OUT = 3
"""One in so many images is held out."""


def directions_tested(
    concept: np.ndarray, random: np.ndarray, slopes: np.ndarray, n_runs: int, seed: int
) -> dict[str, Any]:
    """The scores and accuracies of all runs with their p-values, by the names of `ConceptScore`.

    Args:
        concept: Activations of the concept's images (n, channels).
        random: Those of the random images.
        slopes: Gradients of the target (images, channels).
        n_runs: Number of runs of each kind.
        seed: Seed of the draws.
    """
    rng = np.random.default_rng(seed)
    n = min(len(concept), len(random) // 2)
    runs = [_run(_drawn(concept, n, rng), _drawn(random, n, rng), slopes) for _ in range(n_runs)]
    halves = [np.split(_drawn(random, 2 * n, rng), 2) for _ in range(n_runs)]
    scores, accuracies = np.array(runs).T
    random_scores, random_accuracies = np.array([_run(one, other, slopes) for one, other in halves]).T
    return {
        "scores": scores,
        "random_scores": random_scores,
        "p": t_test(scores, random_scores, "two-sided"),
        "accuracies": accuracies,
        "random_accuracies": random_accuracies,
        "p_accuracy": t_test(accuracies, random_accuracies, "greater"),
    }


def _drawn(rows: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    return rows[rng.permutation(len(rows))[:n]]


def _run(ones: np.ndarray, zeros: np.ndarray, slopes: np.ndarray) -> tuple[float, float]:
    """The score and the accuracy on held-out images of the direction from `zeros` (n, channels) to `ones`."""
    n_held = max(1, len(ones) // _HELD_OUT)
    train = np.concatenate([ones[n_held:], zeros[n_held:]])
    held = np.concatenate([ones[:n_held], zeros[:n_held]])
    normal, offset = direction(train, np.arange(len(train)) < len(ones) - n_held)
    right = (held @ normal + offset > 0) == (np.arange(len(held)) < n_held)
    return float((slopes @ normal > 0).mean()), float(right.mean())


def direction(activations: np.ndarray, is_concept: np.ndarray) -> tuple[np.ndarray, float]:
    """The unit normal (channels,) of the plane that separates a concept's activations (n, channels) from others, and
    the offset b: v · a + b > 0 on the concept's side. A logistic regression finds it."""
    from sklearn.linear_model import LogisticRegression

    centre = activations.mean(axis=0, dtype=np.float64)
    scale = float(np.sqrt(np.mean((activations - centre) ** 2))) or 1.0
    fitted = LogisticRegression(max_iter=1_000).fit((activations - centre) / scale, is_concept)
    normal = fitted.coef_[0] / scale
    offset = float(fitted.intercept_[0] - normal @ centre)
    length = float(np.linalg.norm(normal)) or 1.0
    return normal / length, offset / length


def t_test(one: np.ndarray, other: np.ndarray, alternative: str) -> float:
    """The p-value of Welch's t-test; where neither varies, 1 if the means agree and else 0 (or 1 on the wrong side)."""
    from scipy.stats import ttest_ind

    difference = float(one.mean() - other.mean())
    if max(np.ptp(one), np.ptp(other)) == 0:
        return 0.0 if difference > 0 or (difference < 0 and alternative == "two-sided") else 1.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of one sample that does not vary, which is no problem
        return float(ttest_ind(one, other, equal_var=False, alternative=alternative).pvalue)
