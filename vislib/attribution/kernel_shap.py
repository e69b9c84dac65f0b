"""KernelSHAP: what each superpixel adds to the score, shared out fairly."""

from dataclasses import dataclass
from math import comb

import numpy as np

from vislib.attribution.superpixels import Fit, OverSuperpixels, every_coalition


@dataclass(frozen=True)
class KernelShap(OverSuperpixels):
    """Shapley values φ of the superpixels in the game v(z) = score with the superpixels in z shown.

    φ minimises Σ_z π(z) (v(z) − v(∅) − Σ_i φ_i z_i)² with π(z) = (n − 1) / (C(n, |z|) |z| (n − |z|)) (theorem 2),
    under Σ_i φ_i = v(all) − v(∅) (efficiency), which holds exactly whatever the number of samples.

    The empty and the full coalition are always scored. So are all others if they are no more than `n_samples`, which
    gives the exact Shapley values; if they are more, coalitions are drawn with a probability proportional to π, each
    with its complement (Covert & Lee 2021, arXiv 2012.01536). Where they are too few to settle every value, what they
    leave open is shared out evenly (the least-norm solution).

    `details`: "superpixels" the label image, "superpixel_values" the φ, "baseline_score" v(∅).

    Departs from the shap library, which takes whole sizes of coalitions before it draws.

    Reference: Lundberg & Lee 2017, arXiv 1705.07874.
    """

    name = "kernel-shap"
    title = "KernelSHAP"
    reference = "Lundberg & Lee 2017, arXiv 1705.07874"
    caveat = (
        "It tells the difference to the covered image, so the fill is a choice that changes it; most of the pictures "
        "it asks about look like none the network was trained on, and with few samples the values are noisy."
    )
    unit = "share of the score"

    def coalitions(self, n: int) -> np.ndarray:
        ends = np.array([[False] * n, [True] * n])
        random = np.random.default_rng(self.seed)
        if self._enumerates(n):
            return np.concatenate([ends, random.permutation(every_coalition(n)[1:-1])])
        sizes = np.arange(1, n)
        weights = 1 / (sizes * (n - sizes))
        drawn = random.choice(sizes, size=self.n_samples // 2, p=weights / weights.sum())
        # The rank of n random numbers is a random permutation: the first |z| of it are shown.
        half = random.random((len(drawn), n)).argsort(axis=1).argsort(axis=1) < drawn[:, None]
        pairs = np.stack([half, ~half], axis=1).reshape(-1, n)
        return np.concatenate([ends, pairs])

    def _enumerates(self, n: int) -> bool:
        return 2**n - 2 <= self.n_samples

    def fit(self, coalitions: np.ndarray, scores: np.ndarray) -> Fit:
        n = coalitions.shape[1]
        baseline, difference = scores[0], scores[1] - scores[0]
        values = np.full(n, difference / n)
        between = coalitions[2:].astype(np.float64)
        exact = self._enumerates(n)
        if len(between):
            sizes = between.sum(axis=1)
            # Drawn coalitions come as often as they weigh.
            weights = np.array([_kernel(n, int(size)) for size in sizes]) if exact else np.ones(len(between))
            # With φ = difference / n + δ and Σ δ = 0, z·δ = (z − |z| / n)·δ. The least-norm solution for δ lies in
            # the span of these rows, which all add up to 0, and so does δ: efficiency needs no further constraint.
            rows = between - (sizes / n)[:, None]
            rest = scores[2:] - baseline - sizes / n * difference
            # By the normal equations, n × n: quick however many the samples. Their singular values are squares, of
            # which rounding leaves about 1e-15 of the largest where there is none, as along (1, …, 1).
            gram = rows.T @ (weights[:, None] * rows)
            values += np.linalg.lstsq(gram, rows.T @ (weights * rest), rcond=1e-10)[0]
        count = f"{len(coalitions):,} pictures with some covered"
        note = (
            f"{n} superpixels, {f'exact from all {count}' if exact else f'estimated from {count}'}. Their values add up "
            f"to {values.sum():z.2f}: the score is {scores[1]:z.2f}, and {baseline:z.2f} with all covered."
        )
        return Fit(values, {"baseline_score": np.array(baseline)}, note)


def _kernel(n: int, size: int) -> float:
    """π(z) for |z| = size."""
    return (n - 1) / (comb(n, size) * size * (n - size))
