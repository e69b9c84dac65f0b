"""KernelSHAP: the contribution of each superpixel to the score, as Shapley values."""

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from vislib.attribution.superpixels import Fit, OverSuperpixels
from vislib.language import sentences, text


@dataclass(frozen=True)
class KernelShap(OverSuperpixels):
    """Shapley values φ of the superpixels in the game v(z) = the score when the superpixels in z are shown.

    φ minimises Σ_z π(z) (v(z) − v(∅) − Σ_i φ_i z_i)² with π(z) = (n − 1) / (C(n, |z|) |z| (n − |z|)) (theorem 2),
    under Σ_i φ_i = v(all) − v(∅) (efficiency), which holds exactly for any number of samples.

    The empty and the full coalition are always scored, and `n_samples` others, chosen as in the authors' shap library.
    From sizes 1 and n − 1 inwards, all coalitions of a size are scored if each would be drawn at least once on
    average. For the other sizes, coalitions are drawn in proportion to π, each with its complement. If
    n_samples ≥ 2ⁿ − 2, this gives the exact Shapley values. If the samples are too few to determine every value, the
    least-norm solution divides the undetermined part evenly.

    `details`: "superpixels" is the label image, "superpixel_values" the φ, "baseline_score" v(∅), "standard_errors"
    the errors of the φ that come from drawing coalitions; 0 where none are drawn.

    Departs from the shap library in having no penalty that sets small values to 0.

    Reference: Lundberg & Lee 2017, arXiv 1705.07874.
    """

    name = "kernel-shap"
    title = "KernelSHAP"
    question = text("What is each superpixel's fair share of the score (its Shapley value)?")
    reference = "Lundberg & Lee 2017, arXiv 1705.07874"
    caveat = text(
        "It explains the difference to the covered image, so the choice of the fill changes it. Most "
        "of the pictures that it scores are unlike the training images. With many superpixels and "
        "few samples it is noisy."
    )
    unit = text("share of the score")
    default_segments = 20  # with 40, the same 512 samples give values that depend strongly on the seed
    needed_each = 2  # each superpixel is shown alone and covered alone

    def coalitions(self, n: int) -> np.ndarray:
        random = np.random.default_rng(self.seed)
        ends = np.array([[False] * n, [True] * n])
        whole = self._whole(n)
        members = [members for size in np.flatnonzero(whole).tolist() for members in combinations(range(n), size)]
        taken = np.zeros((len(members), n), bool)
        for row, shown in zip(taken, members, strict=True):
            row[list(shown)] = True
        sizes = np.flatnonzero(~whole)[1:-1]
        if not len(sizes):
            return np.concatenate([ends, random.permutation(taken)])
        mass = _mass(n)[sizes]
        drawn = random.choice(sizes, size=self._n_pairs(whole), p=mass / mass.sum())
        # The ranks of n random numbers form a random permutation; its first |z| superpixels are shown.
        half = random.random((len(drawn), n)).argsort(axis=1).argsort(axis=1) < drawn[:, None]
        pairs = np.stack([half, ~half], axis=1).reshape(-1, n)
        return np.concatenate([ends, random.permutation(taken), pairs])

    def _whole(self, n: int) -> np.ndarray:
        """For each size from 0 to n, whether all its coalitions are scored; False for 0 and n."""
        whole, mass, samples = np.zeros(n + 1, bool), _mass(n), self.n_samples
        for size in range(1, n // 2 + 1):
            pair = sorted({size, n - size})
            count = sum(comb(n, each) for each in pair)
            if count > samples * (1 + 1e-9) * mass[pair].sum() / mass[~whole].sum():
                break
            whole[pair] = True
            samples -= count
        return whole

    def _n_pairs(self, whole: np.ndarray) -> int:
        """The number of pairs drawn from the sizes that are not scored completely."""
        n = len(whole) - 1
        return (self.n_samples - sum(comb(n, size) for size in np.flatnonzero(whole).tolist())) // 2

    def fit(self, coalitions: np.ndarray, scores: np.ndarray) -> Fit:
        n = coalitions.shape[1]
        baseline, difference = scores[0], scores[1] - scores[0]
        values = np.full(n, difference / n)
        between = coalitions[2:].astype(np.float64)
        sizes = coalitions[2:].sum(axis=1)
        whole, mass = self._whole(n), _mass(n)
        drawn = ~whole[sizes]
        # π of each coalition. The drawn ones occur in proportion to π, so they share the mass of their sizes equally.
        # Each has its final share from the start: if the first few shared all of it, they would outweigh the exact
        # ones.
        weights = np.array([mass[size] / comb(n, size) for size in sizes.tolist()])
        weights[drawn] = mass[~whole].sum() / max(2 * self._n_pairs(whole), 1)
        # With φ = difference / n + δ and Σ δ = 0, z·δ = (z − |z| / n)·δ. The least-norm solution for δ lies in
        # the span of these rows, which all add up to 0, and so does δ: efficiency needs no further constraint.
        rows = between - (sizes / n)[:, None]
        rest = scores[2:] - baseline - sizes / n * difference
        # The normal equations are n × n, so they are quick for any number of samples. Their singular values are
        # squares; rounding turns those that are 0, as along (1, …, 1), into about 1e-15 of the largest.
        inverse = np.linalg.pinv(rows.T @ (weights[:, None] * rows), rcond=1e-10, hermitian=True)
        pulls = weights[:, None] * rows
        values += inverse @ (pulls.T @ rest)
        errors = _standard_errors(inverse, pulls[drawn] * (rest - rows @ (values - difference / n))[drawn, None])
        start = text(
            "{n} superpixels, exact from all {pictures:,} pictures with some covered.", n=n, pictures=len(coalitions)
        )
        if drawn.any():
            start = text(
                "{n} superpixels, estimated from {pictures:,} pictures with some covered, mean standard error "
                "{error:.2g}.",
                n=n,
                pictures=len(coalitions),
                error=float(errors.mean()),
            )
        sums = text(
            "Their values add up to {total:z.2f}: the score is {score:z.2f}, and {baseline:z.2f} with all covered.",
            total=float(values.sum()),
            score=float(scores[1]),
            baseline=float(baseline),
        )
        note = sentences(start, sums)
        return Fit(values, {"baseline_score": np.array(baseline), "standard_errors": errors}, note)


def _standard_errors(inverse: np.ndarray, pulls: np.ndarray) -> np.ndarray:
    """√diag(G⁻¹ Σ_pairs u uᵀ G⁻¹), where u is the pull of a drawn pair's residuals on the fit (White 1980)."""
    pairs = pulls[: len(pulls) // 2 * 2].reshape(-1, 2, pulls.shape[1]).sum(axis=1)
    return np.sqrt(((pairs @ inverse) ** 2).sum(axis=0))


def _mass(n: int) -> np.ndarray:
    """The sum of π over the coalitions of each size from 0 to n: (n − 1) / (|z| (n − |z|)), 0 at both ends."""
    sizes = np.arange(n + 1)
    return np.divide(n - 1, sizes * (n - sizes), out=np.zeros(n + 1), where=(sizes > 0) & (sizes < n))
